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

# Rules of other languages, which BUILD files may use without a load(): targets of them exist, and nothing more is known of them.
opaque_rules = [
    "android_binary",
    "android_library",
    "android_local_test",
    "cc_binary",
    "cc_import",
    "cc_library",
    "cc_proto_library",
    "cc_shared_library",
    "cc_test",
    "cc_toolchain",
    "cc_toolchain_suite",
    "fdo_prefetch_hints",
    "fdo_profile",
    "java_binary",
    "java_import",
    "java_library",
    "java_lite_proto_library",
    "java_package_configuration",
    "java_plugin",
    "java_proto_library",
    "java_runtime",
    "java_test",
    "java_toolchain",
    "objc_import",
    "objc_library",
    "propeller_optimize",
    "proto_lang_toolchain",
    "proto_library",
    "sh_binary",
    "sh_library",
    "sh_test",
]

# Names of .bzl files.
exported_toplevels = {
    "PyInfo": PyInfo,
    "PyRuntimeInfo": PyRuntimeInfo,
}
