# SPDX-License-Identifier: Apache-2.0
"""tests/star/*.star: Starlark programs, cut into chunks by lines `---`.

Each chunk runs in a process of its own (`starmypy --testing`) and has to succeed, unless it says
`### SUBSTRING` (or several) at the end of lines: then exactly these errors, each on its line, have to come. The names of
assert.star that a chunk mentions are loaded for it, on its first line: its `---`, or the file's opening comment.
A chunk with `#> TEXT` at the end of lines has to print exactly these texts, in their order. `# flags: --dialect=spec`
on a line hands flags on. Chunks keep the line numbers of their file. Every chunk runs in each of the MODES.
"""

import dataclasses
import functools
import os
import re
import tempfile
from typing import Dict, Iterator, List, Tuple

from kinds.base import TESTS, Output, Result, Settings, Test, entries, execute

PRELUDE = "assert.star"
# Name of the mode, what it adds to the environment, the line end it writes.
MODES: List[Tuple[str, Dict[str, str], str]] = [
    ("plain", {}, "\n"),
    ("gc-stress", {"STARMYPY_GC_STRESS": "1"}, "\n"),
    ("crlf", {}, "\r\n"),
]
EXPECTED = re.compile(r"###\s*(.*)$")
PRINTED = re.compile(r"#> ?(.*)$")
FLAGS = re.compile(r"^# flags: (.*)$")
STATIC = re.compile(r"^(.*?):(\d+):\d+: (.*)$")
FRAME = re.compile(r'^\s+File "(.*?)", line (\d+), column \d+, in ')


@dataclasses.dataclass
class Chunk:
    line: int  # of its first line, from 1
    lines: List[str]

    def expected(self) -> List[Tuple[int, str]]:
        """The (line, substring) of each error that has to come."""
        found = []
        for i, text in enumerate(self.lines):
            match = EXPECTED.search(text)
            parts = match.group(1).split("###") if match else []
            found += [(self.line + i, part.strip()) for part in parts]
        return found

    def printed(self) -> List[str]:
        """The lines that have to be printed; none: anything may."""
        return [match.group(1) for match in map(PRINTED.search, self.lines) if match]

    def flags(self) -> List[str]:
        return [flag for m in map(FLAGS.match, self.lines) if m for flag in m.group(1).split()]


def chunks_of(text: str) -> List[Chunk]:
    chunks = [Chunk(1, [])]
    for number, line in enumerate(text.splitlines(), 1):
        if line == "---":
            chunks.append(Chunk(number, []))
        chunks[-1].lines.append(line)
    return chunks


def errors_in(stderr: str, file: str) -> List[Tuple[int, str]]:
    """The errors reported: static ones each with its line; a dynamic one with its innermost line in file."""
    found = []
    frame_line = 0
    in_traceback = False
    for text in stderr.splitlines():
        frame = FRAME.match(text)
        static = STATIC.match(text)
        if text.startswith("Traceback "):
            in_traceback = True
        elif in_traceback and frame:
            frame_line = int(frame.group(2)) if frame.group(1) == file else frame_line
        elif text.startswith("Error"):
            found.append((frame_line, text.partition(": ")[2]))
        elif static and static.group(1) == file:
            found.append((int(static.group(2)), static.group(3)))
    return found


def complaint(chunk: Chunk, output: Output, file: str) -> str:
    """What is wrong with the outcome, or nothing."""
    expected = chunk.expected()
    printed = chunk.printed()
    if printed and printed != output.stdout.splitlines():
        return "printed is not\n%s\n%s" % ("\n".join(printed), output.text())
    if not expected:
        return output.text() if output.status != 0 else ""
    if output.status != 1:
        return "an error was expected\n" + output.text()
    left = errors_in(output.stderr, file)
    text = ""
    for line, substring in expected:
        match = next((e for e in left if e[0] == line and substring in e[1]), None)
        if match:
            left.remove(match)
        else:
            text += "line %d: no error with %r\n" % (line, substring)
    for line, message in left:
        text += "line %d: unexpected error: %s\n" % (line, message)
    return text + output.stderr if text else ""


def prelude_names() -> List[str]:
    with open(os.path.join(TESTS, "star", PRELUDE), encoding="utf-8") as file:
        return re.findall(r"^def ([a-z]\w*)", file.read(), re.MULTILINE)


def program_text(chunk: Chunk) -> str:
    """The chunk as a file: moved down to its lines, with what it uses of the prelude loaded."""
    body = "\n".join(chunk.lines[1:])
    names = [name for name in prelude_names() if re.search(r"\b%s\b" % name, body)]
    load = 'load("%s", %s)' % (PRELUDE, ", ".join('"%s"' % n for n in names)) if names else ""
    return "\n" * (chunk.line - 1) + load + "\n" + body + "\n"


def run(
    settings: Settings, source: str, chunk: Chunk, name: str, mode: Tuple[str, Dict[str, str], str]
) -> List[Result]:
    _, variables, line_end = mode
    with tempfile.TemporaryDirectory(prefix="starmypy-star-") as folder:
        for other in entries("star", ".star"):
            if other != source:
                os.symlink(os.path.join(TESTS, "star", other), os.path.join(folder, other))
        path = os.path.join(folder, source)
        with open(path, "w", encoding="utf-8", newline=line_end) as file:
            file.write(program_text(chunk))
        output = execute(
            [settings.program, "--testing", *chunk.flags(), path], {**settings.environment, **variables}
        )
        return [Result(name, complaint(chunk, output, path) or None)]


def discover(settings: Settings) -> Iterator[Test]:
    for source in entries("star", ".star"):
        if source == PRELUDE:
            continue
        with open(os.path.join(TESTS, "star", source), encoding="utf-8", newline="") as file:
            chunks = chunks_of(file.read())
        for chunk in chunks:
            for mode in MODES:
                name = "star/%s:%d (%s)" % (source, chunk.line, mode[0])
                yield Test(name, functools.partial(run, settings, source, chunk, name, mode))
