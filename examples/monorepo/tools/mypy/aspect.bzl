"""The mypy aspect of this repository; .bazelrc attaches it to every build."""

load("@pip_types//:types.bzl", "types")
load("@rules_mypy//mypy:mypy.bzl", "mypy")

mypy_aspect = mypy(
    mypy_ini = "@@//:mypy.ini",
    types = types,
)
