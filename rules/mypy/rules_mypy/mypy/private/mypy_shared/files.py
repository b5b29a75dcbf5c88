# SPDX-License-Identifier: Apache-2.0
"""The file system as mypy sees it during an action.

The one invariant: mypy sees the sources that the action owns, and of everything else only that it
is there.  What is not declared does not exist, whatever is on the disk, so that a module that no
dependency declares is simply not found; and no time stamp is ever seen, so that none is recorded.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import Callable, Container, Mapping, Optional

from mypy.fscache import FileSystemCache
from mypy.util import hash_digest


def fixed_stat(mode: int) -> os.stat_result:
    """Size and times are nought: nothing that is recorded may depend on them."""
    return os.stat_result((mode, 1, 1, 1, 0, 0, 0, 0, 0, 0))


REGULAR = fixed_stat(stat.S_IFREG | 0o444)
DIRECTORY = fixed_stat(stat.S_IFDIR | 0o555)


class DeclaredFiles(FileSystemCache):
    """Files that exist by declaration.

    own: the sources to analyse, and where each of them really is.
    declared: paths of dependencies' sources, which exist and are not read.
    directories: namespace packages.
    missing: asked for the text of a declared file, when mypy does not accept a dependency's entry.
    is_blocked: whether a file's own action could not finish: it seems to be empty then.
    """

    def __init__(
        self,
        own: Mapping[str, str],
        declared: Container[str],
        directories: Container[str],
        missing: Callable[[str], bytes],
        is_blocked: Callable[[str], bool],
    ) -> None:
        super().__init__()
        self.own = own
        self.declared = declared
        self.directories = directories
        self.missing = missing
        self.is_blocked = is_blocked

    def stat_or_none(self, path: str) -> Optional[os.stat_result]:
        if path in self.declared or path in self.own:
            return REGULAR
        return DIRECTORY if path in self.directories else None

    def exists(self, path: str, real_only: bool = False) -> bool:
        """A file that is really elsewhere must be read through this object (`real_only`)."""
        if real_only:
            return self.own.get(path) == path and not self.is_blocked(path)
        return self.stat_or_none(path) is not None

    def listdir(self, path: str) -> list[str]:
        """Nothing is found by looking around: the module finder knows every path beforehand."""
        return []

    def read(self, path: str) -> bytes:
        if path not in self.read_cache and self.is_blocked(path):
            self.read_cache[path] = b""
        if path not in self.read_cache and path in self.own:
            with open(self.own[path], "rb", buffering=0) as file:
                self.read_cache[path] = file.read()
        if path not in self.read_cache:
            if path not in self.declared:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
            self.read_cache[path] = self.missing(path)
        return self.read_cache[path]

    def hash_digest(self, path: str) -> str:
        if path not in self.hash_cache:
            self.hash_cache[path] = hash_digest(self.read(path))
        return self.hash_cache[path]
