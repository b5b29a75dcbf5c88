"""What every BUILD and .bzl file sees beyond the language and the functions of the loading phase."""

load("@@rules_python+//python:defs.bzl", "PyInfo", "PyRuntimeInfo", "py_binary", "py_library", "py_runtime", "py_test")
load(":filegroup.bzl", "filegroup")
load(":genrule.bzl", "genrule")

# Names of BUILD files, and fields of `native`.
exported_rules = {
    "filegroup": filegroup,
    "genrule": genrule,
    "py_binary": py_binary,
    "py_library": py_library,
    "py_runtime": py_runtime,
    "py_test": py_test,
}

# Names of .bzl files.
exported_toplevels = {
    "PyInfo": PyInfo,
    "PyRuntimeInfo": PyRuntimeInfo,
}
