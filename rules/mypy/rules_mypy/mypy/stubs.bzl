"""mypy_stubs: stubs written by hand."""

load("//mypy/private:stubs.bzl", _mypy_stubs = "mypy_stubs")

mypy_stubs = _mypy_stubs
