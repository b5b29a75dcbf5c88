# SPDX-License-Identifier: Apache-2.0
"""What dependents can observe of a module, in the cache format of mypy 2.

The one invariant: two analyses of a module give the same interface unless a dependent could tell
them apart.  So nothing of an interface tells where a definition stands, what the sources are, which
bodies import what is imported anyway, or which imports could not be found.
"""

from __future__ import annotations

from typing import Any, Optional

from librt.internal import write_str
from mypy.cache import CacheMeta, CacheMetaEx, ReadBuffer, WriteBuffer
from mypy.nodes import MypyFile, implicit_module_attrs
from mypy.plugin import Plugin, ReportConfigContext

from .pack import Entry
from .places import forget_places
from .world import namespace_path

# The first two bytes of a meta tell the version of the format.
FORMAT_LENGTH = 2
# Imports at the top of a module; only "indirect" means something to a reader of an interface.
IMPORTED = 5


def empty_meta_ex() -> bytes:
    """No indirect dependencies and no errors."""
    buffer = WriteBuffer()
    CacheMetaEx([], [], [], []).write(buffer)
    return buffer.getvalue()


def read_meta(meta: bytes) -> CacheMeta:
    result = CacheMeta.read(ReadBuffer(meta[FORMAT_LENGTH:]), "")
    assert result is not None, "mypy cannot read what it has just written"
    return result


def write_meta(meta: CacheMeta, form: bytes) -> bytes:
    buffer = WriteBuffer()
    meta.write(buffer)
    return form + buffer.getvalue()


def interface_of(entry: Entry) -> Entry:
    """The entry without all that dependents cannot observe."""
    meta = read_meta(entry.meta)
    meta.mtime = meta.size = meta.data_mtime = 0
    meta.hash = ""
    meta.ignore_all = False
    meta.suppressed = []
    meta.suppressed_deps_opts = b""
    meta.imports_ignored = {}
    meta.dependencies = sorted(meta.dependencies)
    count = len(meta.dependencies)
    meta.dep_prios = [IMPORTED] * count
    meta.dep_lines = [1] * count
    # The build keeps interfaces and their users in step; mypy's own account of it is not kept.
    meta.dep_hashes = [b""] * count
    meta.trans_dep_hash = b""
    return Entry(entry.path, write_meta(meta, entry.meta[:FORMAT_LENGTH]), entry.data)


def dependencies_of(meta: bytes) -> list[str]:
    return read_meta(meta).dependencies


def own_business(entry: Entry) -> Entry:
    """What remains of an entry for the target that owns it: no data, which interfaces have."""
    meta = read_meta(entry.meta)
    meta.mtime = meta.data_mtime = 0
    meta.trans_dep_hash = b""
    return Entry(entry.path, write_meta(meta, entry.meta[:FORMAT_LENGTH]), b"", entry.meta_ex)


def rename(part: bytes, template: str, package: str) -> bytes:
    """Makes of the entry of the namespace package `template` that of another one."""
    part = part.replace(text(namespace_path(template)), text(namespace_path(package)))
    part = part.replace(text(template), text(package))
    for attribute in implicit_module_attrs:
        part = part.replace(text(f"{template}.{attribute}"), text(f"{package}.{attribute}"))
    return part


def text(string: str) -> bytes:
    """A string as it is in an entry: its length comes first."""
    buffer = WriteBuffer()
    write_str(buffer, string)
    return buffer.getvalue()


class PlacePlugin(Plugin):
    """Forgets, just before mypy writes a module, where the things that plugins noted stand."""

    def report_config_data(self, ctx: ReportConfigContext) -> Any:
        if not ctx.is_check:
            tree: Optional[MypyFile] = (self._modules or {}).get(ctx.id)
            if tree is not None:
                forget_places(tree.names, tree.fullname)
        return None
