load(":two.bzl", "x")
