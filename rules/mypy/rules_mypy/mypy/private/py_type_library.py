# SPDX-License-Identifier: Apache-2.0
"""Makes one stub distribution importable for mypy: the program behind py_type_library.

    PYTHON py_type_library.py --input REPO/site-packages --output TREE

Copies every top-level entry of the input into TREE/site-packages under its name without one
"-stubs" suffix (`requests-stubs` becomes `requests`): mypy honours stub-only packages among
installed packages, but not on MYPYPATH.  The one invariant: the result depends on the names and
contents of the input only, not on the order in which the file system lists them.
"""

import argparse
import os
import shutil
import sys

STUBS_SUFFIX = "-stubs"


def runtime_name(entry: str) -> str:
    return entry[: -len(STUBS_SUFFIX)] if entry.endswith(STUBS_SUFFIX) else entry


def copy_tree(origin: str, copy: str) -> None:
    """Copies contents, through links, without modes: an input may be a link or read-only."""
    if not os.path.isdir(origin):
        shutil.copyfile(origin, copy)
        return
    os.makedirs(copy, exist_ok=True)
    for entry in sorted(os.listdir(origin)):
        copy_tree(os.path.join(origin, entry), os.path.join(copy, entry))


def copy_entries(source: str, target: str) -> None:
    """Copies stubs last, so that they win over a package of the same name."""
    os.makedirs(target)
    for entry in sorted(
        os.listdir(source), key=lambda entry: (entry.endswith(STUBS_SUFFIX), entry)
    ):
        copy_tree(os.path.join(source, entry), os.path.join(target, runtime_name(entry)))


def main() -> int:
    parser = argparse.ArgumentParser(prog="py_type_library", allow_abbrev=False)
    parser.add_argument("--input", required=True, metavar="REPO/site-packages")
    parser.add_argument("--output", required=True, metavar="TREE")
    options = parser.parse_args()
    try:
        shutil.rmtree(options.output, ignore_errors=True)
        copy_entries(options.input, os.path.join(options.output, "site-packages"))
    except OSError as error:
        print(f"py_type_library: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
