#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the type checker says of Starlark files that have no annotations.

    false_alarms.py --bin build/starmypy FILE-OR-FOLDER...

Every function of a file is given an annotation, `-> Any`, so that its body is checked; names that the file does not define are
loaded, so that they are Any. What is then found is an error of the file, or a false alarm: each is printed with its line. The
exit status is 0.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Iterator, List, Set

# The head of a def up to its colon; defaults may have brackets in them, one in the other.
HEAD = re.compile(r"^([ \t]*def \w+\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))\s*:", re.MULTILINE)
UNDEFINED = re.compile(r"name '(\w+)' is not defined")
FOUND = re.compile(r"^.*?:(\d+):\d+: (.*)$")
# Old files may do what was allowed once; none of it is about types.
OPTIONS = "typechecking,unknownescapes,toplevelcontrol,globalreassign,noloadsfirst"
TYPED = "\n_typed: Any = None\n"


def files_in(paths: List[str]) -> Iterator[Path]:
    for path in map(Path, paths):
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.suffix in (".bzl", ".star") and p.is_file())
        else:
            yield path


def check(program: str, text: str, file: Path) -> List[str]:
    """The lines that the checker prints."""
    file.write_text(text, encoding="utf-8")
    command = [program, "eval", "--testing", "--check", f"--options={OPTIONS}", str(file)]
    return subprocess.run(command, stderr=subprocess.PIPE, text=True, timeout=60).stderr.splitlines()


def alarms(program: str, text: str, file: Path) -> Iterator[str]:
    """What is found in a file: its line of text, and the message."""
    annotated = checked = HEAD.sub(r"\1 -> Any:", text) + TYPED
    names: Set[str] = set()
    found = check(program, checked, file)
    while not names.issuperset(undefined := set(UNDEFINED.findall("\n".join(found)))):
        names |= undefined
        checked = f'load(":names.bzl", {", ".join(map(repr, sorted(names)))})\n{annotated}'
        found = check(program, checked, file)
    lines = checked.splitlines()
    for line in found:
        match = FOUND.match(line)
        yield f"{lines[int(match.group(1)) - 1].strip()}\n    {match.group(2)}" if match else line


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--bin", default="build/starmypy", help="the program")
    parser.add_argument("paths", nargs="+")
    arguments = parser.parse_args()
    files = count = 0
    with tempfile.TemporaryDirectory(prefix="false-alarms-") as folder:
        for path in files_in(arguments.paths):
            try:
                text = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue
            files += 1
            for alarm in alarms(arguments.bin, text, Path(folder) / "file.bzl"):
                count += 1
                print(f"{path}: {alarm}")
    print(f"{files} files, {count} found")
    return 0


if __name__ == "__main__":
    sys.exit(main())
