# SPDX-License-Identifier: Apache-2.0
"""Runs a command whose inputs or outputs are directory trees, for engines that know files only.

    PYTHON tree.py [--in TREE]... [--out TREE]... -- COMMAND ARGUMENT...

A bare directory is no good output for ninja, which compares one time, nor for remote engines, some
of which hand it on empty.  So each tree travels as TREE.zip, one file that the engine can declare:
before the command every --in TREE is made equal to TREE.zip, after it every --out TREE is packed
into TREE.zip.  A command that made no tree made an empty one.

The one invariant: equal trees give equal archives, byte for byte (with one build of zlib), and
TREE.zip exists only when the command has succeeded.  An archive ends with the digest of its tree;
TREE.zip.stamp holds the digest of the tree that stands unpacked beside it, so that a consumer on
the producer's machine unpacks nothing.

Paths are relative to the working directory.  The exit status is the command's; a command killed by
a signal kills this program by the same one.  `python3 -I -S` is enough to run it and starts faster.
"""

import os
import signal
import subprocess
import sys
from types import FrameType
from typing import TYPE_CHECKING, Dict, Iterator, List, NamedTuple, NoReturn, Optional, Sequence

# What not every run needs (zipfile, hashlib, shutil, fcntl) is imported where it is used.
if TYPE_CHECKING:
    import zipfile

USAGE = "usage: tree.py [--in TREE]... [--out TREE]... -- COMMAND ARGUMENT..."

# Zip has no earlier time.  Of modes only that is kept on which a build may depend.
ARCHIVE_TIME = (1980, 1, 1, 0, 0, 0)
DIRECTORY_MODE, PLAIN_MODE, EXECUTABLE_MODE = 0o40755, 0o100644, 0o100755
# zlib's fastest level: a cache of mypy shrinks to a sixth in a few hundredths of a second.
COMPRESSION_LEVEL = 1
# The archive's comment, and so its last bytes: the SHA-256 of the tree in hexadecimal digits.
DIGEST_LENGTH = 64

FORWARDED_SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


class TreeError(Exception):
    """A tree that can't be prepared or packed; its text is for the user."""


class Request(NamedTuple):
    inputs: List[str]
    outputs: List[str]
    command: List[str]


class Entry(NamedTuple):
    """One file or, with a name ending in a slash, one empty directory of a tree."""

    name: str
    path: str
    mode: int


def parse_arguments(arguments: Sequence[str]) -> Request:
    trees: Dict[str, List[str]] = {"--in": [], "--out": []}
    position = 0
    while position + 1 < len(arguments) and arguments[position] in trees:
        trees[arguments[position]].append(arguments[position + 1].rstrip("/"))
        position += 2
    if position + 1 >= len(arguments) or arguments[position] != "--":
        raise TreeError(USAGE)
    return Request(trees["--in"], trees["--out"], list(arguments[position + 1 :]))


def archive_of(tree: str) -> str:
    return tree + ".zip"


def stamp_of(tree: str) -> str:
    return tree + ".zip.stamp"


def temporary_of(path: str) -> str:
    """A sibling of `path` that no other process uses."""
    return f"{path}.{os.getpid()}.tmp"


def remove(path: str) -> None:
    """Removes a file, a link or a whole directory; what is not there needs no removing."""
    if os.path.isdir(path) and not os.path.islink(path):
        import shutil

        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.remove(path)


def write_file(path: str, text: str) -> None:
    temporary = temporary_of(path)
    with open(temporary, "w", encoding="ascii") as file:
        file.write(text)
    os.replace(temporary, path)


def read_stamp(tree: str) -> Optional[str]:
    """The digest of the unpacked tree; None when there is none or it may be half unpacked."""
    try:
        with open(stamp_of(tree), encoding="ascii") as file:
            return file.read()
    except FileNotFoundError:
        return None


# Packing.


def entries_of(directory: str, prefix: str = "") -> Iterator[Entry]:
    """The entries of a tree sorted by name, links followed."""
    for name in sorted(os.listdir(directory)):
        path = os.path.join(directory, name)
        if not os.path.isdir(path):
            mode = EXECUTABLE_MODE if os.access(path, os.X_OK) else PLAIN_MODE
            yield Entry(prefix + name, path, mode)
        elif os.listdir(path):
            yield from entries_of(path, prefix + name + "/")
        else:
            yield Entry(prefix + name + "/", path, DIRECTORY_MODE)


def contents_of(entry: Entry) -> bytes:
    if entry.mode == DIRECTORY_MODE:
        return b""
    with open(entry.path, "rb") as file:
        return file.read()


def write_archive(tree: str, archive: str) -> str:
    """Packs `tree` into the new file `archive` and returns its digest."""
    import hashlib
    import zipfile

    digest = hashlib.sha256()
    with zipfile.ZipFile(
        archive, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION_LEVEL
    ) as file:
        for entry in entries_of(tree):
            data = contents_of(entry)
            info = zipfile.ZipInfo(entry.name, ARCHIVE_TIME)
            info.create_system = 3  # Unix, wherever this runs.
            info.external_attr = entry.mode << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(info, data)
            digest.update(f"{entry.name}\0{entry.mode:o}\0{len(data)}\0".encode() + data)
        file.comment = digest.hexdigest().encode()
    return digest.hexdigest()


def pack(tree: str) -> None:
    os.makedirs(tree, exist_ok=True)
    temporary = temporary_of(archive_of(tree))
    try:
        digest = write_archive(tree, temporary)
        write_file(stamp_of(tree), digest)
        os.replace(temporary, archive_of(tree))
    finally:
        remove(temporary)


# Unpacking.


def read_digest(archive: str) -> str:
    with open(archive, "rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - DIGEST_LENGTH))
        digest = file.read().decode("ascii", "replace")
    if len(digest) != DIGEST_LENGTH or not set(digest) <= set("0123456789abcdef"):
        raise TreeError(f"{archive}: not an archive that tree.py has packed")
    return digest


def extract(file: "zipfile.ZipFile", info: "zipfile.ZipInfo", directory: str) -> None:
    path = os.path.join(directory, info.filename)
    if info.is_dir():
        os.makedirs(path)
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as target:
        target.write(file.read(info))
    if info.external_attr >> 16 == EXECUTABLE_MODE:
        os.chmod(path, 0o755)


def unpack(tree: str, digest: str) -> None:
    """Replaces `tree` by its archive's contents; a stamp exists only while the tree is whole."""
    import zipfile

    temporary = temporary_of(tree)
    try:
        os.makedirs(temporary)
        with zipfile.ZipFile(archive_of(tree)) as file:
            for info in file.infolist():
                extract(file, info, temporary)
        remove(stamp_of(tree))
        remove(tree)
        os.rename(temporary, tree)
        write_file(stamp_of(tree), digest)
    except zipfile.BadZipFile as error:
        raise TreeError(f"{archive_of(tree)}: {error}") from error
    finally:
        remove(temporary)


def is_unpacked(tree: str, digest: str) -> bool:
    return read_stamp(tree) == digest and os.path.isdir(tree)


def require(tree: str) -> None:
    """Makes `tree` equal to its archive, once, however many processes ask for it at a time."""
    archive = archive_of(tree)
    digest = read_digest(archive)
    if is_unpacked(tree, digest):
        return
    import fcntl

    # The archive itself is what the processes have in common; locking it leaves no file behind.
    with open(archive, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if not is_unpacked(tree, digest):
            unpack(tree, digest)


# Running.


def run_command(command: Sequence[str]) -> int:
    """Runs the command to its end and passes signals on to it; negative: killed by a signal."""
    process: Optional[subprocess.Popen[bytes]] = None
    early: List[int] = []  # signals that came before there was a process

    def forward(number: int, _: Optional[FrameType]) -> None:
        if process:
            process.send_signal(number)
        else:
            early.append(number)

    previous = {number: signal.signal(number, forward) for number in FORWARDED_SIGNALS}
    try:
        process = subprocess.Popen(command)
        for number in early:
            process.send_signal(number)
        return process.wait()
    except OSError as error:
        raise TreeError(f"{command[0]}: {error.strerror}") from error
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def run(request: Request) -> int:
    for tree in request.outputs:
        # The archive goes first: it must never stand beside a tree that is not its own.
        for path in (archive_of(tree), stamp_of(tree), tree):
            remove(path)
    for tree in request.inputs:
        require(tree)
    status = run_command(request.command)
    if status == 0:
        for tree in request.outputs:
            pack(tree)
    return status


def die_by_signal(number: int) -> NoReturn:
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    sys.exit(128 + number)


def main() -> int:
    try:
        status = run(parse_arguments(sys.argv[1:]))
    except (TreeError, OSError) as error:
        print(f"tree.py: {error}", file=sys.stderr)
        return 1
    if status < 0:
        die_by_signal(-status)
    return status


if __name__ == "__main__":
    sys.exit(main())
