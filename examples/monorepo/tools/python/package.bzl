"""Targets over whatever else the BUILD file has declared so far: call these last."""

load("@rules_python//python:defs.bzl", "py_library")

def _names_of_kind(kind):
    rules = native.existing_rules()
    return sorted([name for name in rules if rules[name]["kind"] == kind])

def package_library(name, visibility = None):
    """A py_library that stands for every py_library of the package."""
    py_library(
        name = name,
        visibility = visibility,
        deps = [":" + library for library in _names_of_kind("py_library")],
    )

def package_tests(name = "tests"):
    """A test_suite of every py_test of the package."""
    native.test_suite(
        name = name,
        tests = [":" + test for test in _names_of_kind("py_test")],
        visibility = ["//:__pkg__"],
    )
