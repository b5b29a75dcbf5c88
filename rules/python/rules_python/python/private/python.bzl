"""python.toolchain: which version of Python code is for. Interpreters are not fetched: programs run with that of --python_path."""

_BUILD = """load("@rules_python//python:py_runtime.bzl", "py_runtime")
load("@rules_python//python:py_runtime_pair.bzl", "py_runtime_pair")

package(default_visibility = ["//visibility:public"])

toolchain(
    name = "python",
    toolchain = ":runtimes",
    toolchain_type = "@rules_python//python:toolchain_type",
)

py_runtime_pair(
    name = "runtimes",
    py3_runtime = ":runtime",
)

py_runtime(
    name = "runtime",
    interpreter_version_info = {version_info},
)
"""

# {"major": "3", "minor": "11"} of "3.11.9".
def _version_info(version):
    return {name: number for name, number in zip(("major", "minor", "micro"), version.split("."))}

def _hub_impl(rctx):
    version = rctx.attr.python_version
    rctx.file("BUILD.bazel", _BUILD.format(version_info = _version_info(version) if version else {}))

_hub = repository_rule(
    implementation = _hub_impl,
    attrs = {"python_version": attr.string(doc = "Empty: that of the interpreter.")},
)

# The version of the workspace: of the first module that says which is the default, or that has only one.
def _default_version(modules):
    for module in modules:
        for tag in module.tags.defaults:
            if tag.python_version:
                return tag.python_version
        tags = module.tags.toolchain
        for tag in [tag for tag in tags if tag.is_default] or tags:
            return tag.python_version
    return ""

def _python_impl(module_ctx):
    _hub(name = "pythons_hub", python_version = _default_version(module_ctx.modules))
    return module_ctx.extension_metadata(reproducible = True)

python = module_extension(
    implementation = _python_impl,
    tag_classes = {
        "defaults": tag_class(attrs = {
            "python_version": attr.string(),
            "python_version_env": attr.string(),
            "python_version_file": attr.label(),
        }),
        "override": tag_class(attrs = {"minor_mapping": attr.string_dict()}),
        "toolchain": tag_class(attrs = {
            "configure_coverage_tool": attr.bool(),
            "ignore_root_user_error": attr.bool(),
            "is_default": attr.bool(),
            "python_version": attr.string(mandatory = True),
        }),
    },
)
