#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Generate a synthetic workspace of py_library packages, for load/query/aquery timing.

The output is deterministic in its arguments.  It loads in Bazel 4.2 (native
py_library, WORKSPACE) and needs no external repository; a MODULE.bazel is not
written.  Every target's deps point to targets of a lower index, so the graph
is acyclic.  --locality says how far back, in packages, they reach; transitive
closures then still grow with the graph.  --block B bounds them: deps stay in
their own block of B packages or go to the first one, as they do in a
repository of services over a common library.

    gen_workspace.py --out DIR [--packages 1000] [--targets 5] [--fanout 3]
                     [--seed 1] [--locality 50 | --block 20] [--srcs 1]
                     [--macro] [--existing-rules 0]
                     [--er-mode none|touch|lookup|scan]

Layout:
    WORKSPACE, tools/{BUILD,aspect.bzl,exe.bzl,macros.bzl,check.ini}
    src/gNN/pNNNN/BUILD + modJ.py       the py_library packages
    er/BUILD, er/er.bzl                 only with --existing-rules N

--existing-rules N adds one package whose macro makes N targets and calls
native.existing_rules() before each:
    none    does not call it at all, the base line
    touch   only calls it
    lookup  calls it and looks one name up
    scan    calls it and visits every name (quadratic by definition)
--macro makes the py_library targets through a legacy macro instead of directly.
"""
import argparse
import os
import random
from typing import Sequence

EXE_BZL = '''\
def _exe_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".sh")
    ctx.actions.write(out, "#!/bin/sh\\nexit 0\\n", is_executable = True)
    return [DefaultInfo(executable = out, runfiles = ctx.runfiles(files = ctx.files.data))]

exe = rule(
    implementation = _exe_impl,
    attrs = {"data": attr.label_list(allow_files = True)},
    executable = True,
)
'''

ASPECT_BZL = '''\
CheckCacheInfo = provider(fields = ["directory"])

def _dir_of(imp):
    return imp.split("/", 1)[1] if "/" in imp else ""

def _check_impl(target, ctx):
    if PyInfo not in target or not hasattr(ctx.rule.files, "srcs"):
        return []
    if "no-check" in ctx.rule.attr.tags:
        return []
    srcs = [s for s in ctx.rule.files.srcs if s.extension in ("py", "pyi")]
    if not srcs:
        return []
    upstream = []
    depsets = []
    dirs = {_dir_of(i): 1 for i in target[PyInfo].imports.to_list()}
    gen_roots = {}
    for dep in ctx.rule.attr.deps:
        depsets.append(dep.default_runfiles.files)
        for i in dep[PyInfo].imports.to_list():
            dirs[_dir_of(i)] = 1
        if CheckCacheInfo in dep:
            upstream.append(dep[CheckCacheInfo].directory)
        for f in dep.default_runfiles.files.to_list():
            if f.root.path:
                gen_roots[f.root.path] = 1
    out = ctx.actions.declare_file(ctx.rule.attr.name + ".check_stdout")
    cache = ctx.actions.declare_directory(ctx.rule.attr.name + ".check_cache")
    args = ctx.actions.args()
    args.add("--output", out)
    args.add("--cache-dir", cache.path)
    args.add_all([c.path for c in upstream], before_each = "--upstream-cache")
    args.add_all(srcs)
    args.add("--ini", ctx.file._ini.path)
    ctx.actions.run(
        mnemonic = "Check",
        progress_message = "check %s" % target.label,
        inputs = depset(direct = ctx.rule.files.srcs + upstream + [ctx.file._ini], transitive = depsets),
        outputs = [out, cache],
        executable = ctx.executable._cli,
        arguments = [args],
        env = {"CHECKPATH": ":".join(["."] + sorted(dirs) + sorted(gen_roots))},
    )
    return [OutputGroupInfo(check = depset([out])), CheckCacheInfo(directory = cache)]

check = aspect(
    implementation = _check_impl,
    attr_aspects = ["deps"],
    attrs = {
        "_cli": attr.label(default = "//tools:checker", cfg = "exec", executable = True),
        "_ini": attr.label(default = "//tools:check.ini", allow_single_file = True),
    },
)
'''

MACROS_BZL = '''\
def library(name, srcs, deps = [], **kwargs):
    native.py_library(
        name = name,
        srcs = srcs,
        deps = deps,
        tags = kwargs.pop("tags", []) + ["made-by-macro"],
        **kwargs
    )
'''

TOOLS_BUILD = '''\
load(":exe.bzl", "exe")

package(default_visibility = ["//visibility:public"])

exports_files(["check.ini"])

exe(
    name = "checker",
    data = ["check.ini"],
)
'''

ER_BZL = {
    "none": '''\
def make(n):
    for i in range(n):
        native.filegroup(name = "t%d" % i)
''',
    "touch": '''\
def make(n):
    for i in range(n):
        native.existing_rules()
        native.filegroup(name = "t%d" % i)
''',
    "lookup": '''\
def make(n):
    found = 0
    for i in range(n):
        rules = native.existing_rules()
        if "t%d" % (i - 1) in rules:
            found += 1
        native.filegroup(name = "t%d" % i)
    native.filegroup(name = "found_%d" % found)
''',
    "scan": '''\
def make(n):
    seen = 0
    for i in range(n):
        for name in native.existing_rules():
            seen += 1
        native.filegroup(name = "t%d" % i)
    native.filegroup(name = "seen_%d" % seen)
''',
}


def write(root: str, path: str, text: str) -> None:
    full = os.path.join(root, path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "w", encoding="utf-8") as f:
        f.write(text)


def package_of(p: int) -> str:
    return "src/g%02d/p%04d" % (p // 50, p)


def pool_of(p: int, index: int, args: argparse.Namespace) -> Sequence[int]:
    """The target indexes that target `index`, of package p, may depend on."""
    if args.block:
        start = p // args.block * args.block * args.targets
        common = range(0, min(start, args.block * args.targets))
        return list(common) + list(range(start, index))
    return range(max(0, index - args.locality * args.targets), index)


def build_text(p: int, args: argparse.Namespace, rng: random.Random) -> str:
    lines = []
    if args.macro:
        lines.append('load("//tools:macros.bzl", "library")\n')
    lines.append('package(default_visibility = ["//visibility:public"])\n')
    call = "library" if args.macro else "py_library"
    for t in range(args.targets):
        index = p * args.targets + t
        pool = pool_of(p, index, args)
        deps = sorted(rng.sample(pool, min(args.fanout, len(pool))))
        labels = []
        for d in deps:
            dp, dt = divmod(d, args.targets)
            labels.append(":lib%d" % dt if dp == p else "//%s:lib%d" % (package_of(dp), dt))
        srcs = ["mod%d_%d.py" % (t, s) for s in range(args.srcs)]
        lines.append("%s(" % call)
        lines.append('    name = "lib%d",' % t)
        lines.append("    srcs = [%s]," % ", ".join('"%s"' % s for s in srcs))
        if t == 0:
            lines.append('    imports = ["."],')
        if labels:
            lines.append("    deps = [")
            lines.extend('        "%s",' % label for label in labels)
            lines.append("    ],")
        lines.append(")\n")
    return "\n".join(lines)


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--out", required=True, help="directory to write (made if missing)")
    ap.add_argument("--packages", type=int, default=1000)
    ap.add_argument("--targets", type=int, default=5, help="py_library targets per package")
    ap.add_argument("--fanout", type=int, default=3, help="deps per target (fewer near the start)")
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--locality", type=int, default=50, help="deps reach at most this many packages back")
    ap.add_argument("--block", type=int, default=0, metavar="B", help="bound the closures: see above")
    ap.add_argument("--srcs", type=int, default=1, help="source files per target")
    ap.add_argument("--macro", action="store_true")
    ap.add_argument("--existing-rules", type=int, default=0, metavar="N")
    ap.add_argument("--er-mode", choices=sorted(ER_BZL), default="touch")
    args = ap.parse_args()

    rng = random.Random(args.seed)
    root = args.out
    write(root, "WORKSPACE", 'workspace(name = "gen")\n')
    write(root, "tools/BUILD", TOOLS_BUILD)
    write(root, "tools/exe.bzl", EXE_BZL)
    write(root, "tools/aspect.bzl", ASPECT_BZL)
    write(root, "tools/macros.bzl", MACROS_BZL)
    write(root, "tools/check.ini", "[check]\n")
    for p in range(args.packages):
        pkg = package_of(p)
        write(root, pkg + "/BUILD", build_text(p, args, rng))
        for t in range(args.targets):
            for s in range(args.srcs):
                write(root, "%s/mod%d_%d.py" % (pkg, t, s), "X = %d\n" % (p * args.targets + t))
    if args.existing_rules:
        write(root, "er/er.bzl", ER_BZL[args.er_mode])
        write(root, "er/BUILD", 'load(":er.bzl", "make")\n\nmake(%d)\n' % args.existing_rules)
    print("%d packages, %d targets -> %s" % (args.packages, args.packages * args.targets, root))


if __name__ == "__main__":
    main()
