"""The aspect of this workspace."""

load("@rules_mypy//mypy:mypy.bzl", "mypy")

mypy_aspect = mypy()
