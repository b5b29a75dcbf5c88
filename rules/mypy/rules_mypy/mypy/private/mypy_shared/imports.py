# SPDX-License-Identifier: Apache-2.0
"""What first-party code imports of distributions, for those of which nothing else is analysed.

Two kinds of actions find that out, without mypy.  One lists what the modules of a target or of a
distribution import.  One follows these lists from targets on, and tells each distribution which of
its modules others import; what those import among themselves mypy finds by itself.

The one invariant: no list decides what a module means.  A name too many is analysed for nobody, and
one too few by everybody who imports it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
from typing import Iterable, Iterator, NamedTuple, Optional, Sequence, Union

from .manifest import Root
from .pack import write_if_changed
from .world import modules_of_directory, modules_of_roots

KINDS = ("imports", "wanted")

# What stands before the word "import", from the beginning of its line; and what stands behind it.
HEAD = re.compile(rb"(?:^|[:;])\s*(?:from\s*(\.*)\s*([\w.]*))?\s*$")
TAIL = re.compile(rb"[ \t]*(?:\(([^)#]*(?:#[^\n]*[^)#]*)*)|([^\n;#\\]*(?:\\\r?\n[^\n;#\\]*)*))")
COMMENT = re.compile(rb"#[^\n]*")
RENAMING = re.compile(rb"\bas[ \t]+\w+")
NAME = re.compile(rb"[^\W\d][\w.]*")
CONTINUED = re.compile(rb"\\\r?\n")

WORD = b"import"
QUOTES = b'"""'
# How lines begin that do not end a statement of the module: blank, indented, with a comment or bracket.
INSIDE = b" \t\r\n#)]}"


def is_meant(arguments: Sequence[str]) -> bool:
    """Whether a command line is for this module; the words may be in a parameter file."""
    first = arguments[0] if arguments else ""
    if first.startswith("@"):
        with contextlib.suppress(OSError), open(first[1:], encoding="utf-8") as file:
            first = file.readline().rstrip("\n")
    return first in [f"--action={kind}" for kind in KINDS]


# ---------------------------------------------------------------- what a module imports


class Statement(NamedTuple):
    """An import statement: "import names", or "from ..package import names"."""

    names: list[str]
    package: Optional[str] = None
    dots: int = 0


def names_imported(module: str, path: str, statements: Iterable[Statement]) -> Iterator[str]:
    """Dotted names, of which some may be no modules but what is in one."""
    is_package = path.rpartition("/")[2].startswith("__init__.")
    for statement in statements:
        if statement.package is None:
            yield from statement.names
            continue
        base = statement.package
        if statement.dots:
            parts = module.split(".")
            parents = parts[: len(parts) - statement.dots + is_package]
            base = ".".join([*parents, base] if base else parents)
        yield base
        yield from (f"{base}.{name}" for name in statement.names)


def parsed(text: bytes) -> Iterator[Statement]:
    """The statements that Python sees; SyntaxError or ValueError: it sees none."""
    import ast

    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield Statement([alias.name for alias in node.names])
        elif isinstance(node, ast.ImportFrom):
            names = [alias.name for alias in node.names if alias.name != "*"]
            yield Statement(names, node.module or "", node.level)


def found(text: bytes, installed: bool = False) -> Iterator[Statement]:
    """What looks like a statement: many times faster, and right but for strings and comments.

    Of an installed package mypy reads no body of a function that is not in a class.
    """
    has_strings = installed and text.count(QUOTES) % 2 == 0
    at, before, quotes = text.find(WORD), 0, 0
    while at >= 0:
        if has_strings:
            quotes += text.count(QUOTES, before, at)
            before = at
        end = at + len(WORD)
        if quotes % 2 == 0 and text[end : end + 1] in (b" ", b"\t", b"\\", b"(", b"*"):
            start = line_start(text, at)
            head = HEAD.search(CONTINUED.sub(b" ", text[start:at]))
            if head and not (installed and is_in_function(text, start)):
                yield statement_of(head, text, end)
        at = text.find(WORD, end)


def line_start(text: bytes, at: int) -> int:
    start = text.rfind(b"\n", 0, at) + 1
    while start > 1 and text[start - 2 : start] == b"\\\n":
        start = text.rfind(b"\n", 0, start - 1) + 1
    return start


def is_in_function(text: bytes, start: int) -> bool:
    """Whether the line that starts there is in a function of the module itself."""
    if text[start] not in b" \t":
        return False
    while start > 0:
        start = text.rfind(b"\n", 0, start - 1) + 1
        if text[start] not in INSIDE:
            return text.startswith(b"def ", start)
    return False


def statement_of(head: re.Match[bytes], text: bytes, end: int) -> Statement:
    tail = TAIL.match(text, end)
    assert tail is not None  # It matches nothing, too.
    listed = COMMENT.sub(b"", tail[1]) if tail[1] is not None else tail[2]
    names = [name.decode() for name in NAME.findall(RENAMING.sub(b"", listed))]
    if head[2] is None:
        return Statement(names)
    return Statement(names, head[2].decode(), len(head[1]))


def imports_of(module: str, path: str, installed: bool) -> list[str]:
    with open(path, "rb") as file:
        text = file.read()
    if not installed:
        try:
            return sorted(set(names_imported(module, path, parsed(text))))
        except (SyntaxError, ValueError, RecursionError):
            pass  # mypy will tell.
    return sorted(set(names_imported(module, path, found(text, installed))))


# ---------------------------------------------------------------- the actions


def argument_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mypy_runner", allow_abbrev=False, fromfile_prefix_chars="@"
    )
    parser.add_argument("--action", required=True, choices=KINDS)
    parser.add_argument("--output", help="imports: the list to write")
    parser.add_argument("--target", metavar="LIST", action="append", default=[], help="wanted: one")
    for option, words in (
        ("--module", ("NAME", "FILE")),
        ("--directory", ("PACKAGE", "DIRECTORY")),
        ("--root", ("KIND", "DIRECTORY")),
        ("--package", ("LIST", "WANTED")),  # The list of a distribution, and what to write for it.
    ):
        parser.add_argument(option, nargs=2, metavar=words, action="append", default=[])
    return parser


def size(arguments: Sequence[str]) -> int:
    """The bytes of source to read."""
    try:
        options = argument_parser().parse_args(arguments)
        return sum(os.path.getsize(path) for path in modules_to_read(options).values())
    except (OSError, SystemExit):
        return 0  # The action will complain.


def modules_to_read(options: argparse.Namespace) -> dict[str, str]:
    modules = {name: path for name, path in options.module}
    for package, path in options.directory:
        modules.update(modules_of_directory(path, package))
    modules.update(modules_of_roots([Root(path, kind) for kind, path in options.root]))
    return modules


def main(arguments: Sequence[str]) -> int:
    """Does one of these actions and returns its exit status."""
    options = argument_parser().parse_args(arguments)
    if options.action == "wanted":
        write_wanted(options.target, dict(options.package))
        return 0
    modules = modules_to_read(options)
    lists = {
        module: imports_of(module, path, bool(options.root))
        for module, path in sorted(modules.items())
    }
    write_if_changed(options.output, json.dumps(lists).encode() + b"\n")
    return 0


def write_wanted(targets: Sequence[str], packages: dict[str, str]) -> None:
    """Writes for each distribution the modules that others import, of what targets lead to."""
    lists = {path: read_lists(path) for path in [*targets, *packages]}
    wanted = follow(lists, targets)
    for path, output in packages.items():
        tops = top_levels(lists[path])
        names = sorted(
            module
            for module, importers in wanted.items()
            if importers - {path} and not tops.isdisjoint(with_parents(module))
        )
        write_if_changed(output, "".join(f"{name}\n" for name in names).encode())


def read_lists(path: str) -> dict[str, list[str]]:
    with open(path, "rb") as file:
        lists: dict[str, list[str]] = json.load(file)
    return lists


def follow(lists: dict[str, dict[str, list[str]]], targets: Sequence[str]) -> dict[str, set[str]]:
    """The modules that targets import, directly or not, and the lists in which they are imported."""
    owners: dict[str, list[str]] = {}
    for path, modules in lists.items():
        for module in modules:
            owners.setdefault(module, []).append(path)
    wanted: dict[str, set[str]] = {}
    waiting = [(path, names) for path in targets for names in lists[path].values()]
    while waiting:
        path, names = waiting.pop()
        for module in {part for name in names for part in with_parents(name)} & owners.keys():
            if module not in wanted:
                wanted[module] = set()
                waiting += [(owner, lists[owner][module]) for owner in owners[module]]
            wanted[module].add(path)
    return wanted


def with_parents(name: str) -> Iterator[str]:
    while name:
        yield name
        name = name.rpartition(".")[0]


def top_levels(modules: Iterable[str]) -> set[str]:
    """Those whose packages are not there."""
    names = set(modules)
    return {name for name in names if name.rpartition(".")[0] not in names}


def read_wanted(wanted: Union[str, list[str]]) -> Union[str, list[str]]:
    """What a manifest wants, with the contents of files that write_wanted() has written: "@FILE"."""
    if wanted == "all":
        return wanted
    names: list[str] = []
    for word in wanted:
        if word.startswith("@"):
            with open(word[1:], encoding="utf-8") as file:
                names += file.read().split()
        else:
            names.append(word)
    return names
