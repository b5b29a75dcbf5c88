# SPDX-License-Identifier: Apache-2.0
"""Reads the public suites into chunks, in the terms of the contract at the top of conformance.py.

A chunk that read_suite() returns is ready to run: its '###' comments have become `expects`, and the suite's own names
for assertions the prelude's. Lines keep their numbers.
"""

import os
import re
from typing import Iterator, List, Optional, Sequence, Tuple

from statements import ESCAPES, parse_literal, top_statements

# How a chunk tells that it needs something beyond the language.
FIXTURES = {
    "hasfields": r"\bhasfields\(",
    "mutablestruct": r"\bmutablestruct\(",
    "fibonacci": r"\bfibonacci\b",
    "proto": r"\bproto\.",
    "gensym": r"\bgensym\(",
    "module": r"<module ",
}
MODULE_LOAD = re.compile(r"""^load\(\s*(["'])(assert|asserts|json|math|time|proto)\.star\1.*\)\s*(#.*)?$""")
ASSERTIONS = r"(eq|ne|true|lt|contains|fails|fail)\b"

RUST_CALL = re.compile(r"\bassert::(pass|pass_module|fail|fails|eq|is_true|all_true)\(\s*")
RUST_RAW = re.compile(r'r(#*)"')
RUST_UNICODE = re.compile(r"\\u\{([0-9a-fA-F]+)\}")
# A ';' that no quote encloses.
SEMICOLON = re.compile(r""";(?=(?:[^'"]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')*$)""", re.S)


def search(pattern: str, text: str) -> bool:
    """Not every pattern of the suites is one of Python's: such a one is looked for as it stands."""
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return pattern in text


class Expect:
    """An error expected on a line; without a text, any."""

    def __init__(self, line: int, text: Optional[str], fold: bool = False) -> None:
        self.line, self.text, self.fold = line, text, fold

    def matches(self, output: str) -> bool:
        if self.text is None:
            return True
        if not self.fold:
            return search(self.text, output)
        text, output = self.text.lower(), output.lower()
        return text in output or search(text, output)

    def rename(self, pattern: str, new: str) -> None:
        if self.text is not None:
            self.text = re.sub(pattern, new, self.text)


class Chunk:
    """What runs in a process of its own: `lines` of `file`, the first of which is its line number `line`."""

    def __init__(self, file: str, line: int, lines: List[str], mode: str = "run", snippet: bool = False) -> None:
        self.file, self.line, self.lines = file, line, lines
        self.mode = mode  # run, check or parse
        self.snippet = snippet  # out of a Rust source, not a file of its own
        self.expects: List[Expect] = []
        self.options: List[str] = []
        self.fixtures: List[str] = []
        self.checks_wording = True

    def text(self) -> str:
        return "\n".join(self.lines)

    def case_lines(self) -> List[int]:
        """The line of each case: the same for every interpreter."""
        if self.mode != "run":
            return [expect.line for expect in self.expects] or [self.line]
        if self.expects:
            return [self.expects[0].line or self.line]
        if self.snippet:
            return [self.line]
        cases = [self.line + s.first for s in top_statements(self.lines) if s.is_case]
        return cases or [self.line]


# --- files ----------------------------------------------------------------------------------------


def star_files(root: str, folder: str) -> Iterator[Tuple[str, str]]:
    """The suite's files in a folder: (path from the root, path)."""
    top = os.path.join(root, folder) if folder else root
    if os.path.isdir(top):
        for name in sorted(os.listdir(top)):
            if name.endswith((".star", ".sky")):
                yield os.path.relpath(os.path.join(top, name), root), os.path.join(top, name)


def split_chunks(file: str, path: str, mode: str = "run", strip: bool = False) -> List[Chunk]:
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as stream:
        text = stream.read()
    lines = (text.replace("\r\n", "\n") if strip else text).split("\n")
    chunks, start = [], 0
    for i, line in enumerate(lines + ["---"]):
        if (line.rstrip() if strip else line) == "---":
            chunks.append(Chunk(file, start + 1, lines[start:i], mode))
            start = i + 1
    return chunks


def go_chunks(root: str) -> List[Chunk]:
    chunks = []
    for folder in ("starlark/testdata", "starlarkstruct/testdata"):
        for file, path in star_files(root, folder):
            # A benchmark, and two helpers that assert nothing.
            if os.path.basename(path) not in ("benchmark.star", "function_param.star", "paths.star"):
                chunks += split_chunks(file, path)
    for folder, mode in (("resolve/testdata", "check"), ("syntax/testdata", "parse")):
        for file, path in star_files(root, folder):
            chunks += split_chunks(file, path, mode)
    return chunks


def java_chunks(root: str) -> List[Chunk]:
    folder = "src/test/java/net/starlark/java/eval/testdata"
    while folder and not os.path.isdir(os.path.join(root, folder)):
        folder = folder.partition("/")[2]
    chunks = []
    for _, path in star_files(root, folder):
        name = os.path.basename(path)
        if name.endswith(".star") and not name.startswith("bench_"):
            chunks += split_chunks(name, path)
    return chunks


def spec_chunks(root: str) -> List[Chunk]:
    chunks = []
    for implementation in ("go", "java", "rust"):
        for file, path in star_files(root, "test_suite/testdata/" + implementation):
            chunks += split_chunks(implementation + "/" + os.path.basename(file), path, strip=True)
    return chunks


def rust_chunks(root: str) -> List[Chunk]:
    chunks = []
    for file, path in star_files(root, "starlark/testcases/eval/go"):
        chunks += split_chunks("go/" + os.path.basename(file), path)
    chunks += rust_snippets(os.path.join(root, "starlark", "src"))
    for file, path in star_files(root, "starlark_syntax/testcases/parse"):
        with open(path, encoding="utf-8") as stream:
            chunks.append(Chunk("parse/" + os.path.basename(file), 1, stream.read().split("\n"), "parse"))
    return chunks


READERS = {"go": go_chunks, "java": java_chunks, "rust": rust_chunks, "spec": spec_chunks}


def read_suite(suite: str, root: str, implementation: str) -> List[Chunk]:
    """All chunks of a suite; `implementation` says whose wording the spec suite is to expect."""
    chunks = READERS[suite](root)
    for chunk in chunks:
        if not chunk.snippet and not (suite == "rust" and chunk.mode == "parse"):
            read_expectations(chunk, suite, implementation)
        chunk.options += re.findall(r"option:([a-z]+)", chunk.text())
        chunk.checks_wording = suite != "rust"
        if chunk.mode == "run":
            chunk.fixtures = [name for name, pattern in FIXTURES.items() if re.search(pattern, chunk.text())]
            rename_assertions(chunk)
        elif chunk.mode == "check":
            rename_predeclared(chunk)
    return chunks


# --- expectations and names -----------------------------------------------------------------------


def go_unquote(text: str) -> Optional[str]:
    """The value of a Go string literal at the start of a text, or None."""
    if text[:1] == "`":
        end = text.find("`", 1)
        return text[1:end] if end > 0 else None
    return parse_literal(text, 0)[0] if text[:1] == '"' else None


def expectation(comment: str, line: int, suite: str, implementation: str) -> Optional[Expect]:
    """What follows a '###', if that is meant for us."""
    if suite == "spec":
        whose = re.match(r" *(go|java|rust):", comment)
        if whose and whose.group(1) != implementation:
            return None
        return Expect(line, comment[whose.end() if whose else 0 :].rstrip().lstrip(" "), fold=True)
    text = comment.strip()
    quoted = go_unquote(text)
    if suite == "go":
        return None if quoted is None else Expect(line, quoted)
    return Expect(line, quoted or text if suite == "rust" else text)


def read_expectations(chunk: Chunk, suite: str, implementation: str) -> None:
    for i, line in enumerate(chunk.lines):
        code, mark, comment = line.partition("###")
        if not mark:
            continue
        expect = expectation(comment, chunk.line + i, suite, implementation)
        if expect:
            chunk.expects.append(expect)
        if expect or suite != "go":  # in the go suite such a comment is none
            chunk.lines[i] = code.rstrip()


def rename_predeclared(chunk: Chunk) -> None:
    """The two names that the go suite's resolver is given."""
    for pattern, new in ((r"\bM\b", "zip"), (r"\bU\b", "len")):
        chunk.lines = [re.sub(pattern, new, line) for line in chunk.lines]
        for expect in chunk.expects:
            expect.rename(pattern, new)


def needs_module(chunk: Chunk) -> bool:
    """Whether a chunk uses `assert` as a value, or fails where it loads it: then it must stay one."""
    if any(e.line and MODULE_LOAD.match(chunk.lines[e.line - chunk.line]) for e in chunk.expects):
        return True
    odd = re.compile(r"\bassert\b(?!\.%s)(?!\.star)" % ASSERTIONS)
    return any(
        odd.search(line) and not MODULE_LOAD.match(line) and not line.lstrip().startswith("#") for line in chunk.lines
    )


def rename_assertions(chunk: Chunk) -> None:
    """The go suite's loads of modules and its `assert.eq(` in the contract's terms; `assert` is a reserved word."""
    module = needs_module(chunk)
    for i, line in enumerate(chunk.lines):
        if module:
            line = re.sub(r"\bassert\b(?!\.star)(?!_)", "asserts", line)
        load = MODULE_LOAD.match(line)
        if load and not (module and load.group(2).startswith("assert")):
            line = ""
        elif not module:
            line = re.sub(r"\basserts?\.%s" % ASSERTIONS, r"assert_\1", line)
        chunk.lines[i] = line
    if module:
        for expect in chunk.expects:
            expect.rename(r"\bassert\b(?!\.star)", "asserts")


# --- snippets in Rust sources ---------------------------------------------------------------------


def rust_literal(source: str, at: int) -> Tuple[Optional[str], int]:
    """The string literal at source[at]: (value, next index); (None, at) if there is none."""
    raw = RUST_RAW.match(source, at)
    if raw:
        close = '"' + raw.group(1)
        end = source.find(close, raw.end())
        return (source[raw.end() : end], end + len(close)) if end >= 0 else (None, at)
    if source[at : at + 1] != '"':
        return None, at
    value, i = [], at + 1
    while i < len(source) and source[i] != '"':
        code = RUST_UNICODE.match(source, i)
        if source.startswith("\\\n", i):
            i += 2
            while source[i : i + 1] in (" ", "\t", "\n"):
                i += 1
        elif code:
            value.append(chr(int(code.group(1), 16)))
            i = code.end()
        elif source[i] == "\\":
            value.append(ESCAPES.get(source[i + 1], source[i : i + 2]))
            i += 2
        else:
            value.append(source[i])
            i += 1
    return "".join(value), i + 1


def undocumented(code: str) -> str:
    """A literal that stands in a Rust doc comment, without the '///' of its lines."""
    return "\n".join(re.sub(r"^\s*//[/!] ?(# )?", "", line) for line in code.split("\n"))


def last_expression(code: str) -> Tuple[List[str], str]:
    """A program whose value is its last statement: (the lines before, that statement)."""
    statements = top_statements(code.split("\n"))
    if not statements:
        return [], code.strip() or "None"
    head, last = code.split("\n")[: statements[-1].first], statements[-1].text.strip()
    cuts = [cut.start() for cut in SEMICOLON.finditer(last)]
    if cuts and not statements[-1].compound:
        head, last = head + [last[: cuts[-1]]], last[cuts[-1] + 1 :].strip()
    return head, last


def snippet_code(what: str, literals: Sequence[str]) -> str:
    """The program that a call of the suite's `assert::WHAT` stands for."""
    if what == "eq":
        (head, left), (more, right) = map(last_expression, literals)
        return "\n".join(head + more + ["assert_eq((%s\n), (%s\n))" % (left, right)])
    if what == "is_true":
        head, last = last_expression(literals[0])
        return "\n".join(head + ["assert_(%s\n)" % last])
    if what == "all_true":
        code = ""
        for line in map(str.strip, literals[0].split("\n")):
            if line and not line.startswith("#"):
                head, last = last_expression(line)
                code += "\n".join(head + ["assert_(%s\n)\n" % last])
        return code
    return literals[0]


def snippets_of(file: str, source: str) -> Iterator[Chunk]:
    for call in RUST_CALL.finditer(source):
        documents = re.match(r"\s*//[/!]", source[source.rfind("\n", 0, call.start()) + 1 :])
        literals, at = [], call.end()
        for _ in range(2 if call.group(1) == "eq" else 1):
            literal, at = rust_literal(source, at)
            if literal is None:
                break
            literals.append(undocumented(literal) if documents else literal)
            while source[at : at + 1].isspace() or source[at : at + 1] == ",":
                at += 1
        else:
            code = snippet_code(call.group(1), literals)
            line = source.count("\n", 0, call.start()) + 1
            chunk = Chunk(file, line, code.split("\n"), snippet=True)
            if call.group(1).startswith("fail"):
                chunk.expects.append(Expect(0, None))
            chunk.options += ["toplevelcontrol", "set", "recursion", "globalreassign"]
            yield chunk


def rust_snippets(top: str) -> List[Chunk]:
    chunks: List[Chunk] = []
    for base, folders, names in os.walk(top):
        folders.sort()
        for name in sorted(names):
            if name.endswith(".rs"):
                path = os.path.join(base, name)
                with open(path, encoding="utf-8") as stream:
                    chunks += snippets_of("inline/" + os.path.relpath(path, top), stream.read())
    return chunks
