# SPDX-License-Identifier: Apache-2.0
"""A workspace of all that is difficult for mode "shared" of the mypy aspect, a few lines each, and its distributions from pypi.

Stubs of several kinds, distributions that need each other, sources under odd names, rules that make Python without saying so, another
module, and targets that are not checked between others that are.
"""

import json
from pathlib import Path
from typing import List, Mapping

MODULE = """
module(name = "odd")
bazel_dep(name = "rules_python")
bazel_dep(name = "rules_mypy")
bazel_dep(name = "other")
local_path_override(module_name = "other", path = "../other")

python = use_extension("@rules_python//python/extensions:python.bzl", "python")
python.toolchain(python_version = "3.11")

pip = use_extension("@rules_python//python/extensions:pip.bzl", "pip")
pip.parse(
    experimental_requirement_cycles = {"ring": ["left", "right"]},
    hub_name = "pypi",
    python_version = "3.11",
    requirements_by_platform = {
        "//:mac.txt": "osx_*",
        "//:lock.txt": "linux_x86_64,linux_aarch64",
    },
)
use_repo(pip, "pypi")

types = use_extension("@rules_mypy//mypy:types.bzl", "types")
types.requirements(
    name = "pip_types",
    pip_requirements = "@pypi//:requirements.bzl",
    requirements_txt = "//:lock.txt",
    runtimes = {"types-strange": "plain"},
)
use_repo(types, "pip_types")
"""

LOCK = """
grpcio==1.0
grpc-stubs==1.0 --hash=sha256:0
left==1.0
leaf==1.0
plain==1.0
right==1.0
top==1.0
types-leaf[extra]>=1.0 ; python_version > "3"
types-missing==1.0
types-strange
"""

ASPECTS = """
load("@pip_types//:types.bzl", "types")
load("@pypi//:requirements.bzl", "requirement")
load("@rules_mypy//mypy:mypy.bzl", "mypy")

default = mypy(types = types)
shared = mypy(mode = "shared", color = False)
compat = mypy(mode = "compat")
alone = mypy(mode = "shared", cache = False)
mapped = mypy(mode = "shared", types = {
    requirement("leaf"): requirement("types_leaf"),
    requirement("plain"): "@@//chain:plain_stubs",
})
needy = mypy(types = types, package_modules = "@@//chain:imports")
choosy = mypy(mode = "shared", package_modules = {"Top": ["top.one"]}, skip_packages = ["LEAF"])
"""

DEFS = """
load("@rules_python//python:py_info.bzl", "PyInfo")

def _impl(ctx):
    out = ctx.actions.declare_file("_virtual_imports/{}/said_pb2.py".format(ctx.label.name))
    ctx.actions.write(out, "SAID = 1\\n")
    return [
        DefaultInfo(files = depset([out]), runfiles = ctx.runfiles([out])),
        PyInfo(
            transitive_sources = depset([out]),
            imports = depset(["_main/made/_virtual_imports/" + ctx.label.name]),
        ),
    ]

virtual = rule(implementation = _impl, attrs = {"deps": attr.label_list()})

def _wrapped_impl(ctx):
    return [ctx.attr.library[DefaultInfo], ctx.attr.library[PyInfo]]

wrapped = rule(implementation = _wrapped_impl, attrs = {"library": attr.label()})

def _tree_impl(ctx):
    out = ctx.actions.declare_directory("tree")
    ctx.actions.run_shell(outputs = [out], command = "mkdir -p $1; echo 'X = 1' >$1/inside.py", arguments = [out.path])
    return DefaultInfo(files = depset([out]))

tree = rule(implementation = _tree_impl)

def _loose_impl(ctx):
    return [DefaultInfo(files = depset(ctx.files.srcs)), PyInfo(transitive_sources = depset(ctx.files.srcs))]

loose = rule(
    implementation = _loose_impl,
    attrs = {"srcs": attr.label_list(allow_files = True), "deps": attr.label_keyed_string_dict()},
)
"""

NAMES = """
py_library(name = "plain", srcs = ["__init__.py", "plain.py"])
py_library(name = "src", srcs = ["src/pkg/__init__.py", "src/pkg/mod.py"], imports = ["src"])
py_library(name = "own_package", srcs = ["__init__.py", "plain.py"], imports = ["."])
py_library(name = "inherits", srcs = ["src/pkg/more.py"], deps = [":src"])
py_library(name = "nearest", srcs = ["src/pkg/mod.py"], imports = [".", "src", "src/pkg/"])
py_library(name = "dashed", srcs = ["with-dash/tool.py", "with-dash/sub/tool.py"])
py_library(name = "stubbed", srcs = ["fast.py", "slow.py"], pyi_srcs = ["fast.pyi"])
py_library(name = "data_stub", srcs = ["slow.py"], data = ["fast.pyi", "py.typed"])
py_library(name = "stubs_only", pyi_srcs = ["fast.pyi"])
py_library(name = "twice", srcs = ["a/same.py", "b/same.py"], imports = ["a", "b"])
py_library(name = "first", srcs = ["plain.py"])
py_library(name = "second", srcs = ["plain.py"])
py_library(name = "sees_both", srcs = ["slow.py"], deps = [":first", ":second"])
py_library(name = "sees_names", srcs = ["slow.py"], deps = [":src", ":whole"])
py_library(name = "whole", srcs = ["src/pkg/mod.py"])
py_library(name = "a", srcs = ["a/same.py"], imports = ["a"])
py_library(name = "b", srcs = ["b/same.py"], imports = ["b"])
py_library(name = "far", srcs = ["use_plain.py"], deps = [":above_first", ":above_second"])
py_library(name = "above_first", deps = [":first"])
py_library(name = "above_second", deps = [":second"])
py_library(name = "rooted", srcs = ["slow.py"], imports = ["."], deps = [":first"])
py_library(name = "above_rooted", srcs = ["fast.py"], deps = [":rooted"])
py_library(name = "use_other", srcs = ["use_other.py"], imports = ["."], deps = [":first"])
py_library(name = "own_root", srcs = ["src/pkg/value.py"], imports = ["src"])
py_library(name = "use_own", srcs = ["use_own.py"], deps = [":own_root"])
py_library(name = "use_whole", srcs = ["use_whole.py"], deps = [":own_root"])
py_library(name = "use_stubbed", srcs = ["use_stubbed.py"], deps = [":stubbed"])
py_library(name = "sees_files", srcs = ["slow.py"], deps = [":a", ":b"])
"""

MADE = """
load("//:defs.bzl", "loose", "tree", "virtual", "wrapped")
genrule(name = "gen", outs = ["gen.py"], cmd = "echo 'GEN = 1' >$@")
genrule(name = "gen_rooted", outs = ["root/rooted.py"], cmd = "echo 'ROOTED = 1' >$@")
py_library(name = "made", srcs = [":gen", "written.py"])
py_library(name = "rooted", srcs = [":gen_rooted"], imports = ["root"])
py_library(name = "climber", srcs = ["climber.py"], deps = [":grown"], visibility = ["//chain:__pkg__"])
virtual(name = "virtual")
tree(name = "tree")
py_library(name = "grown", srcs = ["written.py", ":tree"])
py_library(name = "user", srcs = ["user.py"], deps = [":virtual", ":made", ":rooted"])
py_library(name = "foreign", srcs = ["@other//lib:lib.py"])
wrapped(name = "wrapped", library = ":made")
loose(name = "loose", srcs = ["text.txt"], deps = {":made": ""})
"""

CHAIN = """
load("@pip_types//:types.bzl", "types")
load("@rules_mypy//mypy:mypy.bzl", "mypy_imports")
load("@rules_mypy//mypy:stubs.bzl", "mypy_stubs")
mypy_imports(name = "imports", deps = [":packages", ":more_imports"], types = types, visibility = ["//visibility:public"])
mypy_imports(name = "more_imports", deps = [":top", "//made:climber"])
py_library(name = "bottom", srcs = ["bottom.py"])
py_library(name = "no_sources", deps = [":bottom"])
py_library(name = "tagged", srcs = ["tagged.py"], tags = ["no-mypy"], deps = [":no_sources"])
alias(name = "alias", actual = ":tagged")
mypy_stubs(name = "stubs", srcs = ["stubs/untyped.pyi"], imports = ["stubs"], deps = [":alias"])
mypy_stubs(
    name = "plain_stubs",
    srcs = ["plain_stubs/plain_package.pyi"],
    imports = ["plain_stubs"],
    visibility = ["//visibility:public"],
)
py_library(name = "typing_only", srcs = ["typing_only.py"], pyi_deps = [":stubs"])
py_binary(name = "top", srcs = ["top.py"], deps = [":typing_only", "@other//lib", "@rules_python//python/runfiles"])
py_library(name = "packages", srcs = ["packages.py"], deps = ["@pypi//top", "@pypi//left", "@pypi//grpcio"])
py_library(name = "sloppy", srcs = ["sloppy.py"], deps = ["@pypi//left"])
"""

PLATFORMS = """
platform(name = "windows", constraint_values = ["@platforms//os:windows"])
platform(name = "mac_on_arm", constraint_values = ["@platforms//cpu:arm64"], parents = [":mac"])
platform(name = "mac", constraint_values = ["@platforms//os:macos"])
platform(name = "bare", constraint_values = ["@platforms//os:none"])
py_library(name = "system", srcs = ["system.py"])
py_library(name = "user", srcs = ["user.py"], deps = [":system", "@pypi//leaf"])
"""

FILES = {
    "workspace/MODULE.bazel": MODULE,
    "workspace/lock.txt": LOCK,
    "workspace/mac.txt": "",
    "workspace/BUILD": "",
    "workspace/aspects.bzl": ASPECTS,
    "workspace/defs.bzl": DEFS,
    "workspace/names/BUILD": NAMES,
    "workspace/made/BUILD": MADE,
    "workspace/chain/BUILD": CHAIN,
    "workspace/platforms/BUILD": PLATFORMS,
    "other/MODULE.bazel": 'module(name = "other")\n',
    "other/lib/BUILD": 'exports_files(["lib.py"])\npy_library(name = "lib", srcs = ["lib.py"], imports = [".."], visibility = ["//visibility:public"])\n',
    "other/lib/lib.py": "LIB: int = 'not an int'\n",
    "workspace/names/plain.py": "class Plain:\n    size = 1\n",
    "workspace/names/fast.pyi": "def fast() -> bytes: ...\n",
    "workspace/names/use_other.py": "import plain\nreveal_type(plain.Plain().size)\n",
    "workspace/names/src/pkg/value.py": "VALUE: int = 1\n",
    "workspace/names/use_own.py": "from pkg.value import VALUE\nreveal_type(VALUE)\n",
    "workspace/names/use_whole.py": "from names.src.pkg.value import VALUE\nreveal_type(VALUE)\n",
    "workspace/names/use_plain.py": "from names.plain import Plain\nreveal_type(Plain.size)\n",
    "workspace/names/use_stubbed.py": "from names.fast import fast\nreveal_type(fast())\n",
    "workspace/made/user.py": (
        "from made.gen import GEN\nfrom rooted import ROOTED\nfrom said_pb2 import SAID\nreveal_type((GEN, ROOTED, SAID))\n"
    ),
    "workspace/made/climber.py": "from made.tree.inside import X\nreveal_type(X)\n",
    "workspace/chain/bottom.py": "def bottom() -> bytes:\n    return b''\n",
    "workspace/chain/tagged.py": "from chain.bottom import bottom\nWRONG: int = 'not an int'\nTAGGED = bottom()\n",
    "workspace/chain/stubs/untyped.pyi": "from chain.tagged import TAGGED\nUNTYPED = TAGGED\n",
    "workspace/chain/plain_stubs/plain_package.pyi": "PLAIN: frozenset[str]\n",
    "workspace/chain/typing_only.py": "import untyped\nTYPED = untyped.UNTYPED\n",
    "workspace/chain/top.py": (
        "from chain.typing_only import TYPED\nfrom lib.lib import LIB\nfrom python.runfiles import Runfiles\n"
        "reveal_type((TYPED, LIB))\nreveal_type(Runfiles)\n"
    ),
    "workspace/chain/packages.py": (
        "import grpc.aio, left, top.one\n"
        "reveal_type((grpc.STUB, grpc.aio.RUNTIME, left.LEFT, top.one.ONE, top.one.PLAIN))\n"
    ),
    "workspace/platforms/system.py": "import sys\nif sys.platform == 'win32':\n    VALUE = 1\nelse:\n    VALUE = ''\n",
    "workspace/platforms/user.py": "from platforms.system import VALUE\nreveal_type(VALUE)\n",
    "workspace/chain/sloppy.py": "import leaf\nreveal_type(leaf.LEAF)\n",
}
# Sources without text.
SOURCES = """
names/__init__.py names/src/pkg/__init__.py names/src/pkg/mod.py names/src/pkg/more.py names/with-dash/tool.py
names/with-dash/sub/tool.py names/fast.py names/slow.py names/py.typed names/a/same.py names/b/same.py made/written.py made/text.txt
"""

# What `starmypy vendor` makes of each distribution: what it needs, and its files.
DISTRIBUTIONS: Mapping[str, "tuple[List[str], Mapping[str, str]]"] = {
    "grpcio": ([], {"grpc/__init__.py": "STUB = 1\n", "grpc/aio.py": "RUNTIME = 1\nWRONG: int = ''\n"}),
    "grpc_stubs": (
        [],
        {"grpc-stubs/__init__.pyi": "STUB: bytes\n", "grpc-stubs/py.typed": "partial\n"},
    ),
    "leaf": ([], {"leaf.py": "LEAF = 1\n"}),
    "left": (["leaf"], {"left.py": "import leaf, right\nLEFT = (leaf.LEAF, right.RIGHT)\nBACK = 0.5\n"}),
    "plain": ([], {"plain_package/__init__.py": "PLAIN = 1\n", "plain_package/py.typed": ""}),
    "right": ([], {"right.py": "import left\nRIGHT = left.BACK\n"}),
    "top": (
        ["leaf", "plain"],
        {
            "top/__init__.py": "",
            "top/one.py": "import leaf, plain_package\nONE = leaf.LEAF\nPLAIN = plain_package.PLAIN\n",
        },
    ),
    "types_leaf": ([], {"leaf-stubs/__init__.pyi": "LEAF: bytearray\n"}),
    "types_strange": ([], {"plain_package-stubs/__init__.pyi": "PLAIN: complex\n"}),
}
GROUPS = {"left": "ring", "right": "ring"}

BUILD = """
load("@rules_python//python:py_library.bzl", "py_library")
package(default_visibility = ["//visibility:public"])
py_library(
    name = "pkg",
    srcs = glob(["site-packages/**/*.py"], allow_empty = True),
    data = glob(["site-packages/**"], exclude = ["**/*.py", "**/*.pyi"], allow_empty = True),
    imports = ["site-packages"],
    pyi_srcs = glob(["site-packages/**/*.pyi"], allow_empty = True),
    tags = {tags},
    deps = {deps},
)
"""


def write(path: Path, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def write_distribution(folder: Path, name: str) -> None:
    needs, files = DISTRIBUTIONS[name]
    tags = [f"pypi_name={name}"] + ([f"pypi_group={GROUPS[name]}"] if name in GROUPS else [])
    repository = folder / f"rules_python++pip+pypi_311_{name}"
    deps = [f"@pypi//{need}:pkg" for need in needs]
    write(repository / "BUILD.bazel", BUILD.format(tags=json.dumps(tags), deps=json.dumps(deps)))
    write(repository / "REPO.bazel")
    for file, text in files.items():
        write(repository / "site-packages" / file, text)


def write_workspace(folder: Path) -> None:
    """Writes `workspace`, and beside it the module `other` and the folder `vendor`."""
    for name in SOURCES.split():
        write(folder / "workspace" / name)
    for name, text in FILES.items():
        write(folder / name, text)
    for name in DISTRIBUTIONS:
        write_distribution(folder / "vendor", name)
