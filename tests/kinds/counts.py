# SPDX-License-Identifier: Apache-2.0
"""tests/counts/*.star: programs whose instructions are counted, so that a slowdown is seen at once.

callgrind counts what `starmypy --testing` executes for each program, and for the generated inputs of GENERATED, in its
own binary and in the collector. The C library is left out: it chooses its functions by the processor. Such counts are
the same in every run; expected.ini has them for each compiler with its flags and each version of the collector, and a build
that has none there is skipped. A count may exceed the expected one by TOLERANCE and by SLACK. One that is far below it
fails too: else a later slowdown would hide in it. `tests/run --update counts` writes the counts of the build at hand.
"""

import collections
import configparser
import ctypes
import functools
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from typing import Dict, Iterator, List, Tuple

from kinds.base import TESTS, Result, Settings, Test, entries, execute

TOLERANCE = 0.03
SLACK = 10_000  # where the tree is, for one: paths are copied
FAR_BELOW = 0.10
FOLDER = os.path.join(TESTS, "counts")
EXPECTED = os.path.join(FOLDER, "expected.ini")
HEADER = """\
; Instructions by program: see tests/kinds/counts.py.
; Rewritten by: tests/run --build DIR --update counts
"""
# What bench/gen.py has to write, and the words behind `starmypy --testing`: parsing, and modules that load others.
GENERATED: Dict[str, Tuple[List[str], List[str]]] = {
    "parse": (["large", "parse.bzl", "0.2"], ["--check", "parse.bzl"]),
    "parse_build": (["build", "parse.bzl", "0.2"], ["--check", "parse.bzl"]),
    "compile": (["large", "compile.bzl", "0.05"], ["compile.bzl"]),
    "load": (["chain", ".", "100"], ["main.star"]),
}
VERSION = re.compile(r"\d+\.\d+\.\d+")
COLLECTOR = "libgc.so.1"
# The same everywhere: the collector asks how many processors there are.
ENVIRONMENT = {"GC_NPROCS": "1"}

update_lock = threading.Lock()


class Unavailable(Exception):
    """Why nothing can be counted here."""


@functools.lru_cache(maxsize=None)
def toolchain(build: str) -> str:
    """What counts depend on besides our sources: compiler, flags that change code, collector."""
    with open(os.path.join(build, "flags"), encoding="utf-8") as file:
        words = file.read().split()
    flags = [word for word in words if word[:2] in ("-O", "-f", "-m", "-D")]
    version = VERSION.search(subprocess.check_output([words[0], "--version"], text=True))
    try:
        number = ctypes.CDLL(COLLECTOR).GC_get_version()
    except OSError:
        raise Unavailable("counts: there is no %s" % COLLECTOR) from None
    collector = "%d.%d.%d" % (number >> 16, number >> 8 & 255, number & 255)
    compiler = [os.path.basename(words[0]), version.group() if version else "?", *flags]
    return "%s, libgc %s" % (" ".join(compiler), collector)


def read_expected() -> configparser.ConfigParser:
    table = configparser.ConfigParser()
    table.read(EXPECTED, encoding="utf-8")
    return table


def write_expected(section: str, name: str, count: int) -> None:
    with update_lock:
        table = read_expected()
        if not table.has_section(section):
            table.add_section(section)
        table.set(section, name, str(count))
        for known in table.sections():
            table[known] = dict(sorted(table[known].items()))
        with open(EXPECTED, "w", encoding="utf-8") as file:
            file.write(HEADER)
            table.write(file)


def counted(report: str, program: str) -> int:
    """The instructions that callgrind counted in the binary and in the collector, where that is shared."""
    counts: Dict[str, int] = collections.defaultdict(int)
    binary, of_a_callee = "", False
    with open(report, encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("ob="):
                binary = os.path.realpath(line[len("ob=") :].strip())
            elif line.startswith("calls="):
                of_a_callee = True
            elif line[:1].isdigit():
                counts[binary] += 0 if of_a_callee else int(line.split()[1])
                of_a_callee = False
    collector = sum(n for path, n in counts.items() if os.path.basename(path).startswith("libgc."))
    return counts[os.path.realpath(program)] + collector


def measure(settings: Settings, name: str, folder: str) -> int:
    """Runs a program, or what is generated in the folder, under callgrind."""
    words, where = [name + ".star"], FOLDER
    if name in GENERATED:
        (generate, words), where = GENERATED[name], folder
        generator = os.path.join(os.path.dirname(TESTS), "bench", "gen.py")
        subprocess.check_call([sys.executable, generator, *generate], cwd=folder)
    report = os.path.join(folder, "report")
    callgrind = ["--tool=callgrind", "--callgrind-out-file=" + report]
    # Without abbreviations, which would have to be expanded again.
    callgrind += ["--compress-strings=no", "--compress-pos=no"]
    valgrind = shutil.which("valgrind", path=settings.environment.get("PATH"))
    if not valgrind:
        raise Unavailable("counts: valgrind is not installed")
    command = [valgrind, "--quiet", *callgrind, settings.program, "--testing", *words]
    output = execute(command, ENVIRONMENT, where)
    if output.status != 0:
        raise RuntimeError(output.text())
    return counted(report, settings.program)


def verdict(count: int, expected: int) -> str:
    """What is wrong with a count; empty: nothing."""
    change = "%d instructions, %+.1f %% of the %d expected" % (
        count,
        100 * (count / expected - 1),
        expected,
    )
    if count > expected * (1 + TOLERANCE) + SLACK:
        return change + ": slower; where it is worth that, `tests/run --update counts`"
    if count < expected * (1 - FAR_BELOW):
        return change + ": faster; keep that by `tests/run --update counts`"
    return ""


def run(settings: Settings, name: str) -> List[Result]:
    title = "counts/" + name
    try:
        section = toolchain(settings.build)
        if not settings.update and not read_expected().has_section(section):
            raise Unavailable("counts: none are known for %s" % section)
        with tempfile.TemporaryDirectory(prefix="starmypy-counts-") as folder:
            count = measure(settings, name, folder)
    except Unavailable as reason:
        return [Result(title, skipped=str(reason))]
    if settings.update:
        write_expected(section, name, count)
        return [Result(title)]
    expected = read_expected().getint(section, name, fallback=0)
    if not expected:
        return [Result(title, "not in expected.ini: `tests/run --update counts` adds it")]
    return [Result(title, verdict(count, expected) or None)]


def discover(settings: Settings) -> Iterator[Test]:
    for name in [source[: -len(".star")] for source in entries("counts", ".star")] + [*GENERATED]:
        yield Test("counts/" + name, functools.partial(run, settings, name))
