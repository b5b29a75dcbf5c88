"""py_runtime and its provider."""

load("//python/private:py_runtime.bzl", _PyRuntimeInfo = "PyRuntimeInfo", _py_runtime = "py_runtime")

PyRuntimeInfo = _PyRuntimeInfo
py_runtime = _py_runtime
