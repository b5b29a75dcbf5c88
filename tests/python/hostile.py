# SPDX-License-Identifier: Apache-2.0
"""Hostile programs: what they do, what is said about them, and what they take.

As a program: `hostile.py STARMYPY SANDBOX` prints the rows of the table in docs/limits.md.
"""

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Dict, List, NamedTuple, Tuple

# What a program may take. Address space is more than memory: what is reserved, and what fragments.
ADDRESS_SPACE = 6 << 30
MEMORY = 3 << 30
SECONDS = 10

BIG = "excessive|out of memory"
DEEP = "nested too deeply|nesting depth limit exceeded|nesting too deep"
LOCKED = "temporarily immutable"
RANGE = "range((1 << 31) - 1)"


def looped(before: str, step: str, after: str = "", times: int = 1000000) -> str:
    """A program of one function: loops are allowed in functions only."""
    lines = [f"for i in range({times}):", *(f"  {line}" for line in step.split("; "))]
    body = [*before.split("; "), *lines, *filter(None, [after])]
    return "\n".join(["def main():", *(f"  {line}" for line in body), "main()", ""])


def without_end(before: str, step: str) -> str:
    return looped(before, step, times=(1 << 31) - 1)


LISTS = "x = []; y = []", "x = [x]; y = [y]"
TUPLES = "x = (); y = ()", "x = (x,); y = (y,)"
SHARED = "x = [1]; y = [1]", "x = [x, x]; y = [y, y]"
DIGITS = 'int("7" * 9000000)'

# Programs, and what their error says; "" of those that work.
Programs = Dict[str, Tuple[str, str]]
TOO_BIG: Programs = {
    'a string: "a" * (1 << 40)': ('x = "a" * (1 << 40)', "32-bit"),
    "a list: [0] * (1 << 29)": ("x = [0] * (1 << 29)", BIG),
    "a tuple: (0, 0) * (1 << 29)": ("x = (0, 0) * (1 << 29)", BIG),
    "an int: 1 << 1000000000": ("x = 1 << 1000000000", "shift count too large"),
    "an int: squares of squares": (looped("x = 3", "x = x * x"), BIG),
    "a list of a huge range": (f"x = list({RANGE})", BIG),
    "a set of a huge range": (f"x = set({RANGE})", BIG),
    "a list extended by a huge range": (f"x = []\nx.extend({RANGE})", BIG),
    "a huge range sorted": (f"x = sorted({RANGE})", BIG),
    "a huge range reversed": (f"x = reversed({RANGE})", BIG),
    "a huge range as *args": (f"print(*{RANGE})", "stack overflow"),
    "the bytes of a huge string": ('x = ("a" * (1 << 29)).elems()', BIG),
    "a string doubled": (looped('x = "a"', "x = x + x"), BIG),
    "a list doubled": (looped("x = [1]", "x += x"), BIG),
    "a tuple doubled": (looped("x = (1,)", "x = x + x"), BIG),
    "a list filled": (without_end("x = []", "x.append([i])"), BIG),
    "a dict filled": (without_end("x = {}", "x[i] = i"), BIG),
    "a set filled": (without_end("x = set()", "x.add(i)"), BIG),
    "strings without end": (without_end("x = []", 'x.append("abc" + str(i))'), BIG),
    "functions without end": (without_end("x = []", "x.append(lambda: i)"), BIG),
    "a comprehension over a huge range": (f"x = [[i] for i in {RANGE}]", BIG),
    "a huge string sought from the end": ('x = "a" * (1000 << 20)\nx.rfind(x)', BIG),
    "long *args kept": ("d = list(range(1000000))\ndef f(*a): return a\nx = [f(*d) for i in range(100000)]", BIG),
    "join of long strings": ('x = ("a" * 1000000).join(["b"] * 1000000)', BIG),
    "replace by long strings": ('x = ("a" * 1000000).replace("a", "a" * 1000000)', BIG),
    "% of long strings": ('x = ("%s" * 10000) % tuple(["a" * 1000000] * 10000)', BIG),
    "format of long strings": ('x = ("{0}" * 10000).format("a" * 1000000)', BIG),
    "json of long strings": ('x = json.encode(["a" * (1 << 24)] * 1000)', BIG),
    "json indented, 1,000,000 deep": ('x = json.indent("[" * 1000000 + "]" * 1000000)', BIG),
    "enumerate of a long list": ("x = enumerate([0] * (1 << 26))", BIG),
    "zip of 100,000 ranges": ("x = zip(*[range(1000)] * 100000)", ""),
    "zip of 100,000 huge ranges": (f"x = zip(*[{RANGE}] * 100000)", BIG),
    "an int of 1,000,000 digits": ('x = int("7" * 1000000)\nprint(x * x // x == x, len(str(x)))', ""),
    "an int of 9,000,000 digits shown": (f'x = {DIGITS}\nprint(len(str(x)), len("%d" % x))', ""),
    "an int of 9,000,000 digits divided": (f'x = {DIGITS}\ny = x // int("3" * 5000000) % 7', ""),
    "an int of 100,000,000 digits": ('x = int("7" * 100000000)', BIG),
}
SHARING: Programs = {
    "str of a list shared 2**60 times": (looped(*SHARED, "str(x)", times=60), BIG),
    "json of a list shared 2**60 times": (looped(*SHARED, "json.encode(x)", times=60), BIG),
    "== of lists shared 2**60 times": (looped(*SHARED, "x == y", times=60), ""),
    "< of lists shared 2**60 times": (looped(*SHARED, "[x, 1] < [y, 2]", times=60), ""),
    "== of dicts shared 2**60 times": (looped("x = {}; y = {}", "x = {1: x, 2: x}; y = {1: y, 2: y}", "x == y", 60), ""),
    "hash of tuples shared 2**60 times": (looped("x = (1,)", "x = (x, x)", "{x: 1}", times=60), ""),
    "a list in a list shared 2**60 times": (looped(*SHARED, "x in [[], y]", times=60), ""),
}
TOO_DEEP: Programs = {
    "str, 1,000,000 deep": (looped(*LISTS, "str(x)"), DEEP),
    "%, 1,000,000 deep": (looped(*TUPLES, '"%r" % x'), DEEP),
    "fail, 1,000,000 deep": (looped(*LISTS, "fail(x)"), DEEP),
    "==, 1,000,000 deep": (looped(*LISTS, "x == y"), DEEP),
    "== of dicts, 1,000,000 deep": (looped("x = {}; y = {}", "x = {1: x}; y = {1: y}", "x == y"), DEEP),
    "<, 1,000,000 deep": (looped(*LISTS, "x < y"), DEEP),
    "hash, 1,000,000 deep": (looped(*TUPLES, "{x: 1}"), DEEP),
    "sorted, 1,000,000 deep": (looped(*TUPLES, "sorted([x, y])"), DEEP),
    "json.encode, 1,000,000 deep": (looped(*LISTS, "json.encode(x)"), DEEP),
    "json.decode, 1,000,000 deep": ('json.decode("[" * 1000000 + "]" * 1000000)', DEEP),
    "a global, 1,000,000 deep": (looped("x = []", "x = [x]", "return x").replace("main()\n", "X = main()\n"), ""),
    "a list that holds itself, printed": ("x = []\nx.append(x)\nprint(x)", ""),
    "lists that hold themselves, ==": ("x = []\nx.append(x)\ny = []\ny.append(y)\nprint(x == y)", DEEP),
    "a list that holds itself, json": ("x = []\nx.append(x)\njson.encode(x)", DEEP),
    "recursion by way of sorted": ("def f(x): return sorted([x], key = f)\nf(1)", "called recursively"),
}
SOURCES: Programs = {
    "200,000 parentheses": ("x = " + "(" * 200000 + ")" * 200000, DEEP),
    "200,000 minus signs": ("x = " + "-" * 200000 + "1", DEEP),
    "a sum of 200,000 numbers": ("x = " + "+".join(["1"] * 200000), ""),
    "a sum of 200,000 names": ("a = 1\nx = " + "+".join(["a"] * 200000), ""),
    "200,000 calls in a row": ("x = f" + "()" * 200000, DEEP),
    "200,000 attributes in a row": ("x = f" + ".a" * 200000, DEEP),
    "200,000 lambdas": ("x = " + "lambda:" * 200000 + "1", DEEP),
    "200,000 conditions": ("x = " + "1 if 0 else " * 200000 + "1", DEEP),
    "5,000 blocks": ("def f():\n" + "".join(" " * i + "if 1:\n" for i in range(1, 5000)), DEEP),
    "a string literal of 20 MB": ('x = "' + "a" * 20000000 + '"', ""),
    "a name of 20 MB": ("a" * 20000000 + " = 1", ""),
    "an int literal of 20 MB": ("x = " + "7" * 20000000, "integer literal is too long"),
    "20 MB of parentheses": ("(" * 20000000, DEEP),
    "60 MB of statements": ("x = 1\n" + "x\n" * 30000000, "file too large"),
    "60 MB of a list": ("x = [" + "1," * 30000000 + "]", "file too large"),
    "60 MB of errors": (")\n" * 30000000, "too many errors"),
    "60 MB of NUL bytes": ("\0" * 60000000, "invalid character"),
    "NUL bytes": ('x = "\0"\0', "invalid character"),
    "1,000,000 names that are not defined": ("\n".join(f"x{i}" for i in range(1000000)), "not defined"),
    "a file without end": ('load("/dev/zero", "x")', "File too large"),
}
CHANGED: Programs = {
    "a list changed while iterating": ("L = [1, 2]\ndef f():\n  for x in L:\n    L.append(x)\nf()", LOCKED),
    "a list changed in a comprehension": ("L = [1, 2]\nx = [L.append(x) for x in L]", LOCKED),
    "a dict changed while iterating": ("D = {1: 1}\ndef f():\n  for k in D:\n    D[k + 1] = 1\nf()", LOCKED),
    "a list changed by a key of max": ("L = [3, 1]\ndef k(x):\n  L.clear()\n  return x\nmax(L, key = k)", LOCKED),
    "a list changed by a key of sorted": ("L = [3, 1]\ndef k(x):\n  L.clear()\n  return x\nsorted(L, key = k)", ""),
    "a list extended by itself": ("L = [1]\nL.extend(L)\nD = {1: 1}\nD.update(D)\nprint(L, D)", ""),
}
GROUPS: List[Tuple[str, Programs]] = [
    ("Too big", TOO_BIG),
    ("Shared", SHARING),
    ("Too deep", TOO_DEEP),
    ("Sources", SOURCES),
    ("Changed on the way", CHANGED),
]


class Taken(NamedTuple):
    status: int  # negative: the signal that ended it
    seconds: float  # of the processor: the machine may be busy
    memory: int  # the most, in bytes
    output: str  # the end of what it wrote


# Runs a command and tells what it took; a process of its own, since a child begins with its parent's peak.
MEASURE = """
import os, resource, sys
folder, space, cpu, *command = sys.argv[1:]
pid = os.fork()
if not pid:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (int(cpu), int(cpu)))
    if int(space):
        resource.setrlimit(resource.RLIMIT_AS, (int(space), int(space)))
    os.chdir(folder)
    os.execv(command[0], command)
_, status, used = os.wait4(pid, 0)
code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
print(code, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)
"""


def measure(folder: Path, command: List[str], space: int = ADDRESS_SPACE, seconds: int = 6 * SECONDS) -> Taken:
    """Runs a command in a folder; one that takes too long is ended by the system."""
    with tempfile.TemporaryFile() as output:
        arguments = [sys.executable, "-I", "-S", "-c", MEASURE, str(folder), str(space), str(seconds), *command]
        process = subprocess.run(
            arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=output, check=True
        )
        output.seek(0, os.SEEK_END)
        output.seek(max(0, output.tell() - (1 << 20)))
        tail = output.read().decode("utf-8", "replace")
    status, taken, memory = process.stdout.decode().splitlines()[-1].split()
    return Taken(int(status), float(taken), int(memory), tail)


def write(folder: Path, program: str) -> str:
    (folder / "x.star").write_text(program, encoding="latin-1")
    return "x.star"


def steps_of(sandbox: str, folder: Path) -> int:
    """The steps that a program takes until it ends or is refused, by limits that it does not reach."""
    limits = [f"--{name}={1 << 62}" for name in ("steps", "bytes")] + ["--value=0", "--depth=0", "--milliseconds=0"]
    process = subprocess.run([sandbox, *limits, "x.star"], cwd=folder, stdout=subprocess.PIPE, check=False)
    words = process.stdout.decode("utf-8", "replace").splitlines()[-1].split()
    return int(words[words.index("steps,") - 1])


def main(starmypy: str, sandbox: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for group, programs in GROUPS:
            print(f"| **{group}** | | | | |")
            for title, (program, _) in programs.items():
                taken = measure(folder, [starmypy, "eval", write(folder, program)])
                outcome = "works" if taken.status == 0 else "refused"
                steps = f"{steps_of(sandbox, folder):,}"
                print(f"| {title} | {outcome} | {steps} | {taken.memory >> 20} | {taken.seconds:.1f} |", flush=True)


if __name__ == "__main__":
    main(*map(os.path.abspath, sys.argv[1:]))
