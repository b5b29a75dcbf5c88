# SPDX-License-Identifier: Apache-2.0
"""What the mypy actions of a cold run wrote: how much, what twice, and what differs from another run.

Bytes count as repeated when a file, or a part of a pack, is the same as one that another action wrote. Exit codes, and
lists of the few imports that modules from one template have in common, are the same by chance: what is shorter than
MINIMUM counts as no repetition.
"""

import dataclasses
import hashlib
import sys
import zipfile
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Sequence, Tuple

import peers

RULES = Path(__file__).resolve().parents[2] / "rules" / "mypy" / "rules_mypy" / "mypy"
sys.path.insert(0, str(RULES / "private"))
from mypy_shared import pack  # noqa: E402

MINIMUM = 1024  # bytes


class Piece(NamedTuple):
    """A file, or an entry of one."""

    size: int
    digest: bytes


class Output(NamedTuple):
    """One file."""

    mnemonic: str
    label: str
    size: int
    pieces: Sequence[Piece]


def entries_of(path: Path) -> Iterator[bytes]:
    """The entries of a pack or of an archive, which is how ninja sees a folder; else the whole file."""
    data = path.read_bytes()
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    elif data.startswith(pack.MAGIC):
        opened = pack.Pack(str(path))
        for module in opened.modules:
            yield from (opened.meta(module), opened.data(module), opened.meta_ex(module))
    else:
        yield data


def files_of(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from (file for file in sorted(path.rglob("*")) if file.is_file())
    elif path.is_file():
        yield path


def read_outputs(peer: peers.Starmypy) -> Dict[str, Output]:
    """Every file that an action of the aspect wrote, by its path in the execution root."""
    root = peer.execution_root
    found: Dict[str, Output] = {}
    for output, action in peers.read_actions(root).items():
        if not action.mnemonic.lower().startswith("mypy"):
            continue
        for file in files_of(root / output):
            pieces = [Piece(len(one), hashlib.sha256(one).digest()) for one in entries_of(file)]
            size = sum(piece.size for piece in pieces)
            path = str(file.relative_to(root))
            found[path] = Output(action.mnemonic, action.label, size, pieces)
    return found


def kind(path: str) -> str:
    """ "interface", "mypy_pack", "mypy_stdout", ...; the files of a cache directory are one kind."""
    return "mypy_cache" if ".mypy_cache/" in path else path.rpartition(".")[2]


@dataclasses.dataclass
class Sum:
    files: int = 0
    size: int = 0


def sizes(outputs: Dict[str, Output]) -> Dict[Tuple[str, str], Sum]:
    """Files and bytes by mnemonic and kind of file."""
    found: Dict[Tuple[str, str], Sum] = {}
    for path, output in sorted(outputs.items()):
        total = found.setdefault((output.mnemonic, kind(path)), Sum())
        total.files += 1
        total.size += output.size
    return dict(sorted(found.items()))


def repeated(outputs: Dict[str, Output]) -> int:
    """Bytes that an action wrote although another one had."""
    first: Dict[bytes, Tuple[str, str]] = {}
    total = 0
    for _, output in sorted(outputs.items()):
        action = (output.mnemonic, output.label)
        for piece in output.pieces:
            if piece.size >= MINIMUM and first.setdefault(piece.digest, action) != action:
                total += piece.size
    return total


def differing(one: Dict[str, Output], other: Dict[str, Output]) -> List[str]:
    """The paths at which two runs do not agree."""
    return sorted(
        path for path in one.keys() | other.keys() if one.get(path) != other.get(path)
    )


def table(found: Dict[str, Output]) -> str:
    """What was written, as Markdown."""
    lines = ["", "| action | file | number | bytes |", "| --- | --- | --: | --: |"]
    for (mnemonic, name), total in sizes(found).items():
        lines.append("| %s | %s | %d | %s |" % (mnemonic, name, total.files, "{:,}".format(total.size)))
    whole = sum(output.size for output in found.values())
    lines += ["", "{:,} bytes in all, {:,} of them such as another action wrote, too".format(whole, repeated(found))]
    return "\n".join(lines)


def differences_table(here: peers.Starmypy, there: peers.Starmypy) -> str:
    """What a cold run elsewhere wrote that a cold run here did not; the former is made now."""
    there.reset()
    there.check().run.checked(0)
    there.stop()
    one = read_outputs(here)
    paths = differing(one, read_outputs(there))
    lines = ["%d of %d files differ in another folder, with another copy of mypy" % (len(paths), len(one))]
    return "\n".join(lines + ["    " + path for path in paths[:20]])
