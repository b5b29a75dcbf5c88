load(":fails.bzl", "x")

y = x
