"""mypy_stubs: stubs written by hand, for a library or an installed package that has no types."""

load("@rules_python//python:py_info.bzl", "PyInfo")
load("@rules_python//python/private:imports.bzl", "own_imports")

def _mypy_stubs_impl(ctx):
    deps = [dep[PyInfo] for dep in ctx.attr.deps]
    return [
        DefaultInfo(
            files = depset(ctx.files.srcs),
            runfiles = ctx.runfiles(files = ctx.files.srcs).merge_all([dep[DefaultInfo].default_runfiles for dep in ctx.attr.deps]),
        ),
        PyInfo(
            direct_pyi_files = depset(ctx.files.srcs),
            imports = depset(own_imports(ctx), transitive = [dep.imports for dep in deps]),
            transitive_pyi_files = depset(ctx.files.srcs, transitive = [dep.transitive_pyi_files for dep in deps]),
            transitive_sources = depset(transitive = [dep.transitive_sources for dep in deps], order = "postorder"),
        ),
    ]

mypy_stubs = rule(
    implementation = _mypy_stubs_impl,
    attrs = {
        "srcs": attr.label_list(allow_files = [".pyi"], doc = "The stubs."),
        "data": attr.label_list(allow_files = True, doc = "A py.typed, if the stubs cover only part of an installed package."),
        "deps": attr.label_list(providers = [[PyInfo]], doc = "What the stubs import."),
        "imports": attr.string_list(doc = "Directories below which the paths of stubs are module names, as of py_library."),
    },
    provides = [PyInfo],
    toolchains = [config_common.toolchain_type("@rules_python//python:toolchain_type", mandatory = False)],
    doc = "Stubs for modules that have no types. They are in deps of what imports these modules, or a value of mypy(types = ...).",
)
