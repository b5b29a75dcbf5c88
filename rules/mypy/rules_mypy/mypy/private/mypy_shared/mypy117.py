# SPDX-License-Identifier: Apache-2.0
"""mypy 1.17 in this process; see session.

This release writes no entry for a module with errors, which dependents would have to analyse again.
The one invariant: every own module has an entry, as if it had no errors, and nothing that its
dependents read tells of them.
"""

from __future__ import annotations

import json
from typing import Any, Optional, Sequence

import mypy.build
import mypy.errors
from mypy.build import BuildManager, State
from mypy.error_formatter import JSONFormatter
from mypy.errors import CompileError
from mypy.modulefinder import BuildSource
from mypy.nodes import MypyFile, TypeAlias
from mypy.options import Options

from .engine import Settings
from .pack import Entry
from .places import forget_places
from .report import Printer, Result
from .session import (
    Release,
    Session,
    check,
    forget_dependencies,
    make_pack,
    make_typeshed,
    open_session,
    refuse_blocked,
)
from .store import Entries
from .world import World, namespace_path

__all__ = ["dependencies_of", "interface_of", "own_business", "package", "target", "typeshed"]

# Signatures differ from those of the release that this file is checked with.
build: Any = mypy.build
INDIRECT: int = build.PRI_INDIRECT
IMPORTED: int = build.PRI_HIGH


def interface_of(entry: Entry) -> Entry:
    """The entry without all that dependents cannot observe."""
    meta = json.loads(entry.meta)
    imported = sorted(
        name
        for name, priority in zip(meta["dependencies"], meta["dep_prios"])
        if priority != INDIRECT
    )
    meta.update(
        mtime=0,
        size=0,
        data_mtime=0,
        hash="",
        ignore_all=False,
        suppressed=[],
        dependencies=imported,
        dep_prios=[IMPORTED] * len(imported),
        dep_lines=[1] * len(imported),
    )
    return Entry(entry.path, dump(meta), entry.data)


def dependencies_of(meta: bytes) -> list[str]:
    dependencies: list[str] = json.loads(meta)["dependencies"]
    return dependencies


def own_business(entry: Entry) -> Entry:
    """What remains of an entry for the target that owns it: no data, which interfaces have."""
    meta = json.loads(entry.meta)
    meta.update(mtime=0, data_mtime=0)
    return Entry(entry.path, dump(meta), b"")


def dump(meta: dict[str, Any]) -> bytes:
    return json.dumps(meta, sort_keys=True, separators=(",", ":")).encode()


class Mypy117(Release):
    """mypy 1.17."""

    empty_meta_ex = b""

    def make_manager(self, options: Options, entries: Entries, printer: Printer) -> BuildManager:
        return self.new_manager(options, printer)

    def analyse(self, session: Session, sources: list[BuildSource], load: bool) -> dict[str, str]:
        manager, graph = session.manager, session.graph
        build.load_graph(sources, manager, graph)
        for state in graph.values():
            forget_dependencies(state, session.entries.world.own.keys())
        refuse_blocked(session)
        self.write_in_spite_of_errors(session)
        build.process_graph(graph, manager)
        reason = "mypy did not accept its entry or that of something it imports"
        return dict.fromkeys(sorted(manager.rechecked_modules), reason)

    def write_in_spite_of_errors(self, session: Session) -> None:
        """mypy flushes a module's errors just before it would write its entry."""
        own: dict[Optional[str], State] = {
            session.manager.errors.simplify_path(path): session.graph[module]
            for module, path in session.entries.world.own.items()
            if module in session.graph
        }

        def flush(file: Optional[str], messages: list[str], serious: bool) -> None:
            state = own.get(file)
            if state is not None and state.tree is not None:
                state.transitive_error = False  # type: ignore[attr-defined]
                forget_places(state.tree.names, state.id)
                forget_aliases(state.tree)
            session.printer.flush(file, messages, serious)

        session.manager.flush_errors = flush

    def builtin_name_error(self, session: Session, module: str, path: str) -> CompileError:
        return CompileError(
            [
                f'mypy: "{path}" shadows library module "{module}"',
                f'note: A user-defined top-level module with name "{module}" is not supported',
            ]
        )

    def json_messages(self, session: Session, file: str) -> list[str]:
        errors: Any = session.manager.errors
        messages: list[str] = errors.file_messages(file, formatter=JSONFormatter())
        return messages

    def entry_names(self, module: str, path: str, options: Options) -> tuple[str, str, str]:
        meta, data, _ = build.get_cache_names(module, path, options)
        return meta, data, ""

    def rename(self, part: bytes, template: str, package: str) -> bytes:
        part = part.replace(namespace_path(template).encode(), namespace_path(package).encode())
        return part.replace(template.encode(), package.encode())


def forget_aliases(tree: MypyFile) -> None:
    """This release writes where aliases are defined."""
    prefix = f"{tree.fullname}."
    for symbol in tree.names.values():
        if isinstance(symbol.node, TypeAlias) and symbol.node.fullname.startswith(prefix):
            symbol.node.line = symbol.node.column = 1


def typeshed(settings: Settings) -> Result:
    return make_typeshed(Mypy117(), settings)


def package(settings: Settings, world: World, wanted: Sequence[str]) -> Result:
    return make_pack(open_session(Mypy117(), settings, world, color=False), world, wanted)


def target(settings: Settings, world: World, color: bool, silent: bool) -> Result:
    return check(open_session(Mypy117(), settings, world, color), world, silent)
