#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Check the one rule of the tree: every #include points to a door of a lower layer, every library has its one file.

A layer's headers are its own; its doors are what others may include. The tables below are the architecture:
change them only together with docs/architecture.md.
"""

import os
import re
import sys
from typing import Dict, Iterator, List, Tuple

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# Each layer, from the bottom up: its folder, its doors, and the layers whose doors it may include.
# A file belongs to the layer with the longest folder that holds it. common/ is not a layer: leaves, for everyone.
LIBSTARLARK = ["builtins", "runtime", "parser"]
LOADING = ["rules/workspace"] + LIBSTARLARK
ANALYSIS = ["rules/loading"] + LOADING
ABOVE = ["rules/analysis"] + ANALYSIS
# Doors of runtime/ for the layers above, but not for hosts: they are not installed, so no installed header includes them.
INNER = ["runtime/object.h", "runtime/program.h"]
LAYERS: Dict[str, Tuple[List[str], List[str]]] = {
    "parser": (["parser/syntax.h", "parser/operator.h"], []),
    "runtime": (["runtime/starlark.h"] + INNER, ["parser"]),
    "builtins": (["builtins/builtins.h"], ["runtime", "parser"]),
    "rules/workspace": (["rules/workspace/workspace.h"], LIBSTARLARK),
    "rules/loading": (["rules/loading/loading.h"], LOADING),
    "rules/analysis": (["rules/analysis/analysis.h"], ANALYSIS),
    "rules/graph": (["rules/graph/graph.h"], ABOVE),
    "rules/query": (["rules/query/query.h"], ABOVE),
    "rules": (["rules/bazel.h"], ["rules/query", "rules/graph"] + ABOVE),
    "cli": ([], ["rules"] + LIBSTARLARK),
}
LEAVES = "common"

# Third-party and system headers that are the business of one file.
ONE_FILE: Dict[str, str] = {
    "gc.h": "runtime/heap.c",
    "gc/gc.h": "runtime/heap.c",
    "gc/gc_inline.h": "runtime/heap.c",
    "gc/gc_mark.h": "runtime/heap.c",
    "gmp.h": "runtime/types/bigint.c",
    "sha2.h": "rules/analysis/key.c",
    "utf8proc.h": "parser/unicode.c",
    "uthash.h": "common/hash.h",
    "emmintrin.h": "runtime/types/dict.c",
    "pthread.h": "runtime/os.c",
    "threads.h": "runtime/os.c",
    "pcre2.h": "rules/query/regex.c",
    "histedit.h": "cli/line.c",
    "jansson.h": "cli/worker_client.c",
    "sys/socket.h": "cli/worker_client.c",
    "sys/un.h": "cli/worker_client.c",
}
# Standard headers that any file may include; any other one needs a row above or a reason here.
STANDARD = set(
    "assert.h ctype.h errno.h fcntl.h float.h ftw.h inttypes.h limits.h locale.h math.h signal.h spawn.h stdalign.h stdarg.h "
    "stdatomic.h stdbool.h stddef.h stdint.h stdio.h stdlib.h stdnoreturn.h string.h strings.h time.h unistd.h wchar.h "
    "dirent.h sys/file.h sys/mman.h sys/resource.h sys/stat.h sys/time.h sys/types.h sys/wait.h poll.h".split()
)

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')


def sources() -> Iterator[str]:
    """Every C source of the layers and the leaves, relative to the root."""
    for top in sorted({layer.split("/")[0] for layer in LAYERS} | {LEAVES}):
        for here, folders, names in os.walk(os.path.join(ROOT, top)):
            folders.sort()
            for name in sorted(names):
                if name.endswith((".c", ".h", ".re", ".y")):
                    yield os.path.relpath(os.path.join(here, name), ROOT)


def layer_of(path: str) -> str:
    """The layer that holds a file; the empty string for a leaf and for what is outside."""
    folder = os.path.dirname(path)
    while folder and folder not in LAYERS:
        folder = os.path.dirname(folder)
    return folder


def is_installed(path: str) -> bool:
    return path not in INNER and any(path in doors for doors, _ in LAYERS.values())


def fault_of_own(path: str, header: str) -> str:
    """Why path may not include our own header, or nothing."""
    layer = layer_of(path)
    if header.startswith(LEAVES + "/"):
        return ""
    if path.startswith(LEAVES + "/"):
        return "a leaf includes only leaves"
    owner = layer_of(header)
    if not owner:
        return "%s is in no layer" % header
    if header in INNER and is_installed(path):
        return "%s is not installed, but this header is" % header
    if owner == layer:
        return ""
    doors, below = LAYERS[owner][0], LAYERS[layer][1]
    if owner not in below:
        return "%s is not below %s" % (owner, layer)
    return "" if header in doors else "%s is private; the door is %s" % (header, doors[0])


def fault_of_system(path: str, header: str) -> str:
    """Why path may not include a system header, or nothing."""
    if header in ONE_FILE:
        owner = ONE_FILE[header]
        return "" if path == owner else "only %s includes <%s>" % (owner, header)
    return "" if header in STANDARD else "<%s> is in no table of tests/layers.py" % header


def main() -> int:
    faults: List[str] = []
    count = 0
    for path in sources():
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                match = INCLUDE.match(line)
                if not match:
                    continue
                count += 1
                own, system = match.groups()
                fault = fault_of_own(path, own) if own else fault_of_system(path, system)
                if fault:
                    faults.append("%s:%d: %s" % (path, number, fault))
    for fault in faults:
        print(fault)
    print("layers: %d includes, %d faults" % (count, len(faults)))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
