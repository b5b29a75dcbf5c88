# SPDX-License-Identifier: Apache-2.0
"""Where mypy reads and writes cache entries: other actions' packs below, its own writes above.

mypy's store is compiled and cannot be subclassed, but the connections that it holds can be anything
that behaves like sqlite3.  The one invariant: packs are only read, and what mypy writes stays here
until the action emits it.
"""

from __future__ import annotations

import os
from typing import Any, Callable, Optional, Sequence

from mypy.metastore import SqliteMetadataStore

from .pack import Pack
from .world import TEMPLATE, World


class Rows:
    """The result of a query."""

    __slots__ = ("rows",)

    def __init__(self, rows: list[tuple[Any]]) -> None:
        self.rows = rows

    def fetchall(self) -> list[tuple[Any]]:
        return self.rows


class Entries:
    """The connection.  Names of entries are paths made of module names: "a/b/__init__.meta.ff"."""

    def __init__(
        self, world: World, empty_meta_ex: bytes, rename: Callable[[bytes, str, str], bytes]
    ) -> None:
        self.world = world
        self.written: dict[str, bytes] = {}
        self.blocked: set[str] = set()  # Modules asked for that have no interface.
        self.refused = ""  # What to say when mypy does not accept an entry, and cannot go on.
        self.empty_meta_ex = empty_meta_ex
        self.rename = rename

    def read(self, name: str) -> Optional[bytes]:
        content = self.written.get(name)
        if content is not None or name.startswith("@"):
            return content  # Files with an "@" are about the whole cache: there is none.
        stem, kind, _ = name.rsplit(".", 2)
        module = module_of(stem)
        if module in self.world.namespaces:
            return self.namespace_entry(module, kind)
        pack = self.world.entry_of(module)
        if pack is None:
            return None
        if pack.blocked is not None:
            self.blocked.add(module)
            return None
        return self.part_of(pack, module, kind)

    def part_of(self, pack: Pack, module: str, kind: str) -> Optional[bytes]:
        if kind == "data":
            return pack.data(module)
        if kind == "meta":
            return pack.meta(module)
        return self.empty_meta_ex if kind == "meta_ex" else None

    def namespace_entry(self, module: str, kind: str) -> Optional[bytes]:
        """An entry as mypy would write it for a folder, made without asking mypy."""
        template = self.world.template
        if template is None:
            return None
        part = self.part_of(template, TEMPLATE, kind)
        return self.rename(part, TEMPLATE, module) if part else part

    def execute(self, statement: str, arguments: Sequence[Any] = ()) -> Rows:
        """mypy's statements: SELECT data, SELECT mtime, INSERT and DELETE, each of one name."""
        name = arguments[0] if arguments else ""
        if statement.startswith("SELECT data"):
            content = self.read(name)
            return Rows([] if content is None else [(content,)])
        if statement.startswith("SELECT mtime"):
            return Rows([] if self.read(name) is None else [(0.0,)])
        if statement.startswith("INSERT"):
            self.written[name] = arguments[2]
        elif statement.startswith("DELETE"):
            self.written.pop(name, None)
        return Rows([])

    def commit(self) -> None:
        pass

    def close(self) -> None:
        pass


def module_of(stem: str) -> str:
    module = stem.replace("/", ".")
    return module[: -len(".__init__")] if module.endswith(".__init__") else module


def open_store(entries: Entries) -> SqliteMetadataStore:
    store: Any = SqliteMetadataStore(os.devnull)
    if hasattr(store, "dbs"):
        store.dbs.append(entries)
    else:  # mypy 1
        store.db = entries
    opened: SqliteMetadataStore = store
    return opened
