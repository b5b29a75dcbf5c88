"""py_runtime_pair: a Python toolchain."""

load("//python/private:py_runtime.bzl", _py_runtime_pair = "py_runtime_pair")

py_runtime_pair = _py_runtime_pair
