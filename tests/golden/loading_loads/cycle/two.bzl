load(":one.bzl", "x")
