"""python.toolchain: which version of Python code is for. Interpreters are not fetched: programs run with that of --python_path."""

_HEAD = """load("@rules_python//python:py_runtime.bzl", "py_runtime")
load("@rules_python//python:py_runtime_pair.bzl", "py_runtime_pair")

package(default_visibility = ["//visibility:public"])
"""

_TOOLCHAIN = """
toolchain(
    name = "{name}",
    target_settings = {settings},
    toolchain = ":{name}_runtimes",
    toolchain_type = "@rules_python//python:toolchain_type",
)

py_runtime_pair(
    name = "{name}_runtimes",
    py3_runtime = ":{name}_runtime",
)

py_runtime(
    name = "{name}_runtime",
    interpreter_version_info = {version_info},
)
"""

_SETTING = """
config_setting(
    name = "is_{version}",
    flag_values = {{"@rules_python//python/config_settings:python_version": "{version}"}},
)
"""

# {"major": "3", "minor": "11"} of "3.11.9".
def _version_info(version):
    return {name: number for name, number in zip(("major", "minor", "micro"), version.split("."))}

# "3.11" of "3.11.9".
def _minor(version):
    return ".".join(version.split(".")[:2])

def _toolchain(name, version, settings):
    return _TOOLCHAIN.format(name = name, settings = settings, version_info = _version_info(version) if version else {})

# The toolchain that the flag asks for by a version or its first two numbers; else that of the default version. Toolchains are
# looked at in the order of their names.
def _hub_impl(rctx):
    parts = [_HEAD]
    versions = {}
    for version in rctx.attr.versions:
        for spelling in (version, _minor(version)):
            versions.setdefault(spelling, version)
    for spelling, version in versions.items():
        parts.append(_SETTING.format(version = spelling))
        parts.append(_toolchain("asked_" + spelling, version, [":is_" + spelling]))
    parts.append(_toolchain("default", rctx.attr.default_version, []))
    rctx.file("BUILD.bazel", "".join(parts))

_hub = repository_rule(
    implementation = _hub_impl,
    attrs = {
        "default_version": attr.string(doc = "Empty: that of the interpreter."),
        "versions": attr.string_list(),
    },
)

def _said_version(module_ctx, tag):
    if tag.python_version_file:
        return module_ctx.read(tag.python_version_file).strip()
    if tag.python_version_env:
        return module_ctx.getenv(tag.python_version_env, tag.python_version)
    return tag.python_version

# The version of the workspace: what the first module says is the default, or the first that it names.
def _default_version(module_ctx):
    for module in module_ctx.modules:
        for tag in module.tags.defaults:
            version = _said_version(module_ctx, tag)
            if version:
                return version
        tags = module.tags.toolchain
        for tag in [tag for tag in tags if tag.is_default] or tags:
            return tag.python_version
    return ""

def _python_impl(module_ctx):
    _hub(
        name = "pythons_hub",
        default_version = _default_version(module_ctx),
        versions = [tag.python_version for module in module_ctx.modules for tag in module.tags.toolchain],
    )
    return module_ctx.extension_metadata(reproducible = True)

# Where interpreters are fetched from, which nothing here does.
_SOURCE = {
    "patch_strip": attr.int(),
    "patches": attr.label_list(),
    "python_version": attr.string(mandatory = True),
    "strip_prefix": attr.string(),
    "urls": attr.string_list(),
}

python = module_extension(
    implementation = _python_impl,
    tag_classes = {
        "defaults": tag_class(attrs = {
            "python_version": attr.string(),
            "python_version_env": attr.string(),
            "python_version_file": attr.label(),
        }),
        "override": tag_class(attrs = {
            "add_runtime_manifest_urls": attr.string_list(),
            "add_target_settings": attr.string_list(),
            "available_python_versions": attr.string_list(),
            "base_url": attr.string(),
            "ignore_root_user_error": attr.bool(),
            "minor_mapping": attr.string_dict(),
            "register_all_versions": attr.bool(),
        }),
        "single_version_override": tag_class(attrs = _SOURCE | {
            "distutils": attr.label(),
            "distutils_content": attr.string(),
            "sha256": attr.string_dict(),
        }),
        "single_version_platform_override": tag_class(attrs = _SOURCE | {
            "arch": attr.string(),
            "coverage_tool": attr.label(),
            "os_name": attr.string(),
            "platform": attr.string(mandatory = True),
            "sha256": attr.string(),
            "target_compatible_with": attr.string_list(),
            "target_settings": attr.string_list(),
        }),
        "toolchain": tag_class(attrs = {
            "configure_coverage_tool": attr.bool(),
            "ignore_root_user_error": attr.bool(),
            "is_default": attr.bool(),
            "python_version": attr.string(mandatory = True),
        }),
    },
)
