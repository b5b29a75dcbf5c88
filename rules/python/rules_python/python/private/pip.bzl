"""pip.parse: a hub repository with one package for each requirement of a lock, and a repository for each distribution.

Distributions are not fetched here. Their repositories are folders of the vendor directory, filled once by `starmypy vendor`
from the hub's vendor.json; until then they are not available, and say so.
"""

load(":requirements.bzl", "normalize_name", "parse_requirements")

_ALIASES = ["pkg", "whl", "data", "dist_info", "extracted_whl_files"]

_ALIAS = """alias(
    name = "{name}",
    actual = "{actual}",
)
"""

# Distributions that need each other: whoever wants one gets all. Their own targets leave out the others of the group.
_GROUP = """py_library(
    name = "{name}",
    tags = ["pypi_name={name}"],
    deps = [{members}],
)
"""

_REQUIREMENTS_BZL = '''"""The requirements of @{hub}."""

all_requirements = [{packages}]
all_whl_requirements = [{wheels}]
all_data_requirements = [{data}]
all_whl_requirements_by_package = {{{by_package}}}

def _normalize(name):
    return "_".join([part for part in name.lower().replace("-", "_").replace(".", "_").split("_") if part])

def requirement(name):
    return "@@{repository}//{{}}:pkg".format(_normalize(name))

def whl_requirement(name):
    return "@@{repository}//{{}}:whl".format(_normalize(name))

def data_requirement(name):
    return "@@{repository}//{{}}:data".format(_normalize(name))

def dist_info_requirement(name):
    return "@@{repository}//{{}}:dist_info".format(_normalize(name))
'''

def _quoted(strings):
    return ", ".join(["\"{}\"".format(string) for string in strings])

def _package(name, spoke, group):
    library = "//_groups:" + group if group else "@{}//:pkg".format(spoke)
    actuals = {name: library} | {
        target: library if target == "pkg" else "@{}//:{}".format(spoke, target)
        for target in _ALIASES
        if target != name
    }
    aliases = [_ALIAS.format(name = alias, actual = actual) for alias, actual in actuals.items()]
    return "package(default_visibility = [\"//visibility:public\"])\n\n" + "\n".join(aliases)

def _labels(repository, names, target):
    return ["@@{}//{}:{}".format(repository, name, target) for name in names]

def _groups(groups, spokes):
    libraries = [
        _GROUP.format(name = group, members = _quoted(["@{}//:pkg".format(spokes[name]) for name in members if name in spokes]))
        for group, members in groups.items()
    ]
    return "\n".join([
        "load(\"@rules_python//python:py_library.bzl\", \"py_library\")\n",
        "package(default_visibility = [\"//visibility:public\"])\n",
    ] + libraries)

def _group_of(groups, name):
    return ([group for group, members in groups.items() if name in members] or [""])[0]

# What `starmypy vendor` reads: where each requirement belongs.
def _manifest(rctx):
    prefix = rctx.name.removesuffix(rctx.attr.hub_name)
    return json.encode_indent({
        "groups": rctx.attr.groups,
        "hub": rctx.attr.hub_name,
        "lock": rctx.attr.lock,
        "python_version": rctx.attr.python_version,
        "requirements": [
            {"line": rctx.attr.lines[name], "name": name, "repository": prefix + spoke}
            for name, spoke in rctx.attr.spokes.items()
        ],
    }) + "\n"

def _hub_impl(rctx):
    names = rctx.attr.spokes.keys()
    for name, spoke in rctx.attr.spokes.items():
        rctx.file(name + "/BUILD.bazel", _package(name, spoke, _group_of(rctx.attr.groups, name)))
    if rctx.attr.groups:
        rctx.file("_groups/BUILD.bazel", _groups(rctx.attr.groups, rctx.attr.spokes))
    rctx.file("BUILD.bazel", "package(default_visibility = [\"//visibility:public\"])\n\nexports_files([\"requirements.bzl\"])\n")
    rctx.file("requirements.bzl", _REQUIREMENTS_BZL.format(
        hub = rctx.attr.hub_name,
        repository = rctx.name,
        packages = _quoted(_labels(rctx.name, names, "pkg")),
        wheels = _quoted(_labels(rctx.name, names, "whl")),
        data = _quoted(_labels(rctx.name, names, "data")),
        by_package = ", ".join(["\"{}\": \"@@{}//{}:whl\"".format(name, rctx.name, name) for name in names]),
    ))
    rctx.file("vendor.json", _manifest(rctx))
    rctx.file("MISSING_PACKAGE", "{} has no such requirement (add it there, lock again and run `starmypy vendor`)".format(
        rctx.attr.lock.removeprefix("@@"),
    ))

_hub = repository_rule(
    implementation = _hub_impl,
    attrs = {
        "groups": attr.string_list_dict(),
        "hub_name": attr.string(),
        "lines": attr.string_dict(),
        "lock": attr.string(),
        "python_version": attr.string(),
        "spokes": attr.string_dict(),
    },
)

def _whl_library_impl(rctx):
    fail("the files of '{}' are not on disk: run `starmypy vendor` once to fetch them".format(rctx.attr.requirement))

whl_library = repository_rule(
    implementation = _whl_library_impl,
    attrs = {"requirement": attr.string()},
)

# Whether a list of platforms has this machine's: "linux_*,osx_aarch64", "cp311_linux_x86_64", "*".
def _is_for_linux(platforms):
    return any([platform.strip() == "*" or "linux_" in platform for platform in platforms.split(",")])

def _lock(tag):
    for lock, platforms in tag.requirements_by_platform.items():
        if _is_for_linux(platforms):
            return lock
    return tag.requirements_linux or tag.requirements_lock

def _parse(module_ctx, tag, hubs):
    lock = _lock(tag)
    if not lock:
        fail("pip.parse(hub_name = \"{}\"): requirements_lock is missing".format(tag.hub_name))
    requirements = parse_requirements(module_ctx.read(lock))
    prefix = tag.hub_name + "_" + "".join(tag.python_version.split(".")[:2]) + "_"
    for requirement in requirements:
        whl_library(name = prefix + requirement.name, requirement = requirement.requirement)
    if tag.hub_name in hubs:
        return  # another Python version of the same hub: labels mean the first one
    hubs[tag.hub_name] = True
    _hub(
        name = tag.hub_name,
        groups = {
            normalize_name(group): [normalize_name(name) for name in members]
            for group, members in tag.experimental_requirement_cycles.items()
        },
        hub_name = tag.hub_name,
        lines = {requirement.name: requirement.line for requirement in requirements},
        lock = str(lock),
        python_version = tag.python_version,
        spokes = {requirement.name: prefix + requirement.name for requirement in requirements},
    )

def _pip_impl(module_ctx):
    hubs = {}
    for module in module_ctx.modules:
        for tag in module.tags.parse:
            _parse(module_ctx, tag, hubs)
    return module_ctx.extension_metadata(reproducible = True)

_PARSE = {
    "add_libdir_to_library_search_path": attr.bool(),
    "auth_patterns": attr.string_dict(),
    "download_only": attr.bool(),
    "enable_implicit_namespace_pkgs": attr.bool(),
    "envsubst": attr.string_list(),
    "environment": attr.string_dict(),
    "experimental_extra_index_urls": attr.string_list(),
    "experimental_index_url": attr.string(),
    "experimental_index_url_overrides": attr.string_dict(),
    "experimental_requirement_cycles": attr.string_list_dict(),
    "experimental_target_platforms": attr.string_list(),
    "extra_hub_aliases": attr.string_list_dict(),
    "extra_pip_args": attr.string_list(),
    "hub_name": attr.string(mandatory = True),
    "isolated": attr.bool(default = True),
    "netrc": attr.string(),
    "parallel_download": attr.bool(default = True),
    "pip_data_exclude": attr.string_list(),
    "python_interpreter": attr.string(),
    "python_interpreter_target": attr.label(),
    "python_version": attr.string(default = "3.11"),
    "quiet": attr.bool(default = True),
    "requirements_by_platform": attr.label_keyed_string_dict(),
    "requirements_darwin": attr.label(),
    "requirements_linux": attr.label(),
    "requirements_lock": attr.label(),
    "requirements_windows": attr.label(),
    "timeout": attr.int(default = 600),
    "use_hub_alias_dependencies": attr.bool(),
    "whl_modifications": attr.label_keyed_string_dict(),
}

_OVERRIDE = {
    "file": attr.string(),
    "patch_strip": attr.int(),
    "patches": attr.label_list(),
}

pip = module_extension(
    implementation = _pip_impl,
    tag_classes = {
        "override": tag_class(attrs = _OVERRIDE),
        "parse": tag_class(attrs = _PARSE),
        "whl_mods": tag_class(attrs = {
            "additive_build_content": attr.string(),
            "additive_build_content_file": attr.label(),
            "copy_executables": attr.string_dict(),
            "copy_files": attr.string_dict(),
            "data": attr.string_list(),
            "data_exclude_glob": attr.string_list(),
            "hub_name": attr.string(),
            "srcs_exclude_glob": attr.string_list(),
            "whl_name": attr.string(),
        }),
    },
)
