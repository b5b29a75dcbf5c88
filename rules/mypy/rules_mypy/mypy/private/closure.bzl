"""What a target hands on to its dependents in mode "shared", and what it takes from its dependencies."""

load(":providers.bzl", "MypySharedInfo")

PYTHON_TOOLCHAIN = Label("@rules_python//python:toolchain_type")

# Attributes that lead to what a target imports.
DEPENDENCIES = ["deps", "pyi_deps"]

# The search path has the directories of all targets in this order; within a kind they are sorted.
ROOT_KINDS = ["source", "generated", "stubs", "site-packages"]

# The targets of an attribute, however it holds them.
def _targets(value):
    kind = type(value)
    if kind == "Target":
        return [value]
    return [item for item in value if type(item) == "Target"] if kind in ("list", "dict") else []

def dependencies(ctx, attributes = DEPENDENCIES):
    """The targets that a target imports from, in order."""
    return [dep for name in attributes for dep in _targets(getattr(ctx.rule.attr, name, None))]

def files_of(ctx, *attributes):
    """The files of some attributes of a target, of those that its rule has."""
    return [file for name in attributes for file in getattr(ctx.rule.files, name, [])]

# What the aspect told of the toolchain that the target's rule uses, or None.
def _toolchain(ctx):
    toolchains = getattr(ctx.rule, "toolchains", None)
    if not toolchains or PYTHON_TOOLCHAIN not in toolchains:
        return None
    toolchain = toolchains[PYTHON_TOOLCHAIN]
    return toolchain[MypySharedInfo] if toolchain and MypySharedInfo in toolchain else None

def hand_over(ctx, deps):
    """What a target takes from its dependencies.

    Args:
      ctx: the aspect's context.
      deps: the targets that it depends on.
    Returns:
      A struct with the fields of MypySharedInfo that are depsets, `direct`, the manifests of the dependencies, and `python_version`.
    """
    infos = [dep[MypySharedInfo] for dep in deps if MypySharedInfo in dep]
    toolchain = _toolchain(ctx)
    infos += [toolchain] if toolchain else []
    versions = [info.python_version for info in infos if info.python_version]
    return struct(
        direct = [info.manifest for info in infos],
        files = depset(transitive = [info.files for info in infos]),
        interfaces = depset(transitive = [info.interfaces for info in infos]),
        manifests = depset(transitive = [info.manifests for info in infos]),
        packs = depset(transitive = [info.packs for info in infos]),
        python_version = versions[0] if versions else None,
        roots = depset(transitive = [info.roots for info in infos]),
    )

def shown(label):
    """A label as people write it: "//a:b", without "@@" before it if it is of the main repository."""
    return str(label) if label.workspace_root else str(label).removeprefix("@@")

def new_root(path, kind, label, attribute):
    """A directory of the search path, and the target and attribute that bring it."""
    return struct(path = path, kind = kind, label = label, attribute = attribute)

def write_manifest(ctx, kind, below, roots = [], **fields):
    """Writes what is known of a target before anything runs.

    Args:
      ctx: the aspect's context.
      kind: "target", "package" or "typeshed".
      below: what hand_over gives.
      roots: what the target adds to the search path.
      **fields: what its kind has besides.
    Returns:
      The File.
    """
    manifest = ctx.actions.declare_file(ctx.label.name + ".mypy.json")
    ctx.actions.write(manifest, json.encode({
        "deps": [dep.path for dep in below.direct],
        "kind": kind,
        "label": shown(ctx.label),
        "roots": [{"kind": root.kind, "path": root.path} for root in roots],
    } | fields) + "\n")
    return manifest

def shared_info(below, manifest, roots = [], modules = [], interfaces = [], packs = [], files = [], python_version = None, **fields):
    """What a target hands on: its own before what is below it.

    Args:
      below: what hand_over gives.
      manifest: the target's.
      roots: what it adds to the search path.
      modules: its modules.
      interfaces: Files, one for each of them.
      packs: its pack, if it has one.
      files: depsets of sources that dependents analyse themselves.
      python_version: that of a toolchain.
      **fields: others of MypySharedInfo.
    Returns:
      MypySharedInfo.
    """
    return MypySharedInfo(
        files = depset(transitive = files + [below.files]),
        interfaces = depset(interfaces, transitive = [below.interfaces]),
        manifest = manifest,
        manifests = depset([manifest], transitive = [below.manifests]),
        modules = modules,
        packs = depset(packs, transitive = [below.packs]),
        python_version = python_version or below.python_version,
        roots = depset(roots, transitive = [below.roots]),
        **fields
    )
