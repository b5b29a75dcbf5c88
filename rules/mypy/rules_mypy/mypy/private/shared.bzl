"""Mode "shared": every module is analysed by exactly one action.

The Python toolchain's action owns the standard library, a distribution's action all of that distribution, a target's action the
target's sources. Each hands on what it analysed, and none repeats what another made: a dependent takes depsets. Every target that the
aspect meets has a manifest, checked or not, so that what is below it is never lost.
"""

load("@rules_python//python:py_info.bzl", "PyInfo")
load(":actions.bzl", "check_target", "judge")
load(":closure.bzl", "ROOT_KINDS", "dependencies", "files_of", "hand_over", "new_root", "shared_info", "write_manifest")
load(":flags.bzl", "BuildSettingInfo")
load(":modules.bzl", "import_roots", "module_root", "name_directory", "name_modules", "other_names", "warn_of_conflicts")
load(":package.bzl", "distribution_name", "is_python_toolchain", "visit_package", "visit_toolchain")
load(":providers.bzl", "MypyInfo", "MypySharedInfo")

def _is_module(file):
    return file.extension in ("py", "pyi")

# What a rule gives whose attributes list no Python: the modules of py_proto_library and its like, and what comes by other attributes
# than those that the aspect goes along. Not other repositories: there may be thousands of sources.
def _given(target, ctx, deps):
    if hasattr(ctx.rule.files, "srcs") and not ctx.rule.files.srcs:
        return []
    sources = depset(
        transitive = [target[DefaultInfo].files] + ([target[PyInfo].transitive_sources] if PyInfo in target else []),
    )
    below = depset(transitive = [dep[PyInfo].transitive_sources for dep in deps if PyInfo in dep])
    known = {file: True for file in below.to_list()}
    return [
        file
        for file in sources.to_list()
        if _is_module(file) and file not in known and file.owner.workspace_root == target.label.workspace_root
    ]

def sources_of(target, ctx, deps):
    """The modules of a target.

    Args:
      target: the target.
      ctx: the aspect's context.
      deps: the targets that it depends on.
    Returns:
      A list of Files, and a list of those of them for whose errors the target answers: not for what other repositories or rules
      have written.
    """
    listed = [file for file in files_of(ctx, "srcs", "pyi_srcs") if _is_module(file)]
    stubs = [file for file in files_of(ctx, "data") if file.extension == "pyi"]
    given = [] if listed else _given(target, ctx, deps)
    return listed + stubs + given, [
        file
        for file in listed
        if "/_virtual_imports/" not in file.short_path and file.owner.workspace_root == target.label.workspace_root
    ]

def _search_path(label, own, below):
    groups = {kind: {} for kind in ROOT_KINDS}
    for root in own + below.roots.to_list():
        groups[root.kind].setdefault(root.path, root)
    return [struct(entry = ".", label = label, attribute = "srcs")] + [
        struct(entry = path, label = group[path].label, attribute = group[path].attribute)
        for group in groups.values()
        for path in sorted(group)
    ]

def _roots(label, modules, attribute):
    found = depset([module_root(module) for module in modules]).to_list()
    return [new_root(root.path, root.kind, label, attribute) for root in found if root.path != "."]

def _manifest(ctx, below, contents):
    named = {
        module.name: {"interface": interface.path, "source": module.source.path}
        for module, interface in zip(contents.modules, contents.interfaces)
    }
    return write_manifest(
        ctx,
        "target",
        below,
        contents.roots,
        directories = {directory.source.path: directory.name for directory in contents.directories},
        modules = named | {
            name: {"module": module.name, "source": module.source.path}
            for name, module in contents.others.items()
        },
    )

# What the target has: its modules and their interfaces, directories of modules, and other names of its own and of its dependencies'
# modules; `read`: what of it dependents read themselves.
def _contents(target, ctx, deps, listed, neighbours):
    own, inherited = import_roots(target, ctx, deps)
    modules = name_modules(target.label, listed, own, inherited)
    trees = [file for file in files_of(ctx, "srcs") if file.is_directory]
    directories = [name_directory(tree, own, inherited) for tree in trees]
    others = other_names(modules, [module for _, theirs in neighbours for module in theirs], own + inherited)
    return struct(
        directories = directories,
        interfaces = [ctx.actions.declare_file("{}.mypy/{}.interface".format(ctx.label.name, module.name)) for module in modules],
        modules = modules,
        others = others,
        read = trees + [module.source for module in others.values()],
        roots = _roots(target.label, modules + directories, "imports" if own else "srcs"),
    )

def _check(ctx, manifest, contents, below, silent):
    markers = [file for file in files_of(ctx, "data") if file.basename == "py.typed"]
    return check_target(
        ctx,
        manifest,
        contents.interfaces,
        [module.source for module in contents.modules] + markers + contents.read,
        below,
        strict_cache = ctx.attr._strict_cache[BuildSettingInfo].value,
        silent = silent,
    )

def _visit_target(target, ctx, deps, reason):
    below = hand_over(ctx, deps)
    listed, checked = sources_of(target, ctx, deps)
    neighbours = [(dep.label, dep[MypySharedInfo].modules) for dep in deps if MypySharedInfo in dep]
    contents = _contents(target, ctx, deps, listed, neighbours)
    manifest = _manifest(ctx, below, contents)
    info = shared_info(
        below,
        manifest,
        files = [depset(contents.read)],
        interfaces = contents.interfaces,
        modules = contents.modules,
        roots = contents.roots,
    )
    if not reason and not checked:
        reason = "it has no .py or .pyi sources" + (" of its own" if contents.modules else "")
    check = _check(ctx, manifest, contents, below, bool(reason)) if contents.modules else None
    sources = [module.source for module in contents.modules]
    if reason:
        return [info, MypyInfo(mode = "shared", reason = reason, sources = sources)]
    warn_of_conflicts(target.label, contents.modules, neighbours)
    verdict = judge(ctx, check)
    return [
        info,
        OutputGroupInfo(mypy = depset([check.report, verdict])),
        MypyInfo(
            exit_code = check.exit_code,
            mode = "shared",
            path = _search_path(target.label, contents.roots, below),
            report = check.report,
            sources = sources,
            upstream = [label for label, _ in neighbours],
            verdict = verdict,
        ),
    ]

def shared(target, ctx, reason):
    """Makes what one target contributes.

    Args:
      target: the target.
      ctx: the aspect's context.
      reason: why its errors do not count, or None.
    Returns:
      Providers: MypySharedInfo, MypyInfo, and the report and the verdict as output group "mypy".
    """
    if is_python_toolchain(target):
        info, package = visit_toolchain(target, ctx)
        return [info, MypyInfo(mode = "shared", package = package, reason = "it is a Python toolchain")]
    deps = dependencies(ctx)
    name = distribution_name(target, ctx)
    if name:
        info, package = visit_package(target, ctx, name, deps)
        return [info, MypyInfo(mode = "shared", package = package, reason = reason or "it is an installed package")]
    return _visit_target(target, ctx, deps, reason)
