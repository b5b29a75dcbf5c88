#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bytes of peak memory per element of large collections.

  memory.py --impl starmypy=build/starmypy --impl go='starlark {file}'

Each --impl is NAME=COMMAND; {file} is replaced by the program's path, which is appended where the command does
not have it. What counts is the peak of a program that makes COUNT elements, less that of an empty one, by element.
"""

import argparse
import os
from typing import Dict

from process import implementations, run_once, scratch_folder, words_of

# An expression with {count} elements: one list or dict that is alive at the end.
COLLECTIONS: Dict[str, str] = {
    "small int in a list": "[i % 1000 for i in range({count})]",
    "int above 2**32 in a list": "[i + 5000000000 for i in range({count})]",
    "[i]": "[[i] for i in range({count})]",
    "(i, i)": "[(i, i) for i in range({count})]",
    '{"a": i}': '[{{"a": i}} for i in range({count})]',
    "entry of one int-keyed dict": "{{i: i for i in range({count})}}",
    "10-byte string in a list": '["%d" % (1000000000 + i) for i in range({count})]',
    "float in a list": "[i * 0.5 for i in range({count})]",
    "entry of one string-keyed dict": '{{"%d" % (1000000000 + i): i for i in range({count})}}',
}
PROGRAM = """\
def main():
    kept = {expression}
    print(len(kept))

main()
"""


def peak_of(command: str, program: str) -> float:
    """In bytes; NaN where the command fails."""
    run = run_once(words_of(command, {"file": program}, "file"), 300)
    return run.peak_mib * 1024 * 1024 if run.status == 0 else float("nan")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--impl", action="append", required=True, metavar="NAME=CMD")
    parser.add_argument("--count", type=int, default=1000000)
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    arguments = parser.parse_args()
    measured = implementations(arguments.impl)
    folder = scratch_folder()
    program = os.path.join(folder, "program.star")
    with open(program, "w", encoding="utf-8"):
        pass
    bases = [peak_of(command, program) for _, command in measured]
    row = "| %s |" + " %s |" * len(measured) if arguments.markdown else "%-32s" + "%16s" * len(measured)
    print(row % ("bytes per element", *(name for name, _ in measured)))
    if arguments.markdown:
        print("|---|" + "--:|" * len(measured))
    for title, expression in COLLECTIONS.items():
        with open(program, "w", encoding="utf-8") as file:
            file.write(PROGRAM.format(expression=expression.format(count=arguments.count)))
        peaks = [peak_of(command, program) for _, command in measured]
        texts = ["%.0f" % ((peak - base) / arguments.count) for peak, base in zip(peaks, bases)]
        print(row % (title, *texts), flush=True)


if __name__ == "__main__":
    main()
