# SPDX-License-Identifier: Apache-2.0
"""Packs: files that hold the cache entries of some modules, with an index that is read at once.

An interface file is a pack of one module.  The one invariant: the bytes of a pack depend on what it
holds and on nothing else, and a pack whose bytes would not change is not touched.

    mypy-pack 1 MYPY-VERSION\\n          the first line
    u32 u32                             length of the index, number of modules
    MODULE\\n...\\0PATH\\n...             the index: names, sorted, and the paths of their sources
    u32...                              the length of each blob
    blobs                               meta, data, meta_ex of each module, in the index's order

A module of a package that has not been analysed, because nobody wanted it or because the
configuration says to skip it, is there by its name: its blobs are empty.

A blocked interface has no entry: instead of blobs it holds the reason, as JSON.

    mypy-pack 1 blocked\\n{"file": ..., "label": ..., "message": ...}\\n
"""

from __future__ import annotations

import contextlib
import json
import mmap
import os
import struct
from itertools import accumulate
from typing import Mapping, NamedTuple, Optional, Union

MAGIC = b"mypy-pack 1 "
BLOCKED = "blocked"


class PackError(Exception):
    """A file that is no pack, or one of another mypy."""


class Blocked(NamedTuple):
    """Why a module has no interface: mypy could not finish the target `label`."""

    label: str
    file: str
    message: str


class Entry(NamedTuple):
    """The cache entry of one module: what mypy would write into X.meta, X.data and X.meta_ex."""

    path: str  # The module's source, or the directory of a namespace package.
    meta: bytes
    data: bytes
    meta_ex: bytes = b""


class Pack:
    """An open pack.  Entries are read from the mapped file when asked for."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.blocked: Optional[Blocked] = None
        self.modules: dict[str, str] = {}  # Names and the paths of their sources.
        self.bare: list[str] = []  # Those of them that have no entry.
        self._numbers: dict[str, int] = {}
        self._offsets: list[int] = []
        self._bytes = map_file(path)
        line_end = self._bytes.find(b"\n", 0, 200)
        if self._bytes[: len(MAGIC)] != MAGIC or line_end < 0:
            raise PackError(f"{path}: not a pack of mypy's cache entries")
        self.version = self._bytes[len(MAGIC) : line_end].decode()
        if self.version == BLOCKED:
            self.blocked = Blocked(**json.loads(self._bytes[line_end + 1 :]))
            return
        try:
            self._read_index(line_end + 1)
        except (struct.error, UnicodeDecodeError) as error:
            raise PackError(f"{path}: broken index: {error}") from error
        if self._offsets[-1] != len(self._bytes):
            raise PackError(f"{path}: {len(self._bytes)} bytes instead of {self._offsets[-1]}")

    def _read_index(self, start: int) -> None:
        length, count = struct.unpack_from("<II", self._bytes, start)
        start += 8
        if count:
            names, _, paths = self._bytes[start : start + length].decode().partition("\0")
            self.modules = dict(zip(names.split("\n"), paths.split("\n")))
            self._numbers = dict(zip(self.modules, range(count)))
        lengths = struct.unpack_from(f"<{3 * count}I", self._bytes, start + length)
        if 0 in lengths[::3]:
            self.bare = [name for name, meta in zip(self.modules, lengths[::3]) if not meta]
        blobs = start + length + 12 * count
        self._offsets = list(accumulate(lengths, initial=blobs))

    def _blob(self, module: str, which: int) -> bytes:
        place = 3 * self._numbers[module] + which
        return self._bytes[self._offsets[place] : self._offsets[place + 1]]

    def meta(self, module: str) -> bytes:
        return self._blob(module, 0)

    def data(self, module: str) -> bytes:
        return self._blob(module, 1)

    def meta_ex(self, module: str) -> bytes:
        return self._blob(module, 2)


def map_file(path: str) -> Union[bytes, mmap.mmap]:
    """The bytes of a file; small ones are cheaper to read than to map."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        size = os.fstat(descriptor).st_size
        if size < 1 << 16:
            return os.read(descriptor, size)
        return mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)
    finally:
        os.close(descriptor)


def pack_bytes(version: str, entries: Mapping[str, Entry]) -> bytes:
    names = sorted(entries)
    index = ("\n".join(names) + "\0" + "\n".join(entries[name].path for name in names)).encode()
    blobs = [
        blob
        for name in names
        for blob in (entries[name].meta, entries[name].data, entries[name].meta_ex)
    ]
    return b"".join(
        [
            MAGIC + version.encode() + b"\n",
            struct.pack("<II", len(index), len(names)),
            index,
            struct.pack(f"<{len(blobs)}I", *map(len, blobs)),
            *blobs,
        ]
    )


def blocked_bytes(blocked: Blocked) -> bytes:
    text = json.dumps(blocked._asdict(), sort_keys=True)
    return MAGIC + BLOCKED.encode() + b"\n" + text.encode() + b"\n"


def write_file(path: str, content: bytes) -> None:
    """Puts a whole file in its place at once."""
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        with open(temporary, "wb") as file:
            file.write(content)
        os.replace(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.remove(temporary)
        raise


def write_if_changed(path: str, content: bytes) -> bool:
    """Writes a file unless these bytes are there already; tells whether it wrote."""
    with contextlib.suppress(OSError):
        with open(path, "rb", buffering=0) as file:
            if file.read() == content:
                return False
    write_file(path, content)
    return True
