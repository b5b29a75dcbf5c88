# SPDX-License-Identifier: Apache-2.0
"""The warm part of the server: modules that many targets import are loaded once, before the fork.

A server keeps one mypy session.  Before it forks for targets it loads what their sources import: the
entries in packs and in the interfaces of targets that have finished.  What is loaded is what the
action itself would load, and nothing is ever analysed: a fork differs from a plain process only in
that less is left to load.

The one invariant: a fork sees a loaded module only if its own action would load the same one, from
the same file, over the same modules.  Everything else is out of its sight before mypy looks.
"""

from __future__ import annotations

import gc
import re
from dataclasses import dataclass, field
from typing import Any, Iterable, Iterator, Optional, Sequence

from mypy.typestate import reset_global_state

from . import action as actions
from . import mypy2
from .action import Action
from .engine import Settings
from .manifest import Closure, Manifest, read_closure, read_manifest
from .pack import Pack
from .worker import Handler
from .worker_watch import Signature, signature
from .world import World, target_world

# So many requests in a row with another configuration than the session's, and the session changes.
PATIENCE = 8

# What a line of Python imports; a name too many does no harm.
IMPORT = re.compile(
    rb"^[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+(\([^)]*|[^\n]*)|import[ \t]+([^\n;]+))",
    re.MULTILINE,
)
NAME = re.compile(rb"[^\W\d][\w.]*")


@dataclass
class Prepared:
    """A request for a target, understood."""

    action: Action
    closure: Closure
    world: World


class Files:
    """Manifests and packs that were read before, while their files are the same."""

    def __init__(self) -> None:
        self.manifests: dict[str, tuple[Signature, Manifest]] = {}
        self.packs: dict[str, tuple[Signature, Pack]] = {}
        self.signatures: dict[str, Signature] = {}

    def look_again(self) -> None:
        """Files may have changed since."""
        self.signatures.clear()

    def signature(self, path: str) -> Signature:
        known = self.signatures.get(path)
        if known is None:
            known = self.signatures[path] = signature(path)
        return known

    def manifest(self, path: str) -> Manifest:
        now = self.signature(path)
        known = self.manifests.get(path)
        if known is None or known[0] != now:
            known = self.manifests[path] = now, read_manifest(path)
        return known[1]

    def pack(self, path: str) -> Pack:
        now = self.signature(path)
        known = self.packs.get(path)
        if known is None or known[0] != now:
            known = self.packs[path] = now, Pack(path)
        return known[1]


@dataclass
class Loaded:
    """A module in the session, with what mypy knows of it."""

    state: Any  # mypy's State
    tree: Any  # mypy's MypyFile
    origin: Optional[str]  # The file that its entry came from; None: a namespace package.
    signature: Signature
    dependents: set[str] = field(default_factory=set)


class Warm:
    """A session and the modules that are loaded in it."""

    def __init__(self, settings: Settings, world: World, files: Files) -> None:
        self.settings = settings
        self.ini = signature(settings.mypy_ini or "")
        self.files = files
        self.session = mypy2.open_session(settings, world, False)
        self.loaded: dict[str, Loaded] = {}
        self.refused: set[str] = set()
        self.selected: Optional[World] = None

    def drop_changed(self) -> None:
        """Forgets what came from files that have changed since, and all that was built on it."""
        changed = [
            module
            for module, known in self.loaded.items()
            if known.origin and self.files.signature(known.origin) != known.signature
        ]
        self.drop(changed)

    def drop(self, modules: Iterable[str]) -> None:
        for module in self.with_dependents(modules):
            for dependency in self.loaded.pop(module).state.dependencies:
                if dependency in self.loaded:
                    self.loaded[dependency].dependents.discard(module)
            self.selected = None

    def with_dependents(self, modules: Iterable[str]) -> set[str]:
        found: set[str] = set()
        waiting = list(modules)
        while waiting:
            module = waiting.pop()
            if module not in found and module in self.loaded:
                found.add(module)
                waiting.extend(self.loaded[module].dependents)
        return found

    def select(self, world: World, color: bool = False) -> None:
        """Lets mypy see what the world's own action would load, and no more."""
        strange = [
            module
            for module, known in self.loaded.items()
            if world.paths.get(module) != known.state.path
            or module in world.own
            or world.origin(module) != known.origin
        ]
        hidden = self.with_dependents(strange)
        session, manager = self.session, self.session.manager
        shown = {m: known for m, known in self.loaded.items() if m not in hidden}
        session.graph = {module: known.state for module, known in shown.items()}
        # These three are shared by mypy's parts: they stay the same objects.
        manager.modules.clear()
        manager.modules.update((module, known.tree) for module, known in shown.items())
        manager.import_map.clear()
        manager.import_map.update((m, known.state.dependencies_set) for m, known in shown.items())
        manager.missing_modules.clear()
        mypy2.enter(session, world, color)

    def load(self, world: World, wanted: Iterable[str]) -> None:
        """Loads modules and what they import, as the world has them."""
        names = [name for name in wanted if name not in self.refused and name in world.paths]
        if all(name in self.loaded for name in names):
            return
        self.select(world)
        before = set(self.session.graph)
        try:
            again = mypy2.preload(self.session, names)
        except Exception:
            # A module that has no entry, or one that mypy rejects: the action will say so.
            again = dict.fromkeys(names, "")
        if again:
            self.refused.update(names)
            return
        self.keep(world, self.session.graph.keys() - before)

    def keep(self, world: World, modules: Iterable[str]) -> None:
        modules = list(modules)
        self.drop(modules)  # others of that name
        for module in modules:
            origin = world.origin(module)
            noted = self.files.signature(origin) if origin else None
            state = self.session.graph[module]
            tree = self.session.manager.modules[module]
            self.loaded[module] = Loaded(state, tree, origin, noted)
        for module in modules:
            for dependency in self.loaded[module].state.dependencies:
                self.loaded[dependency].dependents.add(module)


class WarmHandler(Handler):
    """Does targets in forks of a session; everything else as the base does."""

    def __init__(self) -> None:
        self.files = Files()
        self.warm: Optional[Warm] = None
        self.prepared: dict[tuple[str, ...], Prepared] = {}
        self.others = 0  # Requests in a row that were not for the session.

    def prepare(self, requests: Sequence[Sequence[str]]) -> int:
        self.files.look_again()
        self.prepared.clear()
        if self.warm is not None:
            self.warm.drop_changed()
        count = 0
        for request in requests:
            prepared = self.understand(request)
            if prepared is None or not self.is_for_session(prepared):
                break
            self.prepared[tuple(request)] = prepared
            self.load(prepared)
            count += 1
        gc.collect(0)
        gc.freeze()
        return max(1, count)

    def understand(self, request: Sequence[str]) -> Optional[Prepared]:
        """None: not a target, or one that an action of its own has to complain about."""
        try:
            action = actions.parse_arguments(request)
            if action.action != "target":
                return None
            closure = read_closure(action.manifest, self.files.manifest)
            world = target_world(closure, action.silent, self.files.pack)
        except (Exception, SystemExit):
            return None
        return Prepared(action, closure, world)

    def is_for_session(self, prepared: Prepared) -> bool:
        settings = actions.settings_of(prepared.action)
        if self.warm is not None and self.warm.settings == settings:
            self.others = 0
            if self.files.signature(settings.mypy_ini or "") == self.warm.ini:
                return True
        elif self.warm is not None:
            self.others += 1
            if self.others < PATIENCE:
                return False
        self.warm = None
        gc.unfreeze()
        try:
            self.warm = Warm(settings, prepared.world, self.files)
        except (Exception, SystemExit):
            return False
        return True

    def load(self, prepared: Prepared) -> None:
        assert self.warm is not None
        self.warm.load(prepared.world, sorted(imported(prepared.world)))

    def run(self, arguments: Sequence[str]) -> int:
        prepared = self.prepared.get(tuple(arguments))
        if prepared is None or self.warm is None:
            return actions.main(arguments)
        return self.warm_run(self.warm, prepared)

    def warm_run(self, warm: Warm, prepared: Prepared) -> int:
        action, world = prepared.action, prepared.world
        reset_global_state()
        warm.select(world, action.color)
        result = mypy2.check(warm.session, world, action.silent)
        return actions.emit_target(action, mypy2, prepared.closure, world, result)


def imported(world: World) -> Iterator[str]:
    """What own sources seem to import, of what there is."""
    seen = {"builtins"}
    for module, path in world.own.items():
        with open(path, "rb") as file:
            seen.update(names_imported(module, path, file.read()))
    return (name for name in seen if name in world.paths and name not in world.own)


def names_imported(module: str, path: str, text: bytes) -> Iterator[str]:
    for match in IMPORT.finditer(text):
        dots, package, names, modules = match.groups()
        if modules is not None:
            yield from (name.decode() for name in NAME.findall(modules))
            continue
        base = package.decode()
        if dots:
            is_package = path.rpartition("/")[2].startswith("__init__.")
            parts = module.split(".")
            parents = parts[: len(parts) - len(dots) + is_package]
            base = ".".join([*parents, base] if base else parents)
        yield base
        yield from (f"{base}.{name.decode()}" for name in NAME.findall(names))
