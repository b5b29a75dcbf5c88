# SPDX-License-Identifier: Apache-2.0
"""Packs: files that hold the cache entries of some modules, with an index that is read at once.

An interface file is a pack of one module.  The one invariant: the bytes of a pack depend on what it
holds and on nothing else, and a pack whose bytes would not change is not touched.

    mypy-pack 1 MYPY-VERSION\\n          the first line
    u32 u32                             length of the index, number of modules
    MODULE\\n...\\0PATH\\n...             the index: names, sorted, and the paths of their sources
    u32...                              the length of each blob
    blobs                               meta, data, meta_ex of each module, in the index's order

A blocked interface has no entry: instead of blobs it holds the reason, as JSON.

    mypy-pack 1 blocked\\n{"file": ..., "label": ..., "message": ...}\\n
"""

from __future__ import annotations

import contextlib
import json
import mmap
import os
import struct
from dataclasses import asdict, dataclass
from itertools import accumulate
from typing import Mapping, Optional, Union

MAGIC = b"mypy-pack 1 "
BLOCKED = "blocked"


class PackError(Exception):
    """A file that is no pack, or one of another mypy."""


@dataclass(frozen=True)
class Blocked:
    """Why a module has no interface: mypy could not finish the target `label`."""

    label: str
    file: str
    message: str


@dataclass(frozen=True)
class Entry:
    """The cache entry of one module: what mypy would write into X.meta, X.data and X.meta_ex."""

    path: str  # The module's source, or the directory of a namespace package.
    meta: bytes
    data: bytes
    meta_ex: bytes = b""
