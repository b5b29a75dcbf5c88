"""PyInfo: what a Python target tells those who depend on it."""

load("//python/private:py_info.bzl", _PyInfo = "PyInfo")

PyInfo = _PyInfo
