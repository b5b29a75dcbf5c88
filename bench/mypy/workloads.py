#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write the workloads on which ways to run mypy are compared, as workspaces that Bazel could load.

    workloads.py layers DIR [--layers 15] [--width 20]   modules over modules, five pypi packages
    workloads.py torch DIR [--targets 50]                targets that share nothing but one huge package
    workloads.py torch DIR --only-imported               the same; of packages only what targets need is analysed

The same arguments give the same bytes. A template in templates/ is one module; in it

    @own@ @Own@    are the target's package, dotted, and the prefix of its names,
    %3 TEXT        is written once for each of the first 3 dependencies, whose names are @dep@ and
                   @Dep@, and whose number is @i@,
    %attrs TEXT    is written where the target uses the pypi package attrs,

where lines in a row with the same number or name are one text.
"""

import argparse
import dataclasses
import itertools
import random
import re
from pathlib import Path
from typing import Dict, Iterable, List, Mapping, Optional, Sequence, Set

HERE = Path(__file__).resolve().parent
TEMPLATES = HERE / "templates"
EXAMPLE_LOCK = HERE.parents[1] / "examples" / "monorepo" / "requirements_lock.txt"
TORCH_LOCK = HERE / "torch_lock.txt"
CONDITION = re.compile(r"^%(\w+) ?")

PYTHON_VERSION = "3.11"
HUB = "pypi"
# Where `starmypy vendor` puts a distribution.
REPOSITORY = "rules_python++pip+%s_%s_%%s" % (HUB, PYTHON_VERSION.replace(".", ""))

MODULE = """\
module(name = "{name}")

bazel_dep(name = "rules_python", version = "1.5.3")
bazel_dep(name = "rules_mypy", version = "0.40.0")

pip = use_extension("@rules_python//python/extensions:pip.bzl", "pip")
pip.parse(
    hub_name = "{hub}",
    python_version = "{python_version}",
    requirements_lock = "//:requirements_lock.txt",
)
use_repo(pip, "{hub}")

types = use_extension("@rules_mypy//mypy:types.bzl", "types")
types.requirements(
    name = "pip_types",
    pip_requirements = "@{hub}//:requirements.bzl",
    requirements_txt = "//:requirements_lock.txt",
)
use_repo(types, "pip_types")
"""

ASPECT = """\
load("@pip_types//:types.bzl", "types")
load("@rules_mypy//mypy:mypy.bzl", "mypy")

mypy_aspect = mypy(
    color = False,
    mypy_ini = "@@//:mypy.ini",
    {modules}types = types,
)
"""

ONLY_IMPORTED = 'package_modules = Label("//:imports"),\n    '

IMPORTS = """\
load("@pip_types//:types.bzl", "types")
load("@rules_mypy//mypy:mypy.bzl", "mypy_imports")

mypy_imports(
    name = "imports",
    types = types,
    visibility = ["//visibility:public"],
    deps = [{deps}],
)
"""

BAZELRC = """\
build --aspects=//tools:aspect.bzl%mypy_aspect
build --output_groups=+mypy
"""

# Without follow_imports = silent, a run over many targets would show the errors of packages, too.
MYPY_INI = """\
[mypy]
python_version = %s
follow_imports = silent
follow_imports_for_stubs = true
show_error_codes = true
pretty = false
"""

BUILD = """\
load("@rules_python//python:py_library.bzl", "py_library")

package(default_visibility = ["//visibility:public"])

py_library(
    name = "{name}",
    srcs = [{sources}],
    deps = [{deps}],
)
"""


@dataclasses.dataclass(frozen=True)
class Target:
    """One py_library, named after its folder."""

    package: str  # "app/l00/t03"
    modules: Sequence[str]  # templates, which are also the modules' names
    deps: Sequence[str] = ()  # packages of other targets
    pypi: Sequence[str] = ()

    @property
    def label(self) -> str:
        return "//%s:%s" % (self.package, self.package.rpartition("/")[2])

    @property
    def sources(self) -> List[str]:
        return ["%s/%s.py" % (self.package, module) for module in self.modules]


@dataclasses.dataclass(frozen=True)
class Edit:
    """One replacement in one file."""

    path: str
    old: str
    new: str

    def apply(self, workspace: Path) -> None:
        replace_in(workspace / self.path, self.old, self.new)

    def revert(self, workspace: Path) -> None:
        replace_in(workspace / self.path, self.new, self.old)


def replace_in(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    if old not in text:
        raise ValueError("%s does not hold %r" % (path, old))
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@dataclasses.dataclass(frozen=True)
class Upgrade:
    """A distribution in another version."""

    name: str
    line: str  # of the lock, in the version that the lock holds: "attrs==1.0"
    other_line: str
    other_hash: str


@dataclasses.dataclass(frozen=True)
class Workload:
    """A workspace to be, and the edits that are timed in it, by the name of their case."""

    name: str
    targets: Mapping[str, Target]  # by package
    lock: str
    edits: Mapping[str, Edit]
    upgrade: Upgrade
    only_imported: bool = False  # of distributions only the modules that targets need are analysed

    @property
    def sources(self) -> List[str]:
        return [source for target in self.targets.values() for source in target.sources]

    def dependents(self, package: str) -> Set[str]:
        """The packages of the targets above one, without itself."""
        found: Set[str] = set()
        grown = {package}
        while grown:
            grown = {
                target.package
                for target in self.targets.values()
                if target.package not in found and grown & set(target.deps)
            }
            found |= grown
        return found

    def write(self, workspace: Path) -> None:
        for path, text in self.files().items():
            (workspace / path).parent.mkdir(parents=True, exist_ok=True)
            (workspace / path).write_text(text, encoding="utf-8")

    def files(self) -> Dict[str, str]:
        """The texts of all files, by path."""
        values = {"name": self.name, "hub": HUB, "python_version": PYTHON_VERSION}
        files = {
            "MODULE.bazel": MODULE.format(**values),
            "BUILD.bazel": self.root_build_text(),
            "requirements_lock.txt": self.lock,
            "tools/BUILD.bazel": 'exports_files(["aspect.bzl"])\n',
            "tools/aspect.bzl": ASPECT.format(modules=ONLY_IMPORTED if self.only_imported else ""),
            ".bazelrc": BAZELRC,
            "mypy.ini": MYPY_INI % PYTHON_VERSION,
        }
        for target in self.targets.values():
            files["%s/BUILD.bazel" % target.package] = build_text(target, self.targets)
            for module, source in zip(target.modules, target.sources):
                files[source] = instantiate(module, target)
        return files


    def root_build_text(self) -> str:
        exports = 'exports_files(["mypy.ini", "requirements_lock.txt"])\n'
        if not self.only_imported:
            return exports
        deps = ", ".join('"%s"' % target.label for target in self.targets.values())
        return IMPORTS.format(deps=deps) + "\n" + exports


def build_text(target: Target, targets: Mapping[str, Target]) -> str:
    deps = [targets[dep].label for dep in target.deps]
    deps += ["@%s//%s" % (HUB, name) for name in target.pypi]
    return BUILD.format(
        name=target.label.rpartition(":")[2],
        sources=", ".join('"%s.py"' % module for module in target.modules),
        deps=", ".join('"%s"' % dep for dep in deps),
    )


def prefix(package: str) -> str:
    """What begins the names of a target: "app/l00/t03" -> "L00T03"."""
    parts = package.split("/")
    return "".join(part.title() for part in (parts[1:] or parts))


def instantiate(template: str, target: Target) -> str:
    text = (TEMPLATES / (template + ".py.in")).read_text(encoding="utf-8")
    text = text.replace("@own@", target.package.replace("/", "."))
    text = text.replace("@Own@", prefix(target.package))
    blocks = itertools.groupby(text.splitlines(), condition_of)
    lines = [line for name, block in blocks for line in expand(name, list(block), target)]
    return "\n".join(lines) + "\n"


def condition_of(line: str) -> Optional[str]:
    condition = CONDITION.match(line)
    return condition.group(1) if condition else None


def expand(condition: Optional[str], block: Sequence[str], target: Target) -> Iterable[str]:
    """Writes lines in a row that have the same condition."""
    if condition is None:
        return block
    block = [CONDITION.sub("", line) for line in block]
    if not condition.isdigit():
        return block if condition in target.pypi else []
    return [
        line.replace("@dep@", dep.replace("/", ".")).replace("@Dep@", prefix(dep)).replace("@i@", str(i))
        for i, dep in enumerate(target.deps[: int(condition)])
        for line in block
    ]


# --- modules over modules --------------------------------------------------------------------------

# Which of the targets of a layer use a package: those at which the remainder of the number is 2nd.
USERS = {"attrs": (5, 0), "click": (5, 1), "requests": (5, 2), "pydantic": (7, 3), "jinja2": (11, 4)}


def layered_targets(layers: int, width: int) -> Dict[str, Target]:
    """Each target has three to five dependencies, most of them in the layer below."""
    random_numbers = random.Random(7)

    def package(layer: int, number: int) -> str:
        return "app/l%02d/t%02d" % (layer, number)

    targets: Dict[str, Target] = {}
    for layer in range(layers):
        for number in range(width):
            deps: Set[str] = set()
            wanted = min(random_numbers.randint(3, 5), 2 * width) if layer else 0
            while len(deps) < min(wanted, width):
                far = random_numbers.random() >= 0.7
                below = max(0, layer - random_numbers.randint(1, 4)) if far else layer - 1
                beside = (number + random_numbers.randint(-3, 3)) % width
                deps.add(package(below, beside))
            pypi = [name for name, (by, remainder) in USERS.items() if number % by == remainder]
            own = package(layer, number)
            targets[own] = Target(own, ["models", "proto", "service"], sorted(deps), pypi)
    return targets


def layers(layers: int = 15, width: int = 20) -> Workload:
    """The workload of modules over modules; its base is the target of the lowest layer with the median of dependents."""
    targets = layered_targets(layers, width)
    workload = Workload("layers", targets, EXAMPLE_LOCK.read_text(encoding="utf-8"), {}, ATTRS)
    by_dependents = sorted(
        (len(workload.dependents(package)), package)
        for package in targets
        if package.startswith("app/l00/")
    )
    base = by_dependents[len(by_dependents) // 2][1]
    leaf = [package for package in targets if not workload.dependents(package)][-1]
    total = "        n = self.size\n"
    models = base + "/models.py"
    item = "@dataclass(frozen=True)\n"
    edits = {
        "leaf, body": Edit(
            leaf + "/service.py",
            "        return None\n",
            "        prefix = prefix.strip()\n        return None\n",
        ),
        "base, body": Edit(models, total, "        n = self.size + 1\n"),
        "base, comment above a dataclass": Edit(models, item, "# One thing to count.\n" + item),
        "base, docstring": Edit(models, total, '        """The size of it all."""\n' + total),
        "base, error in a body": Edit(models, total, "        n: str = self.size\n"),
        "base, signature": Edit(
            models, "    size: int = 0\n", "    size: int = 0\n    weight: float = 1.0\n"
        ),
    }
    return dataclasses.replace(workload, edits=edits)


ATTRS = Upgrade(
    "attrs",
    "attrs==26.1.0",
    "attrs==25.4.0",
    "adcf7e2a1fb3b36ac48d97835bb6d8ade15b8dcce26aba8bf1d14847b57a3373",
)

# --- one huge package ------------------------------------------------------------------------------


def torch(targets: int = 50, only_imported: bool = False) -> Workload:
    """The workload of many targets over torch, with no edge between them: no edit can touch a second one."""
    every = {
        package: Target(package, ["net", "data", "train"], pypi=["torch"])
        for package in ("m%02d" % number for number in range(targets))
    }
    some = "m%02d" % (targets // 2)
    body = "    n = sum("
    edits = {
        "leaf, body": Edit(some + "/train.py", "    last = 0.0\n", "    last = 1.0\n"),
        "base, body": Edit(some + "/net.py", body, "    n = 1 + sum("),
        "base, comment above a dataclass": Edit(
            some + "/net.py", "@dataclass\n", "# Settings.\n@dataclass\n"
        ),
        "base, error in a body": Edit(some + "/net.py", body, "    n: str = sum("),
        "base, signature": Edit(
            some + "/net.py", "    dim: int = 16\n", "    dim: int = 16\n    width: int = 4\n"
        ),
    }
    lock = TORCH_LOCK.read_text(encoding="utf-8")
    return Workload("torch", every, lock, edits, FILELOCK, only_imported)


FILELOCK = Upgrade(
    "filelock",
    "filelock==4.2.11",
    "filelock==4.2.10",
    "9479aaeb4db20b5a53e3da28493edd24720b66b8a0b84030aa56ccdf243d6857",
)


def upgraded(workload: Workload) -> str:
    """The lock with the other version of the distribution to upgrade."""
    upgrade = workload.upgrade
    entry = re.compile(re.escape(upgrade.line) + r"( \\\n    --hash=sha256:[0-9a-f]+)+")
    text, count = entry.subn(
        "%s \\\\\n    --hash=sha256:%s" % (upgrade.other_line, upgrade.other_hash), workload.lock
    )
    if count != 1:
        raise ValueError("the lock holds %s %d times" % (upgrade.line, count))
    return text


def main(arguments: Optional[Sequence[str]] = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="workload", required=True)
    one = commands.add_parser("layers")
    one.add_argument("folder", type=Path)
    one.add_argument("--layers", type=int, default=15)
    one.add_argument("--width", type=int, default=20)
    two = commands.add_parser("torch")
    two.add_argument("folder", type=Path)
    two.add_argument("--targets", type=int, default=50)
    two.add_argument("--only-imported", action="store_true")
    options = parser.parse_args(arguments)
    if options.workload == "layers":
        workload = layers(options.layers, options.width)
    else:
        workload = torch(options.targets, options.only_imported)
    workload.write(options.folder)
    lines = sum(text.count("\n") for path, text in workload.files().items() if path.endswith(".py"))
    print("%d targets, %d lines -> %s" % (len(workload.targets), lines, options.folder))


if __name__ == "__main__":
    main()
