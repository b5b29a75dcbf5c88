# SPDX-License-Identifier: Apache-2.0
"""Runs chunks: writes each into a folder of its own, beside the prelude of assertions, and starts the executable on it.

What the executable has is found by probing; the prelude is made accordingly. It judges nothing: it prints marker lines,
which judging.py reads.
"""

import itertools
import os
import re
import shlex
import shutil
import subprocess
import tempfile
from typing import List, Optional, Sequence, Tuple

from suites import FIXTURES, Chunk

MARK = "@CONF@"
END = 999999  # marks that a chunk ran to its end
MODE_FLAGS = {"check": "--check", "parse": "--parse-only"}

PRELUDE = """
def _ok():
    print("%(mark)s ok")

def _bad(msg):
    print("%(mark)s bad " + repr(msg))

def conf_at(n):
    print("%(mark)s at " + str(n))

def assert_eq(x, y):
    if x == y:
        _ok()
    elif _close(x, y):
        _ok()
    else:
        _bad(repr(x) + " != " + repr(y))

def assert_ne(x, y):
    if x == y:
        _bad(repr(x) + " == " + repr(y))
    else:
        _ok()

def assert_lt(x, y):
    if x < y:
        _ok()
    else:
        _bad(repr(x) + " is not less than " + repr(y))

def assert_contains(x, y):
    if y in x:
        _ok()
    else:
        _bad(repr(x) + " does not contain " + repr(y))

def assert_(cond, msg = "assertion failed"):
    if cond:
        _ok()
    else:
        _bad(msg)

def assert_true(cond, msg = "assertion failed"):
    assert_(cond, msg)

def assert_false(cond, msg = "assertion failed"):
    assert_(not cond, msg)

def assert_fail(msg):
    _bad(msg)

def assert_fails(f, pattern):
    %(fails)s

def int_mul_slow(x, y):
    return x * y
"""
FAILS = 'print("%s err " + repr(pattern) + " " + repr(catch(f)))' % MARK
FAILS_UNCHECKED = 'print("%s unchecked")' % MARK

# assert_eq() of floats whose last bit differs.
CLOSE_FLOAT = """
def _close(x, y):
    if type(x) not in ("int", "float") or type(y) not in ("int", "float"):
        return False
    if type(x) == "int" and type(y) == "int":
        return False
    d = float(x) - float(y)
    if d < 0:
        d = -d
    m = float(x)
    if m < 0:
        m = -m
    return d <= m / 4503599627370496
"""
CLOSE_NONE = """
def _close(x, y):
    return False
"""

API = tuple(re.findall(r"^def ([a-z]\w*)", PRELUDE, re.M))
# The members of the value `assert`, for chunks that use it as one.
MEMBERS = ("eq", "ne", "lt", "true", "contains", "fail", "fails")


def crashed(status: Optional[int]) -> bool:
    return status is None or status < 0 or status > 100


def write(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="") as stream:
        stream.write(text)


class Runner:
    """One executable, and what it has."""

    def __init__(self, program: str, arguments: str, timeout: float, inline: bool, keep: Optional[str]) -> None:
        self.command = [os.path.abspath(program) if os.sep in program else program] + shlex.split(arguments)
        self.timeout = timeout
        self.inline = inline
        self.keep = keep is not None
        self.top = keep or tempfile.mkdtemp(prefix="conformance-")
        self.numbers = itertools.count(1)
        self.names = {name for name in ("catch", "float", "freeze", *FIXTURES) if self.probe("x = %s\n" % name)}
        self.modes = {"run"}
        for mode, flag in MODE_FLAGS.items():
            if self.probe("x = 1\n", flag) and not self.probe("x = = 1\n", flag):
                self.modes.add(mode)
        self.prelude = (CLOSE_FLOAT if "float" in self.names else CLOSE_NONE) + PRELUDE % {
            "mark": MARK,
            "fails": FAILS if "catch" in self.names else FAILS_UNCHECKED,
        }

    def clean(self) -> None:
        if not self.keep:
            shutil.rmtree(self.top, ignore_errors=True)

    def probe(self, text: str, *flags: str) -> bool:
        path = os.path.join(self.folder(), "probe.star")
        write(path, text)
        return self.execute(path, flags)[0] == 0

    def folder(self) -> str:
        folder = os.path.join(self.top, "%06d" % next(self.numbers))
        os.makedirs(folder, exist_ok=True)
        return folder

    def execute(self, path: str, flags: Sequence[str]) -> Tuple[Optional[int], str]:
        """(status, output); without a status it took too long."""
        status: Optional[int] = None
        try:
            done = subprocess.run(
                [*self.command, *flags, path],
                cwd=os.path.dirname(path),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=self.timeout,
            )
            status, output = done.returncode, done.stdout
        except subprocess.TimeoutExpired as expired:
            output = expired.stdout or b""
        return status, output.decode("utf-8", errors="replace")

    def run(self, chunk: Chunk, lines: Sequence[str]) -> Tuple[Optional[int], str]:
        """Runs lines made of the chunk's: (status, output)."""
        folder = self.folder()
        path = os.path.join(folder, "snippet.star" if chunk.snippet else os.path.basename(chunk.file))
        flags = ["--options=" + ",".join(sorted(set(chunk.options)))] if chunk.options else []
        if chunk.mode == "run":
            write(path, "\n".join(self.with_prelude(chunk, list(lines), folder)) + "\n")
        else:
            flags.append(MODE_FLAGS[chunk.mode])
            write(path, "\n".join([""] * (chunk.line - 1) + list(lines)))
        result = self.execute(path, flags)
        if not self.keep:
            shutil.rmtree(folder, ignore_errors=True)
        return result

    # --- the prelude --------------------------------------------------------------------------

    def with_prelude(self, chunk: Chunk, body: List[str], folder: str) -> List[str]:
        """The lines with what brings in the assertions they use; the chunk's lines keep their numbers."""
        text = "\n".join(body)
        padding = 0 if chunk.snippet else chunk.line - 1
        if self.inline:
            head = self.prelude.split("\n")
            return head + [""] * max(0, padding - len(head)) + body
        write(os.path.join(folder, "conformance_prelude.star"), self.prelude)
        module = re.search(r"""load\(["'](asserts?)\.star""", text)
        if module:
            self.write_module(folder, module.group(1))
        used = [
            name
            for name in API
            if re.search(r"\b%s\b" % name, text)
            and not re.search(r"^(def\s+%s\b|%s\s*=[^=])" % (name, name), text, re.M)
        ]
        if not used:
            return [""] * padding + body
        load = 'load("conformance_prelude.star", %s)' % ", ".join('"%s"' % name for name in used)
        if padding:
            return [load] + [""] * (padding - 1) + body
        first = body[0]
        if not first.strip() or first.lstrip().startswith("#"):
            return [load] + body[1:]
        if not re.match(r"(def|for|if|while|load)\b", first):
            return [load + "; " + first] + body[1:]
        return [load] + body

    def write_module(self, folder: str, name: str) -> None:
        """The file that a chunk loads the value `asserts` from."""
        freeze = "freeze" if "freeze" in self.names else "None"
        write(os.path.join(folder, "conf_freeze.star"), "conf_freeze = %s\n" % freeze)
        make = 'module("asserts", ' if "module" in self.names else "struct("
        members = ", ".join("%s = assert_%s" % (member, member) for member in MEMBERS)
        write(
            os.path.join(folder, name + ".star"),
            'load("conf_freeze.star", "conf_freeze")\n%s\nfreeze = conf_freeze\nasserts = %s%s)\n'
            % (self.prelude, make, members),
        )
