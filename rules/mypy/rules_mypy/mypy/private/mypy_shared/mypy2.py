# SPDX-License-Identifier: Apache-2.0
"""mypy 2.4 in this process: one analysis of own modules over the entries of others.

A Session is a mypy that is ready to work: options, a manager, and the graph of the modules that it
has loaded.  For one action it is

    session = open_session(settings, world, color)
    result = check(session, world)

and a server that keeps a session between actions does

    session = open_session(settings, world, color)
    preload(session, modules)           load modules and all that they import; nothing is analysed
    absorb(session, modules)            the same for modules of targets that have finished since
    ... fork, and in the child ...
    enter(session, world, color)        from now on only that world exists
    result = check(session, world)

with the same bytes in the result.  The one invariant: mypy analyses own modules and namespace
packages, which nobody owns; anything else that it analyses is in `result.again`, with the reason.
"""

from __future__ import annotations

import gc
import io
import os
from dataclasses import dataclass
from typing import Iterable, Mapping, Optional

import mypy.build as build
from mypy.build import BuildManager, State
from mypy.errors import CompileError, Errors, create_errors
from mypy.error_formatter import JSONFormatter
from mypy.graph_utils import strongly_connected_components, topsort
from mypy.main import process_options
from mypy.modulefinder import (
    BuildSource,
    BuildSourceSet,
    FindModuleCache,
    SearchPaths,
    default_lib_path,
    load_stdlib_py_versions,
)
from mypy.options import Options
from mypy.util import read_py_file
from mypy.version import __version__

from .files import DeclaredFiles
from .interface import PlacePlugin, empty_meta_ex, interface_of, own_business
from .manifest import Root
from .pack import Blocked, Entry
from .report import NOT_CHECKED, Printer, Result
from .store import Entries, open_store
from .world import NAMESPACES, TYPESHED, World, modules_of_roots

EMPTY_META_EX = empty_meta_ex()
DRIVER = "__starmypy_driver__"


class NotAccepted(Exception):
    """mypy rejects the entry of a dependency, whose source is not here."""


class ConfigurationError(Exception):
    """What mypy says about a configuration that it cannot work with."""


@dataclass(frozen=True)
class Settings:
    """What tells one configuration of mypy from another."""

    mypy_ini: Optional[str]
    python_version: Optional[str]
    platform: Optional[str]


@dataclass
class Session:
    """A mypy ready to work."""

    options: Options
    complaints: str  # What mypy printed about its configuration.
    manager: BuildManager
    graph: dict[str, State]
    entries: Entries
    printer: Printer


def make_options(settings: Settings) -> tuple[Options, str]:
    """The options, and what mypy prints on stderr about the configuration."""
    arguments = [f"--config-file={settings.mypy_ini or ''}", "--no-site-packages"]
    if settings.python_version:
        arguments.append(f"--python-version={settings.python_version}")
    if settings.platform:
        arguments.append(f"--platform={settings.platform}")
    stderr = io.StringIO()
    try:
        _, options = process_options(
            [*arguments, "--explicit-package-bases", "-c", ""], stdout=stderr, stderr=stderr
        )
    except SystemExit:
        raise ConfigurationError(stderr.getvalue()) from None
    take_over(options)
    return options, stderr.getvalue()


def take_over(options: Options) -> None:
    """Options that are the build's business: caching, parallelism and kinds of output."""
    options.incremental = True
    options.skip_cache_mtime_checks = True
    options.cache_dir = ".mypy_cache"  # Never made; only os.devnull would mean something.
    options.sqlite_cache = False
    options.fixed_format_cache = True
    options.cache_fine_grained = False
    options.fine_grained_incremental = False
    options.use_fine_grained_cache = False
    options.cache_map = {}
    options.bazel = False
    options.debug_cache = False
    options.skip_version_check = False
    options.num_workers = 0
    options.output = None
    options.report_dirs = {}
    options.install_types = False
    options.non_interactive = False
    options.shadow_file = None
    options.verbosity = 0


def typeshed_folder(options: Options) -> str:
    return options.abs_custom_typeshed_dir or os.path.join(
        build.default_data_dir(), "typeshed"
    )


def search_paths(silenced: tuple[str, ...]) -> SearchPaths:
    """Nothing is searched for; what lies below the last two is never reported on."""
    return SearchPaths((), (), silenced, (TYPESHED, NAMESPACES))


def open_session(settings: Settings, world: World, color: bool) -> Session:
    options, complaints = make_options(settings)
    build.instance_cache.reset()
    build.reset_known_modules_cache()
    gc.set_threshold(200_000, 30, 30)
    entries = Entries(world, EMPTY_META_EX)
    printer = Printer(options, color)
    errors = Errors(options, read_source=lambda path: source_lines(manager, path))
    extra = PlacePlugin(options)
    plugin, snapshot = build.load_plugins(options, errors, printer.stdout, [extra])
    options.process_error_codes(error_callback=build.build_error)
    # The manager looks for the builtin modules at once, where they really are.
    real = tuple(default_lib_path(build.default_data_dir(), options.python_version,
                                  options.custom_typeshed_dir))
    manager = BuildManager(
        build.default_data_dir(),
        SearchPaths((), (), (), real),
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
        fscache=build.FileSystemCache(),
        stdout=printer.stdout,
        stderr=printer.stderr,
        metastore=open_store(entries),
    )
    options.abs_custom_typeshed_dir = os.path.abspath(TYPESHED)
    build.reset_global_state()
    session = Session(options, complaints, manager, {}, entries, printer)
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
    session.entries = Entries(world, EMPTY_META_EX)
    session.printer = Printer(session.options, color)
    hidden = session.graph.keys() - world.paths.keys()
    for module in hidden:
        del session.graph[module]
        manager.modules.pop(module, None)
        manager.import_map.pop(module, None)
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
    )
    set_sources(session, world, [])


def set_sources(session: Session, world: World, sources: list[BuildSource]) -> None:
    manager = session.manager
    manager.source_set = BuildSourceSet(sources)
    manager.find_module_cache = FindModuleCache(
        manager.search_paths, manager.fscache, session.options, source_set=manager.source_set
    )
    manager.find_module_cache.results.update(world.paths)


def give_first_party(options: Options, world: World) -> None:
    """Modules of targets are never skipped: to mypy it is as if all of them had been given."""
    settings = [options.follow_imports]
    settings += [str(section.get("follow_imports")) for section in options.per_module_options.values()]
    if "skip" not in settings and "error" not in settings:
        return
    for module in [*world.own, *world.interfaces]:
        cloned = options.clone_for_module(module)
        if cloned.follow_imports in ("skip", "error"):
            assert options._per_module_cache is not None
            options._per_module_cache[module] = cloned.apply_changes({"follow_imports": "silent"})


def undeclared_text(session: Session, path: str) -> bytes:
    """The text of a dependency's source: mypy did not take its entry."""
    world = session.entries.world
    module = next(module for module, known in world.paths.items() if known == path)
    if module in session.entries.blocked:
        return b""
    real = path
    if path.startswith(f"{TYPESHED}/"):
        real = f"{typeshed_folder(session.options)}/{path[len(TYPESHED) + 1 :]}"
    try:
        with open(real, "rb") as file:
            return file.read()
    except OSError:
        raise NotAccepted(
            f'mypy does not accept the entry of "{module}" in {world.origin(module)}'
        ) from None


def check(session: Session, world: World, silent: bool = False) -> Result:
    """Analyses the world's own modules, and says what mypy says about them."""
    sources = [BuildSource(path, module, followed=silent) for module, path in world.own.items()]
    set_sources(session, world, sources)
    result = Result(__version__)
    blockers = False
    try:
        result.again = analyse(session, world, sources)
    except CompileError as error:
        if not session.entries.blocked:
            blockers = True
            session.printer.flush(None, error.messages, not error.use_stdout)
            result.blocked = blocked_by(error, world)
    result.complete = not blockers and not session.entries.blocked
    if session.entries.blocked:
        result.status = NOT_CHECKED
        return result
    result.status = session.printer.close(len(sources), blockers)
    result.stderr = session.complaints + session.printer.stderr.getvalue()
    result.stdout = session.printer.stdout.getvalue()
    result.messages = json_messages(session, blockers)
    if result.complete:
        result.entries = own_entries(session, world)
        result.used = used_modules(session, world)
    return result


def blocked_by(error: CompileError, world: World) -> Blocked:
    message = error.messages[0] if error.messages else "mypy stopped"
    file = world.own.get(error.module_with_blocker or "") or message.partition(":")[0]
    return Blocked("", file, message)


def json_messages(session: Session, blockers: bool) -> list[str]:
    """The messages that were printed, as mypy's --output=json has them."""
    errors = session.manager.errors
    files = list(dict.fromkeys(session.printer.files))
    if blockers:
        files += [file for file in errors.error_info_map if file not in errors.flushed_files]
    formatter = JSONFormatter()
    return [
        formatter.report_error(message)
        for file in files
        for message in create_errors(errors.file_messages(file))
    ]


def own_entries(session: Session, world: World) -> dict[str, Entry]:
    written = session.entries.written
    entries: dict[str, Entry] = {}
    for module, path in world.own.items():
        meta, data, _ = build.get_cache_names(module, path, session.options)
        if meta in written and data in written:
            meta_ex = written[build.get_meta_ex_name(meta)]
            entries[module] = Entry(path, written[meta], written[data], meta_ex)
    return entries


def used_modules(session: Session, world: World) -> set[str]:
    """What own modules import, and what they see without importing it."""
    return {
        dependency
        for module in world.own
        if module in session.graph
        for dependency in session.graph[module].dependencies
        if dependency not in world.own
    }


def make_pack(session: Session, world: World, wanted: Iterable[str]) -> Result:
    """Analyses own modules as one that imports `wanted` would: nothing is reported."""
    text = "".join(f"import {module}\n" for module in wanted)
    driver = BuildSource(None, DRIVER, text)
    set_sources(session, world, [driver])
    result = Result(__version__)
    try:
        result.again = analyse(session, world, [driver])
    except CompileError as error:
        result.blocked = blocked_by(error, world)
    else:
        result.entries = own_entries(session, world)
    return result


def typeshed_modules(options: Options) -> dict[str, str]:
    """The modules of typeshed for the Python version, and their paths below its folder."""
    folder = typeshed_folder(options)
    versions = load_stdlib_py_versions(options.custom_typeshed_dir)
    modules: dict[str, str] = {}
    for part in ["stdlib", *stub_folders(folder)]:
        for module, path in modules_of_roots([Root(f"{folder}/{part}", "source")]).items():
            known = module
            while known and known not in versions:
                known = known.rpartition(".")[0]
            first, last = versions[known] if known else ((0, 0), None)
            if first <= options.python_version and (last is None or options.python_version <= last):
                modules.setdefault(module, path[len(folder) + 1 :])
    return modules


def stub_folders(typeshed: str) -> list[str]:
    """The stubs of third-party packages that mypy brings along."""
    try:
        return [f"stubs/{name}" for name in sorted(os.listdir(f"{typeshed}/stubs"))]
    except OSError:
        return []


def preload(session: Session, modules: Iterable[str]) -> dict[str, str]:
    """Loads the entries of modules and of all that they import.

    Returns what had to be analysed instead, and why; nothing, if all is well.
    """
    world = session.entries.world
    wanted = [module for module in modules if module not in session.graph and module in world.paths]
    sources = [BuildSource(world.paths[module], module, followed=True) for module in wanted]
    set_sources(session, world, sources)
    again = analyse(session, world, sources, load=True)
    session.entries.written.clear()
    gc.freeze()
    return again


def absorb(session: Session, world: World, modules: Iterable[str]) -> dict[str, str]:
    """Loads modules of targets that have finished since; `world` has all that is loaded and them."""
    session.entries.world = world
    files = session.manager.fscache
    assert isinstance(files, DeclaredFiles)
    files.declared = world.declared()
    files.directories = world.directories()
    return preload(session, modules)


def analyse(
    session: Session, world: World, sources: list[BuildSource], load: bool = False
) -> dict[str, str]:
    """Adds the sources, and what they import, to the graph, and analyses what has no entry.

    With `load`, entries are loaded even if nothing that is analysed needs them.  Returns the
    modules that were analysed although others own them, and why.
    """
    manager, graph = session.manager, session.graph
    new: list[State] = []
    gc.disable()
    try:
        build.load_graph(sources, manager, graph, new)
        gc.freeze()
    finally:
        gc.enable()
    if session.entries.blocked:
        raise CompileError([])
    for state in new:
        manager.import_map[state.id] = state.dependencies_set
        # The build keeps entries and their users in step; see interface_of.
        state.dep_hashes.clear()
        state.trans_dep_hash = b""
    return process(session, world, new, load)


def process(session: Session, world: World, new: list[State], load: bool) -> dict[str, str]:
    """Does what build.process_graph() does, in the same order, for the new modules only."""
    manager, graph = session.manager, session.graph
    again: dict[str, str] = {}
    sccs = components(session, new)
    waiting = {scc.id: scc.not_ready_count for scc in sccs}
    ready = [scc for scc in sccs if not waiting[scc.id]]
    queue: list[build.SCC] = []
    while ready or queue:
        stale, fresh = build.find_stale_sccs(ready, graph, manager)
        for scc in stale:
            for module in scc.mod_ids:
                graph[module].mark_as_rechecked()
                if module not in world.own and module not in world.namespaces:
                    again[module] = why_stale(graph[module], graph)
        queue += stale
        done = fresh
        if load:
            for scc in fresh:
                build.process_fresh_modules(graph, sorted(scc.mod_ids), manager)
                manager.done_sccs.add(scc.id)
        if not fresh and queue:
            done = [queue.pop(0)]
            build.process_stale_scc(graph, done[0], manager)
        ready = []
        for scc in done:
            for dependent in scc.direct_dependents:
                if dependent in waiting:
                    waiting[dependent] -= 1
                    if not waiting[dependent]:
                        ready.append(manager.scc_by_id[dependent])
    again.pop(DRIVER, None)
    return again


def components(session: Session, new: list[State]) -> list[build.SCC]:
    """The import cycles among the new modules, in mypy's order, known to the manager."""
    manager, graph = session.manager, session.graph
    modules = {state.id for state in new}
    edges = {
        module: build.deps_filtered(graph, modules, module, build.PRI_INDIRECT)
        for module in modules
    }
    needs = build.prepare_sccs_full(strongly_connected_components(modules, edges), edges)
    order: list[build.SCC] = []
    for level in topsort(needs):
        level_order = sorted(level, key=lambda scc: -min(graph[id].order for id in scc.mod_ids))
        for scc in level_order:
            for dependency in needs[scc]:
                dependency.direct_dependents.append(scc.id)
            manager.scc_by_id[scc.id] = scc
            manager.scc_by_mod_id.update(dict.fromkeys(scc.mod_ids, scc))
        order += level_order
    manager.top_order += [scc.id for scc in order]
    for scc in order:
        for module in scc.mod_ids:
            state = graph[module]
            for dependency in state.dependencies:
                if state.priorities.get(dependency) != build.PRI_INDIRECT:
                    scc.deps.add(manager.scc_by_mod_id[dependency].id)
        scc.deps.discard(scc.id)
    return order


def why_stale(state: State, graph: Mapping[str, State]) -> str:
    if state.id == DRIVER:
        return ""
    if state.meta is None:
        return "its entry was made with other options or by another mypy"
    lost = sorted(set(state.meta.dependencies) - set(state.dependencies))
    found = sorted(set(state.dependencies) - set(state.meta.dependencies))
    if lost:
        return f"it imports {', '.join(lost)}, which cannot be imported here"
    if found:
        return f"it imports {', '.join(found)}, which could not be imported before"
    return "it is in an import cycle with such a module"


__all__ = [
    "DRIVER",
    "ConfigurationError",
    "NotAccepted",
    "Session",
    "Settings",
    "absorb",
    "check",
    "enter",
    "interface_of",
    "open_session",
    "own_business",
    "preload",
]
