#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write generated inputs for parse, load and memory measurements.

  gen.py large OUT.bzl MEGABYTES   one big, valid .bzl file (functions, dicts, calls)
  gen.py build OUT.bzl MEGABYTES   one big BUILD-like file: top-level calls only
  gen.py chain DIR COUNT           COUNT modules, each loading up to three earlier ones
  gen.py expr  OUT.star DEPTH      deeply nested and very long expressions

Deterministic: the same arguments give the same bytes on every machine.
"""

import os
import sys
from typing import Callable, List


class Rng:
    """A linear congruential generator: the same numbers on every machine and Python."""

    def __init__(self, seed: int) -> None:
        self.x = seed

    def below(self, n: int) -> int:
        self.x = (self.x * 6364136223846793005 + 1442695040888963407) & (2**64 - 1)
        return (self.x >> 33) % n


def function(r: Rng, i: int) -> str:
    a = "param_%d" % r.below(50)
    lines = [
        "def function_%d(name, %s, srcs = [], deps = None, visibility = [\"//visibility:private\"], **kwargs):" % (i, a),
        '    """Docstring of function %d.' % i,
        "",
        "    Args:",
        "      name: the name of the target.",
        '      %s: something else.' % a,
        '    """',
        "    result = []",
        "    deps = deps or []  # a trailing comment",
    ]
    for k in range(3 + r.below(6)):
        c = r.below(6)
        if c == 0:
            lines += [
                "    for item_%d in srcs:" % k,
                "        if item_%d.endswith(\".cc\") and not item_%d.startswith(\"_\"):" % (k, k),
                "            result.append(\"%%s_%d:%%d\" %% (item_%d, len(result)))" % (r.below(99), k),
                "        elif item_%d in deps:" % k,
                "            continue",
            ]
        elif c == 1:
            lines.append("    total_%d = (%d + len(srcs) * %d) // 7 - %d %% 5" % (k, r.below(9999), r.below(99), r.below(999)))
        elif c == 2:
            lines.append("    table_%d = {key: [value, %d] for key, value in kwargs.items() if key != \"tag_%d\"}" % (k, r.below(9), r.below(9)))
        elif c == 3:
            lines += [
                "    native_rule(",
                "        name = name + \"_%d\"," % r.below(1000),
                "        srcs = [src for src in srcs if src != name],",
                "        deps = deps + [\"//some/package_%d:target_%d\"]," % (r.below(99), r.below(99)),
                "        copts = select({",
                "            \"//conditions:opt_%d\": [\"-O2\", \"-DNDEBUG\"]," % r.below(9),
                "            \"//conditions:default\": [],",
                "        }),",
                "        visibility = visibility,",
                "    )",
            ]
        elif c == 4:
            lines.append("    %s = struct(a = %s, b = result[-1:], c = -1.5e3, d = 0x%x, e = not deps)" % (a, a, r.below(65536)))
        else:
            lines.append("    # Comment line %d: explains the next statement at some length." % k)
            lines.append("    result += [\"x\" if len(name) > %d else \"y\", '''raw %d''']" % (r.below(40), k))
    lines += ["    return struct(result = result, name = name)", ""]
    return "\n".join(lines) + "\n"


def target(r: Rng, i: int) -> str:
    srcs = ", ".join('"src_%d.cc"' % r.below(1000) for _ in range(1 + r.below(6)))
    deps = "".join('        "//pkg/sub_%d:lib_%d",\n' % (r.below(200), r.below(5000)) for _ in range(1 + r.below(8)))
    return (
        'cc_library(\n    name = "lib_%d",\n    srcs = [%s],\n    hdrs = glob(["*.h"]),\n'
        '    copts = ["-Wall", "-DINDEX=%d"],\n    visibility = ["//visibility:public"],\n'
        "    deps = [\n%s    ],\n)\n\n" % (i, srcs, r.below(100), deps)
    )


def stream(out: str, megabytes: float, provided: List[str], unit: Callable[[Rng, int], str]) -> None:
    """A file that needs nothing from its host: it begins with functions of the names provided there."""
    r, size, i = Rng(1), 0, 0
    with open(out, "w", encoding="utf-8") as f:
        for name in provided:
            f.write("def %s(*args, **kwargs):\n    return None\n\n" % name)
        while size < megabytes * 1000000:
            s = unit(r, i)
            f.write(s)
            size += len(s)
            i += 1


def chain(directory: str, count: int) -> None:
    os.makedirs(directory, exist_ok=True)
    r = Rng(3)
    for i in range(count):
        with open(os.path.join(directory, "m%d.bzl" % i), "w", encoding="utf-8") as f:
            seen = sorted({i - 1 - r.below(min(i, 20)) for _ in range(3)} if i else set())
            for d in seen:
                f.write('load("m%d.bzl", "value_%d", f%d = "fn_%d")\n' % (d, d, d, d))
            f.write("_private = [%s]\n" % ", ".join(str(r.below(1000)) for _ in range(30)))
            f.write("def fn_%d(x):\n    return (x * %d + len(_private)) %% 65521\n" % (i, 2 + r.below(9)))
            total = " + ".join(["value_%d + f%d(%d)" % (d, d, i) for d in seen]) or "1"
            f.write("value_%d = (%s) %% 65521\n" % (i, total))
    with open(os.path.join(directory, "main.star"), "w", encoding="utf-8") as f:
        f.write('load("m%d.bzl", "value_%d")\nprint("chain", value_%d)\n' % (count - 1, count - 1, count - 1))


def expr(out: str, depth: int) -> None:
    with open(out, "w", encoding="utf-8") as f:
        f.write("x = " + "(" * depth + "1" + ")" * depth + "\n")
        f.write("y = " + "[" * depth + "]" * depth + "\n")
        f.write("z = " + " + ".join(["1"] * depth * 10) + "\n")
        f.write("d = {%s}\n" % ", ".join('"k%d": %d' % (i, i) for i in range(depth * 10)))
        f.write('print("expr", x, len(y), z, len(d))\n')


def main(argv: List[str]) -> None:
    if len(argv) != 4:
        raise SystemExit(__doc__)
    kind, out, n = argv[1], argv[2], argv[3]
    if kind == "large":
        stream(out, float(n), ["native_rule", "select", "struct"], function)
    elif kind == "build":
        stream(out, float(n), ["cc_library", "glob"], target)
    elif kind == "chain":
        chain(out, int(n))
    elif kind == "expr":
        expr(out, int(n))
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv)
