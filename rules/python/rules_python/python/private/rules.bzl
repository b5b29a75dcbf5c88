"""py_library, py_binary and py_test."""

load(":imports.bzl", "own_imports")
load(":launcher.bzl", "write_launcher")
load(":py_info.bzl", "PyInfo")

def _python_deps(ctx):
    return [dep[PyInfo] for dep in ctx.attr.deps if PyInfo in dep]

def _py_info(ctx, sources, pyi_files):
    deps = _python_deps(ctx)
    pyi_deps = [dep[PyInfo] for dep in ctx.attr.pyi_deps if PyInfo in dep]
    return PyInfo(
        transitive_sources = depset(sources, transitive = [dep.transitive_sources for dep in deps], order = "postorder"),
        imports = depset(own_imports(ctx), transitive = [dep.imports for dep in deps]),
        direct_original_sources = depset(sources),
        transitive_original_sources = depset(sources, transitive = [dep.transitive_original_sources for dep in deps]),
        direct_pyi_files = depset(pyi_files),
        transitive_pyi_files = depset(pyi_files, transitive = [dep.transitive_pyi_files for dep in deps + pyi_deps]),
        uses_shared_libraries = any([dep.uses_shared_libraries for dep in deps]) or
                                any([file.extension in ("so", "pyd") for file in ctx.files.data]),
        has_py2_only_sources = any([dep.has_py2_only_sources for dep in deps]) or ctx.attr.srcs_version in ("PY2", "PY2ONLY"),
        has_py3_only_sources = any([dep.has_py3_only_sources for dep in deps]) or ctx.attr.srcs_version in ("PY3", "PY3ONLY"),
    )

def _runfiles(ctx, sources):
    return ctx.runfiles(collect_default = True).merge(ctx.runfiles(files = sources))

def _common_providers(ctx, sources, info):
    return [
        info,
        coverage_common.instrumented_files_info(ctx, source_attributes = ["srcs"], dependency_attributes = ["data", "deps"]),
        OutputGroupInfo(
            compilation_outputs = depset(sources),
            compilation_prerequisites_INTERNAL_ = info.transitive_sources,
        ),
    ]

def _py_library_impl(ctx):
    sources = ctx.files.srcs
    return [DefaultInfo(
        files = depset(sources),
        runfiles = _runfiles(ctx, sources),
    )] + _common_providers(ctx, sources, _py_info(ctx, sources, ctx.files.pyi_srcs))

# The file to run: `main`, else the source named like the target.
def _main(ctx, sources):
    if ctx.file.main:
        return ctx.file.main
    name = ctx.label.name + ".py"
    found = [file for file in sources if file.basename == name.split("/")[-1]]
    exact = [file for file in found if file.short_path.endswith("/" + name) or file.short_path == name]
    if not found:
        fail("could not find '{}' as specified by the 'main' attribute or the name of the target".format(name), attr = "srcs")
    if len(exact) > 1:
        fail("file name '{}' specified by 'main' attributes matches multiple files, e.g., '{}' and '{}'".format(
            name,
            exact[0].short_path,
            exact[1].short_path,
        ))
    return (exact or found)[0]

def _executable_impl(ctx):
    sources = ctx.files.srcs
    info = _py_info(ctx, sources, ctx.files.pyi_srcs)
    executable = write_launcher(ctx, _main(ctx, sources), info.imports)
    providers = [DefaultInfo(
        files = depset(sources + [executable]),
        executable = executable,
        runfiles = _runfiles(ctx, sources + [executable]),
    )] + _common_providers(ctx, sources, info)
    if ctx.attr.env:
        providers.append(RunEnvironmentInfo(environment = ctx.attr.env, inherited_environment = getattr(ctx.attr, "env_inherit", [])))
    return providers

_PRECOMPILE = ["inherit", "enabled", "disabled", "if_generated_source"]

# Interpreters come with --python_path, so that no toolchain need be there; the type is what aspects look at.
_TOOLCHAINS = [config_common.toolchain_type("//python:toolchain_type", mandatory = False)]

_LIBRARY_ATTRIBUTES = {
    "srcs": attr.label_list(allow_files = [".py", ".py3"]),
    "deps": attr.label_list(providers = [[PyInfo]]),
    "data": attr.label_list(allow_files = True),
    "imports": attr.string_list(),
    "pyi_srcs": attr.label_list(allow_files = [".pyi"]),
    "pyi_deps": attr.label_list(providers = [[PyInfo]]),
    "precompile": attr.string(default = "inherit", values = _PRECOMPILE),
    "precompile_invalidation_mode": attr.string(default = "auto", values = ["auto", "checked_hash", "unchecked_hash"]),
    "precompile_optimize_level": attr.int(default = 0),
    "precompile_source_retention": attr.string(default = "inherit", values = ["inherit", "keep_source", "omit_source"]),
    "srcs_version": attr.string(default = "", values = ["", "PY2", "PY2ONLY", "PY2AND3", "PY3", "PY3ONLY"]),
    "experimental_venvs_site_packages": attr.label(),
}

_EXECUTABLE_ATTRIBUTES = _LIBRARY_ATTRIBUTES | {
    "env": attr.string_dict(),
    "interpreter_args": attr.string_list(),
    "legacy_create_init": attr.int(default = -1, values = [-1, 0, 1]),
    "main": attr.label(allow_single_file = True),
    "main_module": attr.string(),
    "pyc_collection": attr.string(default = "inherit", values = ["inherit", "include_pyc", "disabled"]),
    "python_version": attr.string(),
    "stamp": attr.int(default = -1, values = [-1, 0, 1]),
}

py_library = rule(
    implementation = _py_library_impl,
    attrs = _LIBRARY_ATTRIBUTES,
    provides = [PyInfo],
    toolchains = _TOOLCHAINS,
    doc = "Python sources that others import.",
)

py_binary = rule(
    implementation = _executable_impl,
    attrs = _EXECUTABLE_ATTRIBUTES,
    executable = True,
    provides = [PyInfo],
    toolchains = _TOOLCHAINS,
    doc = "A Python program.",
)

py_test = rule(
    implementation = _executable_impl,
    attrs = _EXECUTABLE_ATTRIBUTES | {"env_inherit": attr.string_list()},
    test = True,
    provides = [PyInfo],
    toolchains = _TOOLCHAINS,
    doc = "A Python program that tests.",
)
