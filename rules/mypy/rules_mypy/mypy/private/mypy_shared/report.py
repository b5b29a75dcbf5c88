# SPDX-License-Identifier: Apache-2.0
"""What an action found, as people and programs read it.

The text is what `mypy` prints, with its closing line, and then a line that tells which mypy it was.
The one invariant: nothing in a report tells where or when the action ran; not even the terminal's
width, which is taken to be 80 columns, as mypy does when there is no terminal.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
from typing import Iterator, Mapping, Optional, Protocol, Sequence

from .pack import Blocked, Entry

CLEAN = 0
ERRORS = 1
BLOCKING = 2  # mypy could not finish.
NOT_CHECKED = 3  # A dependency's mypy could not finish.


class Result:
    """What the analysis of a target, a package or typeshed gave."""

    def __init__(self, version: str) -> None:
        self.version = version  # mypy's.
        self.status = CLEAN
        self.stderr = ""
        self.stdout = ""
        self.messages: list[str] = []  # JSON objects.
        self.entries: dict[str, Entry] = {}  # Of own modules.
        self.used: set[str] = set()  # Modules of others that own modules depend on.
        self.again: dict[str, str] = {}  # Modules of others, and why.
        self.blocked: Optional[Blocked] = None  # With status BLOCKING or NOT_CHECKED.


class Options(Protocol):
    """What matters here of mypy's options."""

    pretty: bool
    color_output: bool
    error_summary: bool
    hide_error_codes: bool


@contextlib.contextmanager
def environment(color: bool) -> Iterator[None]:
    """The terminal that mypy is to think it has."""
    wanted: dict[str, Optional[str]] = {
        "MYPY_FORCE_TERMINAL_WIDTH": "80",
        "MYPY_FORCE_COLOR": "1" if color else None,
        "FORCE_COLOR": None,
        "TERM": "xterm-256color" if color else os.environ.get("TERM"),
    }
    before = {name: os.environ.get(name) for name in wanted}
    set_environment(wanted)
    try:
        yield
    finally:
        set_environment(before)


def set_environment(values: Mapping[str, Optional[str]]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


class Printer:
    """Collects messages as mypy's main program prints them."""

    def __init__(self, options: Options, color: bool) -> None:
        from mypy.util import FancyFormatter

        self.options = options
        self.silent = False  # Whether to leave out all messages.
        self.stdout = io.StringIO()
        self.stderr = io.StringIO()
        self.lines: list[str] = []
        self.files: list[str] = []
        with environment(color):
            self.formatter = FancyFormatter(self.stdout, self.stderr, options.hide_error_codes)

    def flush(self, file: Optional[str], messages: Sequence[str], serious: bool) -> None:
        """mypy calls this with the formatted messages of a file, when it is done with it."""
        if self.silent:
            return
        lines = list(messages)
        if self.options.pretty:
            lines = self.formatter.fit_in_terminal(lines)
        self.lines += lines
        if lines and file is not None:
            self.files.append(file)
        stream = self.stderr if serious else self.stdout
        for line in lines:
            if self.options.color_output:
                line = self.formatter.colorize(line)
            stream.write(f"{line}\n")

    def close(self, sources: int, blockers: bool) -> int:
        """Prints the closing line and returns mypy's exit status."""
        from mypy.util import count_stats

        color = self.options.color_output
        errors, notes, files = count_stats(self.lines)
        if self.options.error_summary:
            summary = ""
            if errors:
                summary = self.formatter.format_error(
                    errors, files, sources, blockers=blockers, use_color=color
                )
            elif not self.lines or notes == len(self.lines):
                summary = self.formatter.format_success(sources, color)
            if summary:
                self.stdout.write(f"{summary}\n")
        if notes < len(self.lines):
            return BLOCKING if blockers else ERRORS
        return CLEAN


def report_text(result: Result) -> str:
    return f"{result.stderr}{result.stdout}mypy {result.version}\n"


def json_lines(result: Result) -> str:
    return "".join(f"{message}\n" for message in result.messages)


def not_checked_text(label: str, reasons: Mapping[Blocked, Sequence[str]]) -> str:
    """What the report of a target says that mypy could not check for another one's sake."""
    lines: list[str] = []
    for reason, modules in reasons.items():
        lines.append(f"{label}: not checked, because mypy could not finish {reason.label}:")
        lines.append(f"    {reason.message}")
        lines.append(f"  which it needs for {', '.join(modules)}")
    return "".join(f"{line}\n" for line in lines)


def not_checked_messages(label: str, reasons: Mapping[Blocked, Sequence[str]]) -> list[str]:
    return [
        json.dumps(
            {
                "file": reason.file,
                "line": -1,
                "column": -1,
                "end_line": -1,
                "end_column": -1,
                "message": f"{label} is not checked, because mypy could not finish {reason.label}",
                "hint": reason.message,
                "code": None,
                "severity": "error",
            }
        )
        for reason in reasons
    ]


def escaped(path: str) -> str:
    """A path as make and ninja read it in a depfile."""
    for special in (" ", "#"):
        path = path.replace(special, f"\\{special}")
    return path.replace("$", "$$")


def depfile_text(outputs: Sequence[str], inputs: Sequence[str]) -> str:
    targets = " ".join(escaped(output) for output in outputs)
    return f"{targets}:" + "".join(f" \\\n  {escaped(path)}" for path in inputs) + "\n"
