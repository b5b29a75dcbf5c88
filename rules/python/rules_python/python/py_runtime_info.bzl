"""PyRuntimeInfo."""

load("//python/private:py_runtime.bzl", _PyRuntimeInfo = "PyRuntimeInfo")

PyRuntimeInfo = _PyRuntimeInfo
