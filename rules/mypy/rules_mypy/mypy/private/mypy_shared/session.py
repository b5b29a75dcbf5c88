# SPDX-License-Identifier: Apache-2.0
"""mypy in this process: one analysis of own modules over the entries of others.

A Session is a mypy that is ready to work: options, a manager, and the graph of the modules that it
has loaded.  For one action it is

    session = open_session(release, settings, world, color)
    result = check(session, world)

and a server that keeps a session between actions does

    session = open_session(release, settings, world, color)
    preload(session, modules)           load modules and all that they import; nothing is analysed
    ... fork, and in the child ...
    enter(session, world, color)        from now on only that world exists
    result = check(session, world)

with the same bytes in the result.  What differs between releases of mypy is a Release; mypy2 and
mypy117 have one each.  The one invariant: mypy analyses own modules and namespace packages, which
nobody owns; anything else that it analyses is in `result.again`, with the reason.
"""

from __future__ import annotations

import gc
import os
import sys
from abc import ABC, abstractmethod
from typing import AbstractSet, Any, Iterable, Mapping, Optional, Sequence

from mypy.build import (
    CORE_BUILTIN_MODULES,
    BuildManager,
    State,
    default_data_dir,
    load_plugins,
)
from mypy.errors import CompileError, Errors
from mypy.fscache import FileSystemCache
from mypy.modulefinder import (
    BuildSource,
    BuildSourceSet,
    FindModuleCache,
    SearchPaths,
    default_lib_path,
)
from mypy.options import Options
from mypy.plugin import Plugin
from mypy.typestate import reset_global_state
from mypy.util import read_py_file
from mypy.version import __version__

from .configuration import give_first_party, make_options, typeshed_folder, typeshed_modules
from .engine import ConfigurationError, NotAccepted, Settings
from .files import DeclaredFiles
from .pack import Blocked, Entry
from .report import NOT_CHECKED, Printer, Result
from .store import Entries, open_store
from .world import NAMESPACES, TEMPLATE, TYPESHED, World, namespace_path, typeshed_world

DRIVER = "__starmypy_driver__"


class DependencyBlocked(Exception):
    """Something that is imported has no interface."""


class Release(ABC):
    """What differs between releases of mypy."""

    empty_meta_ex: bytes  # The part of an entry that interfaces do not have, if mypy wants it.

    @abstractmethod
    def make_manager(self, options: Options, entries: Entries, printer: Printer) -> BuildManager:
        """A manager as mypy's own build makes it, with nothing left over from an earlier one."""

    def new_manager(
        self, options: Options, printer: Printer, plugins: Sequence[Plugin] = (), **more: Any
    ) -> BuildManager:
        """What make_manager() is made of: further plugins, and what the release's manager takes."""
        errors = Errors(options, read_source=lambda path: source_lines(manager, path))
        plugin, snapshot = load_plugins(options, errors, printer.stdout, list(plugins))
        self.know_plugins(options)
        # It looks for the builtin modules at once, where they really are.
        folder = default_data_dir()
        typeshed = default_lib_path(folder, options.python_version, options.custom_typeshed_dir)
        manager = BuildManager(
            folder,
            SearchPaths((), (), (), tuple(typeshed)),
            ignore_prefix=os.getcwd(),
            source_set=BuildSourceSet([]),
            reports=None,
            options=options,
            version_id=__version__,
            plugin=plugin,
            plugins_snapshot=snapshot,
            errors=errors,
            error_formatter=None,
            flush_errors=printer.flush,
            fscache=FileSystemCache(),
            stdout=printer.stdout,
            stderr=printer.stderr,
            **more,
        )
        reset_global_state()
        return manager

    def know_plugins(self, options: Options) -> None:
        """Called when plugins are loaded, which may define error codes."""

    @abstractmethod
    def analyse(self, session: Session, sources: list[BuildSource], load: bool) -> dict[str, str]:
        """Analyses sources and what they import, where it has no entry.

        With `load`, entries are loaded even if nothing that is analysed needs them.  Returns the
        modules that were analysed although others own them, and why.
        """

    @abstractmethod
    def builtin_name_error(self, session: Session, module: str, path: str) -> CompileError:
        """What mypy says of a user's module that has the name of one that mypy is built on."""

    @abstractmethod
    def json_messages(self, session: Session, file: str) -> list[str]:
        """The messages for a file, as mypy's --output=json has them."""

    @abstractmethod
    def entry_names(self, module: str, path: str, options: Options) -> tuple[str, str, str]:
        """What mypy calls meta, data and meta_ex of a module; the last is "" if there is none."""

    @abstractmethod
    def rename(self, part: bytes, template: str, package: str) -> bytes:
        """Makes of the entry of the namespace package `template` that of another one."""


class Session:
    """A mypy ready to work."""

    def __init__(
        self,
        release: Release,
        options: Options,
        complaints: str,
        manager: BuildManager,
        entries: Entries,
        printer: Printer,
    ) -> None:
        self.release = release
        self.options = options
        self.complaints = complaints  # What mypy printed about its configuration.
        self.manager = manager
        self.graph: dict[str, State] = {}
        self.entries = entries
        self.printer = printer
        self.near: Optional[dict[str, State]] = None  # See graph2.load_modules().
        self.depths: dict[str, int] = {}  # See graph2.process_modules().


def search_paths(silenced: tuple[str, ...]) -> SearchPaths:
    """Nothing is searched for; what lies below the last two is never reported on."""
    paths = SearchPaths((), (), (), ())
    paths.package_path = silenced  # The constructor would make them absolute.
    paths.typeshed_path = (TYPESHED, NAMESPACES)
    return paths


def open_session(release: Release, settings: Settings, world: World, color: bool) -> Session:
    sys.setrecursionlimit(2**14)  # As mypy's main program does.
    options, complaints = make_options(settings)
    if "builtins" not in world.paths:
        folder = typeshed_folder(options)
        world.add_typeshed(typeshed_world(typeshed_modules(options), folder))
    # Almost all that mypy makes stays: to collect seldom saves a sixth of typeshed's time.
    gc.set_threshold(1_000_000, 30, 30)
    entries = Entries(world, release.empty_meta_ex, release.rename)
    printer = Printer(options, color)
    try:
        manager = release.make_manager(options, entries, printer)
    except CompileError as error:  # Of a plugin, say.
        raise ConfigurationError("\n".join([*error.messages, ""])) from None
    # From here on mypy's own folder is nowhere to be seen.
    options.abs_custom_typeshed_dir = os.path.abspath(TYPESHED)
    session = Session(release, options, complaints, manager, entries, printer)
    enter(session, world, color)
    return session


def source_lines(manager: BuildManager, path: str) -> Optional[list[str]]:
    """The lines that mypy shows below its messages: those of own sources."""
    files = manager.fscache
    if isinstance(files, DeclaredFiles) and path in files.own:
        return read_py_file(path, files.read)
    return None


def enter(session: Session, world: World, color: bool) -> None:
    """From now on only `world` exists, and what is found goes to a new report.

    Modules of the graph that the world does not have are forgotten: call this after a fork when
    others still need them.
    """
    manager = session.manager
    release = session.release
    session.entries = Entries(world, release.empty_meta_ex, release.rename)
    session.printer = Printer(session.options, color)
    session.near = None
    hidden = session.graph.keys() - world.paths.keys()
    for module in hidden:
        del session.graph[module]
        manager.modules.pop(module, None)
        getattr(manager, "import_map", {}).pop(module, None)  # mypy 2 only.
    give_first_party(session.options, world)
    manager.errors.reset()
    manager.metastore = open_store(session.entries)
    manager.flush_errors = session.printer.flush
    manager.stdout = session.printer.stdout
    manager.stderr = session.printer.stderr
    manager.search_paths = search_paths(world.silenced)
    manager.fscache = DeclaredFiles(
        world.files,
        world.declared(),
        world.directories(),
        lambda path: undeclared_text(session, path),
        lambda path: is_blocked(session, path),
    )
    manager.find_module_cache = FindModuleCache(
        manager.search_paths, manager.fscache, session.options
    )
    manager.find_module_cache.results.update(world.paths)
    set_sources(session, [])


def set_sources(session: Session, sources: list[BuildSource]) -> None:
    manager = session.manager
    manager.source_set = BuildSourceSet(sources)
    manager.find_module_cache.source_set = manager.source_set


def is_blocked(session: Session, path: str) -> bool:
    """Whether mypy has asked for the entry of that source, and there is none."""
    paths = session.entries.world.paths
    return any(paths[module] == path for module in session.entries.blocked)


def undeclared_text(session: Session, path: str) -> bytes:
    """The text of a dependency's source: mypy did not take its entry."""
    world = session.entries.world
    module = next(module for module, known in world.paths.items() if known == path)
    real = path
    if path.startswith(f"{TYPESHED}/"):
        real = f"{typeshed_folder(session.options)}/{path[len(TYPESHED) + 1 :]}"
    try:
        with open(real, "rb") as file:
            return file.read()
    except OSError:
        # mypy takes any other exception for a crash of its own.
        session.entries.refused = (
            f'mypy does not accept the entry of "{module}" in {world.origin(module)}'
        )
        raise CompileError([session.entries.refused]) from None


def check(session: Session, world: World, silent: bool = False) -> Result:
    """Analyses the world's own modules, and says what mypy says about them."""
    sources = [BuildSource(path, module, followed=silent) for module, path in world.own.items()]
    set_sources(session, sources)
    session.printer.silent = silent
    result = Result(__version__)
    try:
        refuse_builtin_names(session, world)
        result.again = analyse(session, sources)
    except DependencyBlocked:
        result.status = NOT_CHECKED
        result.used = used_modules(session, world)
        return result
    except CompileError as error:
        session.printer.silent = False
        session.printer.flush(None, error.messages, not error.use_stdout)
        result.blocked = blocked_by(error, world)
    blockers = result.blocked is not None
    result.status = session.printer.close(len(sources), blockers)
    result.stderr = session.complaints + session.printer.stderr.getvalue()
    result.stdout = session.printer.stdout.getvalue()
    result.messages = json_messages(session, blockers)
    result.used = used_modules(session, world)
    if not blockers:
        result.entries = entries_of(session, world.own)
    return result


def analyse(session: Session, sources: list[BuildSource], load: bool = False) -> dict[str, str]:
    """See Release.analyse()."""
    try:
        again = session.release.analyse(session, sources, load)
    except CompileError:
        if session.entries.refused:
            raise NotAccepted(session.entries.refused) from None
        raise
    world = session.entries.world
    nobodys = {DRIVER, *world.own, *world.unowned, *world.namespaces} - world.aliases.keys()
    return {
        module: world.reasons.get(module) or world.aliases.get(module, reason)
        for module, reason in again.items()
        if module not in nobodys
    }


def refuse_blocked(session: Session) -> None:
    """Releases call this when they have loaded what is imported, before they analyse it."""
    if session.entries.blocked:
        raise DependencyBlocked


def refuse_builtin_names(session: Session, world: World) -> None:
    for module in CORE_BUILTIN_MODULES:
        path = world.own.get(module)
        if path is not None and not path.startswith(f"{TYPESHED}/"):
            raise session.release.builtin_name_error(session, module, path)


def blocked_by(error: CompileError, world: World) -> Blocked:
    message = error.messages[0] if error.messages else "mypy stopped"
    file = world.own.get(error.module_with_blocker or "") or message.partition(":")[0]
    return Blocked("", file, message)


def json_messages(session: Session, blockers: bool) -> list[str]:
    """The messages that were printed, as mypy's --output=json has them."""
    files = dict.fromkeys(session.printer.files)
    if blockers:
        files.update(dict.fromkeys(session.manager.errors.error_info_map))
    return [message for file in files for message in session.release.json_messages(session, file)]


def entries_of(session: Session, modules: Mapping[str, str]) -> dict[str, Entry]:
    """What mypy has written for modules."""
    written = session.entries.written
    entries: dict[str, Entry] = {}
    for module, path in modules.items():
        meta, data, meta_ex = session.release.entry_names(module, path, session.options)
        if meta in written and data in written:
            last = written[meta_ex] if meta_ex else b""
            entries[module] = Entry(path, written[meta], written[data], last)
    return entries


def used_modules(session: Session, world: World) -> set[str]:
    """What modules that were analysed here import, and what they see without importing it."""
    return {
        dependency
        for module in (*world.own, *world.unowned)
        if module in session.graph
        for dependency in session.graph[module].dependencies
        if dependency not in world.own
    }


def make_typeshed(release: Release, settings: Settings) -> Result:
    """Analyses all of typeshed, and one namespace package that stands for all."""
    options, _ = make_options(settings)
    world = typeshed_world(typeshed_modules(options), typeshed_folder(options))
    session = open_session(release, settings, world, color=False)
    result = make_pack(session, world, [TEMPLATE, *sorted(world.own)])
    result.entries.update(entries_of(session, {TEMPLATE: namespace_path(TEMPLATE)}))
    return result


def make_pack(session: Session, world: World, wanted: Iterable[str]) -> Result:
    """Analyses own modules as one that imports `wanted` would: nothing is reported."""
    text = "".join(f"import {module}\n" for module in wanted)
    driver = BuildSource(None, DRIVER, text)
    set_sources(session, [driver])
    result = Result(__version__)
    try:
        result.again = analyse(session, [driver])
    except CompileError as error:
        result.blocked = blocked_by(error, world)
    except SystemExit:  # A crash: mypy has told of it.
        file = session.manager.errors.file
        result.blocked = Blocked("", file, f"{file}: mypy crashed")
    else:
        result.entries = entries_of(session, world.own)
    return result


def forget_dependencies(state: State, given: AbstractSet[str]) -> None:
    """Takes the modules to analyse from the dependencies of one that others have analysed.

    Those could not see them, for targets have no cycles. What the entry names is a folder that one of
    these modules is the __init__.py of here; with that edge, the two would be one import cycle.
    """
    if state.id in given or state.meta is None:
        return
    for module in state.dependencies_set & given:
        state.dependencies.remove(module)
        state.dependencies_set.discard(module)
        state.meta.dependencies.remove(module)


def preload(session: Session, modules: Iterable[str]) -> dict[str, str]:
    """Loads the entries of modules and of all that they import.

    Returns what had to be analysed instead, and why; with mypy 2 that is an exception.  After an
    exception the session has modules that cannot be used.
    """
    world = session.entries.world
    wanted = [module for module in modules if module not in session.graph and module in world.paths]
    sources = [BuildSource(world.paths[module], module, followed=True) for module in wanted]
    set_sources(session, sources)
    again = analyse(session, sources, load=True)
    session.entries.written.clear()
    gc.freeze()
    return again
