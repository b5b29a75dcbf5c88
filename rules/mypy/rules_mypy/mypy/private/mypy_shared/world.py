# SPDX-License-Identifier: Apache-2.0
"""What can be imported during one action, and where each module comes from.

The one invariant: a module has one place.  Where several could give it, the action's own sources
come first, then other targets in the order of the search path, then typeshed, then distributions:
mypy's own order for installed packages, so that a backport never shadows the standard library.
"""

from __future__ import annotations

import functools
import keyword
import os
from typing import Callable, Container, Iterable, Iterator, Mapping, Optional

from .manifest import ROOT_KINDS, Closure, Manifest, Root
from .pack import Blocked, Pack

# Where typeshed and namespace packages seem to be: the same names whatever the machine.
TYPESHED = "<mypy>/typeshed"
NAMESPACES = "<namespace>"
# typeshed's pack has an entry of a namespace package, from which readers make those that they need.
TEMPLATE = "starmypy_namespace_template"

# What may follow the name of a module, the preferred first.
SUFFIXES = ("/__init__.pyi", "/__init__.py", ".pyi", ".py")


class World:
    """The modules of an action."""

    def __init__(self) -> None:
        self.own: dict[str, str] = {}  # Modules to analyse, their paths.
        self.given: set[str] = set()  # Modules of targets: those that users give mypy.
        self.unowned: dict[str, str] = {}  # Modules that no action has.
        self.aliases: dict[str, str] = {}  # Those that have an owner by another name.
        self.rivals: dict[str, list[str]] = {}  # Who has a module that several have.
        self.files: dict[str, str] = {}  # Paths of all, and the real files.
        self.paths: dict[str, str] = {}  # Every module, namespaces included.
        self.interfaces: dict[str, str] = {}  # Modules of other targets.
        self.packs: dict[str, Pack] = {}  # Modules of packages and typeshed.
        self.hidden: dict[str, str] = {}  # Of those, which a target has as well.
        self.reasons: dict[str, str] = {}  # Why entries of modules are of no use.
        self.namespaces: set[str] = set()
        self.template: Optional[Pack] = None  # The pack that has TEMPLATE.
        self.silenced: tuple[str, ...] = ()  # Where nothing is reported, besides typeshed.
        self._opened: dict[str, Pack] = {}

    def entry_of(self, module: str) -> Optional[Pack]:
        """The pack that has the module's entry; None if the module is to be analysed here."""
        pack = self.packs.get(module)
        if pack is None and module in self.interfaces:
            pack = self._opened.get(module)
            if pack is None:
                pack = self._opened[module] = Pack(self.interfaces[module])
        return pack

    def blocked_imports(self, imported: Container[str]) -> dict[Blocked, list[str]]:
        """The modules that have no interface, by the reason; of those imported, if there are any."""
        blocked = [(name, pack.blocked) for name, pack in sorted(self._opened.items())]
        direct = [(name, reason) for name, reason in blocked if reason and name in imported]
        reasons: dict[Blocked, list[str]] = {}
        for name, reason in direct or blocked:
            if reason:
                reasons.setdefault(reason, []).append(name)
        return reasons

    def origin(self, module: str) -> Optional[str]:
        """The input file that a use of the module is a use of."""
        if module in self.interfaces:
            return self.interfaces[module]
        if module in self.unowned:
            path = self.unowned[module]
            return path if self.files[path] == path else None
        pack = self.packs.get(module)
        return pack.path if pack else None

    def declared(self) -> set[str]:
        """The sources of other actions."""
        return {
            path
            for module, path in self.paths.items()
            if path not in self.files and module not in self.namespaces
        }

    def directories(self) -> set[str]:
        return {self.paths[module] for module in self.namespaces}

    def add_own(self, modules: Mapping[str, str], files: Mapping[str, str]) -> None:
        for module in modules:
            self.packs.pop(module, None)
            self.interfaces.pop(module, None)
            self.unowned.pop(module, None)
        self.own.update(modules)
        self.files.update(files)
        self.paths.update(modules)

    def add_unowned(self, modules: Mapping[str, str]) -> None:
        """Modules that whoever imports them analyses, where nothing else has that name."""
        for module, path in modules.items():
            if module not in self.paths:
                self.unowned[module] = self.paths[module] = self.files[path] = path

    def add_typeshed(self, typeshed: World) -> None:
        """mypy's own typeshed, where no action has analysed it."""
        for module, path in typeshed.own.items():
            if module not in self.paths:
                self.unowned[module] = self.paths[module] = path
                self.files[path] = typeshed.files[path]

    def unowned_inputs(self) -> set[str]:
        """What actions of modules that have none of their own read."""
        return {path for path in self.unowned.values() if self.files[path] == path}

    def add_namespaces(self) -> None:
        """Makes a package of every ancestor that no action has; nobody owns it."""
        missing = parents(self.paths) - self.paths.keys()
        while missing:
            for package in sorted(missing):
                self.add_namespace(package)
            missing = parents(missing) - self.paths.keys()

    def add_namespace(self, package: str) -> None:
        self.paths[package] = namespace_path(package)
        self.namespaces.add(package)


def parents(modules: Iterable[str]) -> set[str]:
    return {module.rpartition(".")[0] for module in modules} - {""}


def namespace_path(package: str) -> str:
    return f"{NAMESPACES}/{package.replace('.', '/')}"


def dependencies(closure: Closure, open_pack: Callable[[str], Pack] = Pack) -> World:
    """What the dependencies of an action give."""
    world = World()
    packs = [add_pack(world, manifest, open_pack) for manifest in closure.packs()]
    roots = closure.roots()
    places: dict[Optional[str], int] = {}
    places.update((root.path, number) for number, root in reversed(list(enumerate(roots))))
    places[""] = -1  # The execution root comes first.
    ranks: dict[str, tuple[int, str]] = {}
    losers: dict[str, list[str]] = {}
    for manifest in closure.targets():
        for name, module in manifest.modules.items():
            if module.interface is None:
                continue
            rank = (places.get(root_of(name, module.source), len(roots)), manifest.label)
            if name in ranks:
                losers.setdefault(name, []).append(max(rank, ranks[name])[1])
            if name not in ranks or rank < ranks[name]:
                ranks[name] = rank
                world.paths[name] = module.source
                world.interfaces[name] = module.interface
                if world.packs.pop(name, None) or name in world.hidden:
                    world.hidden[name] = manifest.label
    world.given = set(world.interfaces)
    world.rivals = {name: [ranks[name][1], *sorted(labels)] for name, labels in losers.items()}
    add_unowned(world, closure, packs)
    world.silenced = tuple(root.path for root in roots if root.kind in ("stubs", "site-packages"))
    return world


def add_unowned(world: World, closure: Closure, packs: list[Pack]) -> None:
    for manifest in [closure.own, *closure.targets()]:
        modules = [module for module in manifest.modules.values() if not module.interface]
        world.add_unowned({module.name: module.source for module in modules})
        for module in modules:
            if module.alias_of and module.name in world.unowned:
                world.aliases[module.name] = f"its owner calls it {module.alias_of}"
        for path, package in manifest.directories.items():
            world.add_unowned(modules_of_directory(path, package))
    for manifest in closure.unowned():
        world.add_unowned(modules_of_roots(manifest.roots))
    for pack in reversed(packs):
        world.add_unowned({module: pack.modules[module] for module in pack.bare})


def add_pack(world: World, manifest: Manifest, open_pack: Callable[[str], Pack]) -> Pack:
    assert manifest.pack is not None
    pack = open_pack(manifest.pack)
    world.paths.update(pack.modules)
    world.packs.update(dict.fromkeys(pack.modules, pack))
    for module in pack.bare:  # Only their paths are of use, where nothing else has that name.
        del world.packs[module], world.paths[module]
    if TEMPLATE in pack.modules:
        world.template = pack
        del world.paths[TEMPLATE], world.packs[TEMPLATE]
    return pack


@functools.lru_cache(maxsize=None)
def root_of(module: str, source: str) -> Optional[str]:
    """The folder that a source lies below, as the module that it is; None: it is called otherwise."""
    for suffix in SUFFIXES:
        relative = f"/{module.replace('.', '/')}{suffix}"
        if f"/{source}".endswith(relative):
            return source[: -len(relative)]
    return None


def target_world(closure: Closure, silent: bool, open_pack: Callable[[str], Pack] = Pack) -> World:
    world = dependencies(closure, open_pack)
    modules = sorted(closure.own.modules.items())
    sources = {name: module.source for name, module in modules if module.interface}
    hiding = dict.fromkeys(sources.keys() & world.packs.keys(), closure.own.label)
    world.add_own(sources, {source: source for source in sources.values()})
    world.hidden.update(hiding)
    world.given.update(sources)
    if silent:
        world.silenced += tuple(sorted({os.path.dirname(source) for source in sources.values()}))
    world.add_namespaces()
    return world


def package_world(
    closure: Closure, excluded: set[str], open_pack: Callable[[str], Pack] = Pack
) -> World:
    """A package's own modules are all that is importable below its roots, but for `excluded`."""
    world = dependencies(closure, open_pack)
    modules = {
        name: path
        for name, path in modules_of_roots(closure.own.roots).items()
        if name not in excluded and not stands_in_typeshed(world, name)
    }
    world.add_own(modules, {path: path for path in modules.values()})
    world.add_namespaces()
    return world


def stands_in_typeshed(world: World, module: str) -> bool:
    pack = world.packs.get(module)
    return pack is not None and pack.modules[module].startswith(TYPESHED)


def modules_of_roots(roots: list[Root]) -> dict[str, str]:
    """The importable modules of a distribution; stubs hide the packages that they are for."""
    modules: dict[str, str] = {}
    hidden: set[str] = set()
    for root in sorted(roots, key=lambda root: (ROOT_KINDS.index(root.kind), root.path)):
        found: dict[str, str] = {}
        hiding: set[str] = set()
        for top, package, path in top_levels(root):
            if package in hidden or package in hiding and not top.endswith("-stubs"):
                continue
            if top.endswith("-stubs") or root.kind == "stubs":
                if os.path.isdir(path) and not is_partial(path):
                    hiding.add(package)
            for name, file in modules_below(package, path):
                found.setdefault(name, file)
        for name, file in found.items():
            modules.setdefault(name, file)
        hidden |= hiding
    return modules


def modules_of_directory(path: str, package: str) -> dict[str, str]:
    """The importable modules in a directory that is a package; "": it is on the search path."""
    modules: dict[str, str] = {}
    for suffix in SUFFIXES[:2]:
        if package and os.path.isfile(path + suffix):
            modules.setdefault(package, path + suffix)
    parent = f"{package}." if package else ""
    for name in sorted(os.listdir(path), key=preference):
        if not name.startswith("__init__."):
            for module, file in modules_below(name, f"{path}/{name}", parent):
                modules.setdefault(module, file)
    return modules


def top_levels(root: Root) -> list[tuple[str, str, str]]:
    """Name, package and path of what lies in a root, stub packages first."""
    try:
        names = sorted(os.listdir(root.path), key=preference)
    except OSError:
        return []
    names.sort(key=lambda name: not name.endswith("-stubs"))
    return [
        (name, name[:-6] if name.endswith("-stubs") else name, f"{root.path}/{name}")
        for name in names
    ]


def preference(name: str) -> tuple[int, str]:
    """Packages before modules, and stubs before sources: mypy's order in a folder."""
    return (".pyi", ".py").index(name[name.rindex(".") :]) + 1 if is_module(name) else 0, name


def is_module(name: str) -> bool:
    return name.endswith((".py", ".pyi"))


def is_importable(name: str) -> bool:
    """Whether an import statement can name it."""
    return name.isidentifier() and not keyword.iskeyword(name)


def is_partial(package: str) -> bool:
    try:
        with open(f"{package}/py.typed", "rb") as file:
            return file.read().strip() == b"partial"
    except OSError:
        return False


def modules_below(name: str, path: str, parent: str = "") -> Iterator[tuple[str, str]]:
    """The modules of a file or folder `name` in the package `parent`, the preferred file first."""
    if is_module(name):
        stem = name[: name.rindex(".")]
        if is_importable(stem) and os.path.isfile(path):
            yield parent + stem, path
    elif is_importable(name) and name != "__pycache__" and os.path.isdir(path):
        names = sorted(os.listdir(path), key=preference)
        for init in ("__init__.pyi", "__init__.py"):
            if init in names:
                yield parent + name, f"{path}/{init}"
        for inner in names:
            if not inner.startswith("__init__."):
                yield from modules_below(inner, f"{path}/{inner}", f"{parent}{name}.")


def typeshed_world(modules: Mapping[str, str], folder: str) -> World:
    """typeshed alone; `modules` are paths below `folder`, where mypy keeps it."""
    world = World()
    own = {name: f"{TYPESHED}/{path}" for name, path in modules.items()}
    files = {f"{TYPESHED}/{path}": f"{folder}/{path}" for path in modules.values()}
    world.add_own(own, files)
    world.add_namespaces()
    world.add_namespace(TEMPLATE)
    return world
