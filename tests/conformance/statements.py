# SPDX-License-Identifier: Apache-2.0
"""Cuts Starlark into its top-level statements, and reads string literals, without an interpreter's help.

The suites hold files that no interpreter accepts: so nothing here fails, whatever the text.
"""

import re
from typing import List, Optional, Sequence, Tuple

ESCAPES = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "v": "\v",
    "0": "\0",
    "\\": "\\",
    '"': '"',
    "'": "'",
}
HEXADECIMAL = {letter: re.compile("[0-9a-fA-F]{%d}" % width) for letter, width in (("x", 2), ("u", 4), ("U", 8))}
OCTAL = re.compile("[0-7]{2,3}")
DOCUMENTATION = re.compile(r"""(\"\"\".*?\"\"\"|'''.*?'''|"[^"\n]*"|'[^'\n]*')\s*(#.*)?$""", re.S)


def parse_escape(text: str, at: int) -> Tuple[str, int]:
    """The escape whose letter is at text[at]: (value, next index)."""
    letter = text[at]
    if letter in HEXADECIMAL:
        digits = HEXADECIMAL[letter].match(text, at + 1)
        if digits:
            try:
                return chr(int(digits.group(), 16)), digits.end()
            except (ValueError, OverflowError):
                return "?", digits.end()
    digits = OCTAL.match(text, at)
    if digits:
        return chr(int(digits.group(), 8) & 0xFF), digits.end()
    return ESCAPES.get(letter, "\\" + letter), at + 1


def parse_literal(text: str, at: int) -> Tuple[str, int]:
    """The double- or single-quoted literal at text[at]: (value, next index)."""
    value: List[str] = []
    quote, at = text[at], at + 1
    while at < len(text):
        if text[at] == quote:
            return "".join(value), at + 1
        if text[at] == "\\" and at + 1 < len(text):
            piece, at = parse_escape(text, at + 1)
        else:
            piece, at = text[at], at + 1
        value.append(piece)
    return "".join(value), at


class Statement:
    """One statement in column 0: `first` and `last` are its lines' indexes, inclusive."""

    def __init__(self, first: int, last: int, text: str) -> None:
        self.first, self.last, self.text = first, last, text
        head = text.lstrip()
        word = re.match(r"[A-Za-z_]\w*", head)
        self.word = word.group() if word else ""
        self.compound = self.word in ("def", "for", "if", "while")
        self.is_load = re.match(r"load\s*\(", head) is not None
        self.is_documentation = DOCUMENTATION.match(head.strip()) is not None
        asserts = re.search(r"\bassert[_.]?", text) is not None
        call = re.match(r"[A-Za-z_][\w.]*\s*\(", head) is not None
        silent = self.word == "def" or self.is_documentation or self.is_load
        self.is_case = not silent and (asserts or call)


class Scanner:
    """What of brackets, quotes and backslashes is open at the end of a line."""

    def __init__(self) -> None:
        self.depth = 0
        self.quote: Optional[str] = None
        self.continued = False

    def fresh(self) -> bool:
        return self.depth == 0 and self.quote is None and not self.continued

    def feed(self, line: str) -> bool:
        """Reads the next line; says whether a statement has something of it."""
        at, content, self.continued = 0, False, False
        while at < len(line):
            c = line[at]
            if self.quote:
                content = True
                if c == "\\":
                    at += 2
                elif line.startswith(self.quote, at):
                    at += len(self.quote)
                    self.quote = None
                else:
                    at += 1
                continue
            if c == "#":
                break
            if c in "\"'":
                content = True
                self.quote = c * 3 if line.startswith(c * 3, at) else c
                at += len(self.quote)
                continue
            self.bracket(c)
            self.continued = self.continued or (c == "\\" and at == len(line) - 1)
            content = content or not c.isspace()
            at += 1
        if self.quote and len(self.quote) == 1:
            if line.endswith("\\"):
                self.continued = True
            else:
                self.quote = None
        return content or self.depth > 0 or self.quote is not None

    def bracket(self, c: str) -> None:
        if c in "([{":
            self.depth += 1
        elif c in ")]}":
            self.depth = max(0, self.depth - 1)


def top_statements(lines: Sequence[str]) -> List[Statement]:
    """The top-level statements of a chunk: logical lines that begin in column 0, with what is indented below them."""
    scanner = Scanner()
    starts: List[int] = []
    filled: List[int] = []
    for i, line in enumerate(lines):
        begins = scanner.fresh() and line[:1] not in ("", " ", "\t", "#", "\r")
        if begins and not (starts and re.match(r"(else|elif)\b", line)):
            starts.append(i)
        if scanner.feed(line):
            filled.append(i)
    statements = []
    for first, end in zip(starts, starts[1:] + [len(lines)]):
        last = max((i for i in filled if first <= i < end), default=first)
        statements.append(Statement(first, last, "\n".join(lines[first : last + 1])))
    return statements
