# SPDX-License-Identifier: Apache-2.0
"""What a build knows before anything runs: who owns which module, and where it comes from.

Every target, distribution and typeshed has a manifest, which names the manifests of its direct
dependencies.  The one invariant: two actions whose closures both have a module agree on its owner,
because every order here is a restriction of one order of the whole graph.

Only what a manifest names exists.  A file that lies beside the sources of a target but is not among
its `modules` cannot be imported, whatever is on the disk.
"""

from __future__ import annotations

import json
from typing import Any, Callable, NamedTuple, Optional, Union

# The order in which search path entries are asked, after ".".
ROOT_KINDS = ("source", "generated", "stubs", "site-packages")


class ManifestError(Exception):
    """A manifest that cannot be read or makes no sense."""


class Module(NamedTuple):
    """A module of a target."""

    name: str
    source: str  # The file, relative to the execution root.
    interface: Optional[str]  # The file that dependents take; None: they read the source.
    alias_of: Optional[str] = None  # The module that the source is; this is another name for it.


class Root(NamedTuple):
    """An entry of the search path."""

    path: str
    kind: str  # One of ROOT_KINDS.


class Manifest(NamedTuple):
    """One file NAME.mypy.json."""

    path: str
    kind: str  # "target", "package" or "typeshed".
    label: str
    modules: dict[str, Module]
    directories: dict[str, str]  # Of modules; the package of each.
    roots: list[Root]
    pack: Optional[str]  # What a package or typeshed gives to its dependents.
    wanted: Union[str, list[str]]  # Which modules of a package are analysed.
    deps: list[str]  # Paths of manifests.


class Closure(NamedTuple):
    """A manifest and all that it depends on."""

    own: Manifest
    dependencies: list[Manifest]  # Sorted by path; not `own`.

    def targets(self) -> list[Manifest]:
        return [manifest for manifest in self.dependencies if manifest.kind == "target"]

    def packs(self) -> list[Manifest]:
        """What has a pack; where two give a module, the later one does: typeshed is last."""
        packs = [manifest for manifest in self.dependencies if manifest.pack is not None]
        packs.sort(key=pack_rank, reverse=True)
        return sorted(packs, key=lambda manifest: manifest.kind == "typeshed")

    def unowned(self) -> list[Manifest]:
        """Packages that have no pack: whoever imports them analyses them."""
        return [
            manifest
            for manifest in self.dependencies
            if manifest.kind == "package" and manifest.pack is None
        ]

    def roots(self) -> list[Root]:
        """The search path after ".", without duplicates."""
        found = {root for manifest in [self.own, *self.dependencies] for root in manifest.roots}
        return sorted(found, key=root_rank)


def root_rank(root: Root) -> tuple[int, str]:
    return ROOT_KINDS.index(root.kind), root.path


def pack_rank(manifest: Manifest) -> tuple[tuple[int, str], str]:
    """Where the first root of a package stands in the search path."""
    ranks = [root_rank(root) for root in manifest.roots]
    return (min(ranks) if ranks else (len(ROOT_KINDS), "")), manifest.label


def read_manifest(path: str) -> Manifest:
    try:
        with open(path, "rb", buffering=0) as file:
            return parse_manifest(path, json.loads(file.read()))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ManifestError(f"{path}: {error}") from error


def parse_manifest(path: str, text: dict[str, Any]) -> Manifest:
    modules = {
        name: Module(name, module["source"], module.get("interface"), module.get("module"))
        for name, module in text.get("modules", {}).items()
    }
    roots = [Root(root["path"], root["kind"]) for root in text.get("roots", ())]
    for root in roots:
        if root.kind not in ROOT_KINDS:
            raise ValueError(f"unknown kind of root: {root.kind}")
    return Manifest(
        path=path,
        kind=text["kind"],
        label=text["label"],
        modules=modules,
        directories=text.get("directories", {}),
        roots=roots,
        pack=text.get("pack"),
        wanted=text.get("wanted", "all"),
        deps=text.get("deps", []),
    )


def read_closure(path: str, read: Callable[[str], Manifest] = read_manifest) -> Closure:
    """Reads the manifest at `path` and those that it reaches."""
    own = read(path)
    found: dict[str, Manifest] = {}
    waiting = list(own.deps)
    while waiting:
        dependency = waiting.pop()
        if dependency != path and dependency not in found:
            found[dependency] = read(dependency)
            waiting.extend(found[dependency].deps)
    return Closure(own, [found[name] for name in sorted(found)])
