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
import os
from dataclasses import dataclass, field
from typing import Iterable, Optional, Sequence, TypeVar, Union

import mypy.nativeparse  # mypy imports it when it parses: every fork would.
from mypy.build import State
from mypy.nodes import MypyFile
from mypy.typestate import reset_global_state
from mypy.types import Instance, instance_cache

from . import action as actions
from . import imports, mypy2
from .action import Action
from .engine import Settings
from .graph2 import NearTooSmall
from .hiding import give_up
from .manifest import Closure, Manifest, read_manifest
from .pack import Pack
from .report import BLOCKING, Result
from .worker import FULL_SHARE, Handler
from .worker_watch import Signature, signature
from .world import World, modules_of_roots, package_world, target_world

T = TypeVar("T")

SHARED_INSTANCES = ("str_type", "function_type", "int_type", "bool_type", "object_type")

# So many requests in a row with another configuration than the session's, and the session changes.
PATIENCE = 8

# A package's source is so many times less work, since nobody asks what is wrong in its functions.
BODIES_SKIPPED = 4

# Of so many own modules, at most, the imports are looked for.
MODULES_TO_READ = 100

# An action that only reads sources is so many times less work than one that checks them.
MERELY_READ = 50


@dataclass
class Prepared:
    """A request for a target or a package, understood."""

    action: Action
    closure: Closure
    world: World
    imports: set[str]  # What own sources seem to import, of what others have.


class Files:
    """Manifests and packs that were read before, while their files are the same."""

    def __init__(self) -> None:
        self.manifests: dict[str, tuple[Signature, Manifest]] = {}
        self.reached: dict[str, set[str]] = {}  # From a manifest; valid while all are the same.
        self.packs: dict[str, tuple[Signature, Pack]] = {}
        self.signatures: dict[str, Signature] = {}

    def look_again(self) -> None:
        """Files may have changed since."""
        self.signatures.clear()
        known = self.manifests.items()
        changed = [path for path, (then, _) in known if self.signature(path) != then]
        for path in changed:
            del self.manifests[path]
        if changed:
            self.reached.clear()

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

    def closure(self, path: str) -> Closure:
        """As read_closure(); what a dependency reaches is often known."""
        own = self.manifest(path)
        found: set[str] = set()
        waiting = list(own.deps)
        while waiting:
            dependency = waiting.pop()
            if dependency not in found:
                found.add(dependency)
                known = self.reached.get(dependency)
                if known is None:
                    waiting.extend(self.manifest(dependency).deps)
                else:
                    found |= known
        found.discard(path)
        self.reached[path] = found
        return Closure(own, [self.manifest(name) for name in sorted(found)])

    def pack(self, path: str) -> Pack:
        now = self.signature(path)
        known = self.packs.get(path)
        if known is None or known[0] != now:
            known = self.packs[path] = now, Pack(path)
        return known[1]


@dataclass
class Loaded:
    """A module in the session."""

    path: str
    place: Union[str, Pack, None]  # An interface, or a pack; None: a namespace package.
    origin: Optional[str]  # The file of that.
    dependents: set[str] = field(default_factory=set)


class Warm:
    """A session and the modules that are loaded in it."""

    def __init__(self, settings: Settings, world: World, files: Files) -> None:
        self.settings = settings
        self.ini = signature(settings.mypy_ini or "")
        self.files = files
        self.session = mypy2.open_session(settings, world, False)
        self.loaded: dict[str, Loaded] = {}
        self.origins: dict[str, Signature] = {}  # The files that they came from.
        # The same modules, as mypy wants them.
        self.states: dict[str, State] = {}
        self.trees: dict[str, MypyFile] = {}
        self.import_map: dict[str, set[str]] = {}
        # Modules that cannot be loaded without an analysis, and the files that were tried.
        self.refused: dict[str, dict[str, Signature]] = {}
        self.tried: dict[str, Signature] = {}
        self.instances: dict[str, Optional[Instance]] = {}
        self.selected: Optional[Prepared] = None

    def drop_changed(self) -> None:
        """Forgets what came from files that have changed since, and all that was built on it."""
        changed = {
            path for path, known in self.origins.items() if self.files.signature(path) != known
        }
        if changed:
            self.drop(module for module, known in self.loaded.items() if known.origin in changed)
            for path in changed:
                del self.origins[path]
        for module, tried in list(self.refused.items()):
            if any(self.files.signature(path) != known for path, known in tried.items()):
                del self.refused[module]

    def drop(self, modules: Iterable[str]) -> None:
        for module in self.with_dependents(modules):
            for dependency in self.import_map.pop(module):
                if dependency in self.loaded:
                    self.loaded[dependency].dependents.discard(module)
            del self.loaded[module], self.states[module], self.trees[module]

    def with_dependents(self, modules: Iterable[str]) -> set[str]:
        found: set[str] = set()
        waiting = list(modules)
        while waiting:
            module = waiting.pop()
            if module not in found and module in self.loaded:
                found.add(module)
                waiting.extend(self.loaded[module].dependents)
        return found

    def select(self, world: World, color: bool) -> None:
        """Lets mypy see what an action in the world would load, and no more."""
        paths, interfaces, packs = world.paths, world.interfaces, world.packs
        strange = [
            module
            for module, known in self.loaded.items()
            if paths.get(module) != known.path
            or (place := interfaces.get(module) or packs.get(module)) is not known.place
            and file_of(place) != known.origin
        ]
        hidden = self.with_dependents(strange)
        session, manager = self.session, self.session.manager
        session.graph = {}
        show(session.graph, self.states, hidden)
        # These two are shared by mypy's parts: they stay the same objects.
        show(manager.modules, self.trees, hidden)
        show(manager.import_map, self.import_map, hidden)
        self.share_instances("builtins" in session.graph)
        manager.missing_modules.clear()
        manager.rechecked_modules.clear()
        manager.ast_cache.clear()
        reset_global_state()
        mypy2.enter(session, world, color)
        self.selected = None

    def select_for(self, prepared: Prepared) -> None:
        world = prepared.world
        self.select(world, prepared.action.color)
        if not has_two_names(world):
            self.session.near = near(self.session.graph, [*prepared.imports, *world.own])
        self.selected = prepared

    def share_instances(self, visible: bool) -> None:
        """mypy has one object for all types `int` that it reads: it goes with its `builtins`."""
        for name in SHARED_INSTANCES:
            instance = self.instances.get(name) if visible else None
            setattr(instance_cache, name, instance)
            if instance is not None:
                # The last one who used it may have left a mark.
                instance.line = instance.column = -1
                instance.end_line = instance.end_column = None

    def load(self, prepared: Prepared) -> None:
        """Loads what the action will load, as it will."""
        names = prepared.imports - self.loaded.keys() - self.refused.keys()
        if names and not self.try_to_load(prepared, names):
            for name in sorted(names):
                if name not in self.loaded and not self.try_to_load(prepared, {name}):
                    self.refused[name] = self.tried

    def try_to_load(self, prepared: Prepared, names: set[str]) -> bool:
        """False: something of it would have to be analysed, which is the action's own business."""
        session, world = self.session, prepared.world
        self.select(world, False)
        before = set(session.graph)
        good = True
        try:
            mypy2.preload(session, sorted(names))
        except Exception:
            good = False  # There is no entry, or mypy rejects it.
        new = session.graph.keys() - before
        self.tried = {
            origin: self.files.signature(origin)
            for name in new | names
            if (origin := world.origin(name))
        }
        if good:
            self.keep(world, sorted(new))
        return good

    def keep(self, world: World, modules: Sequence[str]) -> None:
        self.drop(modules)  # Others of that name.
        session = self.session
        for module in modules:
            place = world.interfaces.get(module) or world.packs.get(module)
            origin = file_of(place)
            self.loaded[module] = Loaded(world.paths[module], place, origin)
            if origin:
                self.origins[origin] = self.files.signature(origin)
            self.states[module] = session.graph[module]
            self.trees[module] = session.manager.modules[module]
            self.import_map[module] = session.graph[module].dependencies_set
        for module in modules:
            for dependency in self.import_map[module]:
                self.loaded[dependency].dependents.add(module)
        self.instances = {name: getattr(instance_cache, name) for name in SHARED_INSTANCES}

    def check(self, prepared: Prepared) -> Result:
        """In a fork: what a plain process would find."""
        world, silent = prepared.world, prepared.action.silent
        if self.selected is not prepared:
            self.select_for(prepared)
        self.selected = None
        try:
            return mypy2.check(self.session, world, silent)
        except NearTooSmall:
            self.select(world, prepared.action.color)
            return mypy2.check(self.session, world, silent)


class WarmEngine:
    """mypy2 for a package, on a session that is there."""

    dependencies_of = staticmethod(mypy2.dependencies_of)
    interface_of = staticmethod(mypy2.interface_of)
    own_business = staticmethod(mypy2.own_business)
    typeshed = staticmethod(mypy2.typeshed)
    target = staticmethod(mypy2.target)

    def __init__(self, warm: Warm) -> None:
        self.warm = warm

    def package(self, settings: Settings, world: World, wanted: Sequence[str]) -> Result:
        assert settings == self.warm.settings
        self.warm.select(world, False)
        return mypy2.make_pack(self.warm.session, world, wanted)


def file_of(place: Union[str, Pack, None]) -> Optional[str]:
    return place.path if isinstance(place, Pack) else place


def show(shown: dict[str, T], known: dict[str, T], hidden: set[str]) -> None:
    """Makes the first what the second is, but for what is hidden."""
    shown.clear()
    shown.update(known)
    for module in hidden:
        del shown[module]


def near(graph: dict[str, State], modules: Iterable[str]) -> dict[str, State]:
    """The part of the graph with these modules and the packages that they are in."""
    found: dict[str, State] = {}
    for module in modules:
        while module and module not in found:
            if module in graph:
                found[module] = graph[module]
            module = module.rpartition(".")[0]
    return found


def has_two_names(world: World) -> bool:
    """Whether a source is two modules: mypy must see all that there is, to complain."""
    return sum(path in world.files for path in world.paths.values()) > len(world.files)


class WarmHandler(Handler):
    """Does targets and packages in forks of a session; everything else as the base does."""

    def __init__(self) -> None:
        self.files = Files()
        self.warm: Optional[Warm] = None
        self.prepared: dict[tuple[str, ...], Prepared] = {}
        self.others = 0  # Requests in a row that were not for the session.

    def weight(self, arguments: Sequence[str]) -> int:
        if imports.is_meant(arguments):
            return imports.size(arguments) // MERELY_READ
        try:
            action = actions.parse_arguments(arguments)
            manifest = read_manifest(action.manifest)
            if action.action == "target":
                return sum(os.path.getsize(m.source) for m in manifest.modules.values())
            if action.action == "package":
                modules = modules_of_roots(manifest.roots)
                return sum(map(os.path.getsize, modules.values())) // BODIES_SKIPPED
        except (Exception, SystemExit):
            pass  # The action will complain.
        return FULL_SHARE

    def prepare(self, requests: Sequence[Sequence[str]]) -> int:
        sources_only = list(map(imports.is_meant, requests))
        if sources_only[0]:
            return [*sources_only, False].index(False)
        self.files.look_again()
        self.prepared.clear()
        if self.warm is not None:
            self.warm.drop_changed()
        for request in requests:
            prepared = self.understand(request)
            if prepared is None or not self.is_for_session(prepared):
                break
            assert self.warm is not None
            self.warm.load(prepared)
            self.prepared[tuple(request)] = prepared
        if self.prepared and self.warm is not None:
            # Here, not in the fork, which would copy every page that this touches.
            self.warm.select_for(next(iter(self.prepared.values())))
        gc.collect(0)
        gc.freeze()
        return max(1, len(self.prepared))

    def understand(self, request: Sequence[str]) -> Optional[Prepared]:
        """None: typeshed's, or one that an action of its own has to complain about."""
        if imports.is_meant(request):
            return None
        try:
            action = actions.parse_arguments(request)
            if action.action == "typeshed":
                return None
            closure = self.files.closure(action.manifest)
            if action.action == "package":
                world = package_world(closure, set(), self.files.pack)
            else:
                world = target_world(closure, action.silent, self.files.pack)
                give_up(world, closure, mypy2.dependencies_of)
            return Prepared(action, closure, world, imported(world))
        except (Exception, SystemExit):
            return None

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

    def run(self, arguments: Sequence[str]) -> int:
        if imports.is_meant(arguments):
            return imports.main(arguments)
        prepared = self.prepared.get(tuple(arguments))
        if prepared is None or self.warm is None:
            return self.run_cold(arguments)
        if prepared.action.action == "package":
            return actions.perform_package(
                prepared.action, WarmEngine(self.warm), prepared.closure
            )
        result = self.warm.check(prepared)
        if result.status == BLOCKING and prepared.world.aliases:
            # mypy may have complained of a source that only the session has by another name.
            return self.run_cold(arguments)
        return actions.emit_target(
            prepared.action, mypy2, prepared.closure, prepared.world, result
        )

    def run_cold(self, arguments: Sequence[str]) -> int:
        """As a plain process does it, with a session of its own; mypy has one in a process."""
        self.reusable = False
        return actions.main(arguments)


def imported(world: World) -> set[str]:
    """What own sources seem to import, of what there is."""
    seen = {"builtins"}
    # The many modules of a large package import each other, and take long to read.
    for module, path in list(world.own.items())[:MODULES_TO_READ]:
        with open(path, "rb") as file:
            seen.update(imports.names_imported(module, path, imports.found(file.read())))
    elsewhere = world.paths.keys() - world.own.keys() - world.aliases.keys()
    return seen & elsewhere
