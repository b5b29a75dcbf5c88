"""What mode "shared" analyses once for all: the standard library, and each distribution of pypi."""

load("@rules_python//python:py_info.bzl", "PyInfo")
load("@rules_python//python/private:requirements.bzl", "normalize_name")
load(":actions.bzl", "analyze_package", "analyze_typeshed")
load(":closure.bzl", "files_of", "hand_over", "new_root", "shared_info", "write_manifest")
load(":modules.bzl", "import_roots")
load(":providers.bzl", "MypyImportsInfo", "MypySharedInfo")
load(":py_type_library.bzl", "type_library_info")

def is_python_toolchain(target):
    """Whether a target is what Python rules find under their toolchain type."""
    return platform_common.ToolchainInfo in target and hasattr(target[platform_common.ToolchainInfo], "py3_runtime")

# "3.11", or None when the toolchain leaves it to the interpreter.
def _version_of(target):
    version = getattr(target[platform_common.ToolchainInfo].py3_runtime, "interpreter_version_info", None)
    return "{}.{}".format(version.major, version.minor) if version else None

# Distributions that mypy brings itself: in mode "compat" they are on no search path.
_BUNDLED = ["mypy_extensions", "typing_extensions"]

# What MypyInfo tells of a target that stands for a distribution or, without a name, for the standard library.
def _package(name = None, sources = depset(), pack = None, stubs = {}, skipped = False, lists = [], wanted = None):
    brings = "nothing" if name in _BUNDLED else "itself" if stubs else "all"
    return struct(
        compat_brings = brings,
        is_library = name == None,
        lists = lists,
        name = name,
        pack = pack,
        skipped = skipped,
        sources = sources,
        wanted = wanted or sources,
    )

def package_of(target, ctx):
    """What a target stands for, without an analysis for all.

    Args:
      target: the target.
      ctx: the aspect's context.
    Returns:
      The field `package` of MypyInfo, or None.
    """
    if is_python_toolchain(target):
        return _package()
    name = distribution_name(target, ctx)
    sources = package_sources(ctx)
    if not name or not sources:
        return None
    return _package(
        name,
        depset(sources),
        stubs = _stubs(target, ctx),
        skipped = name in ctx.attr._skipped_packages,
    )

def visit_toolchain(target, ctx):
    """Analyses the standard library for all who use a Python toolchain.

    Args:
      target: the toolchain.
      ctx: the aspect's context.
    Returns:
      MypySharedInfo, and the field `package` of MypyInfo.
    """
    below = hand_over(ctx, [])
    version = _version_of(target)
    pack = ctx.actions.declare_file(ctx.label.name + ".mypy_pack")
    manifest = write_manifest(ctx, "typeshed", below, pack = pack.path)
    analyze_typeshed(ctx, manifest, pack, version)
    return shared_info(below, manifest, packs = [pack], python_version = version), _package(pack = pack)

def _tagged(ctx, key):
    for tag in ctx.rule.attr.tags:
        if tag.startswith(key + "="):
            return tag.removeprefix(key + "=")
    return None

def distribution_name(target, ctx):
    """The name of the distribution that a target stands for.

    Args:
      target: the target.
      ctx: the aspect's context.
    Returns:
      The normalized name; None if the target is no installed package.
    """
    name = _tagged(ctx, "pypi_name")
    if name:
        return normalize_name(name)
    if PyInfo not in target or (not target.label.workspace_root and files_of(ctx, "srcs")):
        return None
    own, _ = import_roots(target, ctx, [])
    if [path for path in own if path.split("/")[-1] == "site-packages"]:
        return normalize_name(target.label.repo_name or target.label.name)
    return None

# The stubs that `types` has for a distribution, as PyTypeLibraryInfo by label. Distributions in one cycle have one label.
def _stubs(target, ctx):
    return {
        value.label: type_library_info(value)
        for key, value in zip(ctx.attr._types_keys, ctx.attr._types_values)
        if key.label == target.label
    }

def _is_python(file):
    return file.extension in ("py", "pyi") or file.basename == "py.typed" or file.is_directory

def package_sources(ctx):
    """The files of a distribution that can be of use."""
    return [file for file in files_of(ctx, "srcs", "pyi_srcs", "data") if _is_python(file)]

def package_roots(target, ctx, name, sources, stubs, deps):
    """The search path entries of a distribution.

    Stubs go first, so that what they do not have is looked up in the distribution itself.

    Args:
      target: the target.
      ctx: the aspect's context.
      name: the distribution's.
      sources: its files.
      stubs: PyTypeLibraryInfo of what stands for it, by label.
      deps: the targets that it depends on.
    Returns:
      A list of what new_root makes.
    """
    own, _ = import_roots(target, ctx, deps)
    kind = "stubs" if name.startswith("types_") or name.endswith("_stubs") else "site-packages"
    folders = {file.root.path + "/" if file.root.path else "": True for file in sources}
    return [
        new_root(path, "stubs", label, "types")
        for label, info in stubs.items()
        for path in info.roots
    ] + [
        new_root(folder + path, kind, target.label, "imports")
        for folder in sorted(folders)
        for path in own
    ]

# What the distributions of a cycle bring to the action of their group.
def _members(deps):
    members = [getattr(dep[MypySharedInfo], "member", None) for dep in deps if MypySharedInfo in dep]
    return [member for member in members if member]

# Those of some files that are modules or in packages of a list.
def _only(files, modules):
    marks = ["/" + module.replace(".", "/") + end for module in modules for end in ("/", ".")]
    return depset([file for file in files.to_list() if [mark for mark in marks if mark in file.path]])

# Files that tell which modules of some distributions are wanted; none: nobody has looked.
def _lists(ctx, labels):
    known = ctx.attr._package_imports[MypyImportsInfo].modules if ctx.attr._package_imports else {}
    return [known[label] for label in labels if label in known]

def visit_package(target, ctx, name, deps):
    """Analyses a distribution for all who import it; of a requirement cycle all members at once, by their group.

    Args:
      target: the target.
      ctx: the aspect's context.
      name: the distribution's.
      deps: the targets that it depends on.
    Returns:
      MypySharedInfo, and the field `package` of MypyInfo; None for a member of a group.
    """
    below = hand_over(ctx, deps)
    stubs = _stubs(target, ctx)
    own = package_sources(ctx)
    members = _members(deps)
    roots = package_roots(target, ctx, name, own, stubs, deps) + [root for member in members for root in member.roots]
    sources = depset(own, transitive = [info.files for info in stubs.values()] + [member.sources for member in members])
    if _tagged(ctx, "pypi_group"):
        manifest = write_manifest(ctx, "target", below, modules = {})
        member = struct(label = target.label, roots = roots, sources = sources)
        return shared_info(below, manifest, member = member), None
    lists = _lists(ctx, [target.label] + [member.label for member in members])
    wanted = ["@" + file.path for file in lists] or json.decode(ctx.attr._package_modules).get(name, "all")
    pack = None if name in ctx.attr._skipped_packages else ctx.actions.declare_file(ctx.label.name + ".mypy_pack")
    manifest = write_manifest(ctx, "package", below, roots, pack = pack.path if pack else None, wanted = wanted)
    if pack:
        analyze_package(ctx, manifest, pack, sources, lists, below)
    info = shared_info(
        below,
        manifest,
        files = [] if pack and wanted == "all" else [sources],
        packs = [pack] if pack else [],
        roots = roots,
    )
    return info, _package(
        name,
        sources,
        pack,
        stubs = stubs,
        skipped = not pack,
        lists = lists,
        wanted = sources if lists or wanted == "all" else _only(sources, wanted),
    )
