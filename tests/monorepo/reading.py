# SPDX-License-Identifier: Apache-2.0
"""An independent reading of the mypy aspect's rules, to check the table in expected.json.

    python3 reading.py WORKSPACE          prints the table
    python3 reading.py WORKSPACE TABLE    compares, row by row; exit status 1 on a difference

BUILD files that keep to a small part of the language are Python too: this runs them with functions
in place of the rules and applies the rules of the aspect as README.md states them.  It shares no
line with starmypy and knows nothing that examples/monorepo does not need; where the two differ,
one of them has read the rules wrong.
"""

import glob as filesystem
import json
import os
import re
import sys
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Set, Tuple

BIN = "K"
HUB_SPOKE = "rules_python++pip+pypi_311_{}"
TYPES = "rules_mypy++types+pip_types"
# What the installed distributions require (METADATA, without extras).
REQUIRES = {
    "jinja2": ["markupsafe"],
    "pydantic": ["annotated_types", "pydantic_core", "typing_extensions", "typing_inspection"],
    "pydantic_core": ["typing_extensions"],
    "requests": ["charset_normalizer", "idna", "urllib3", "certifi"],
    "typing_inspection": ["typing_extensions"],
}
DROPPED = re.compile("(typing|mypy)[-_]extensions")


class File(NamedTuple):
    root: str
    path: str


class Target(NamedTuple):
    label: str
    kind: str
    attributes: Dict[str, Any]


class Select(NamedTuple):
    branches: Dict[str, List[str]]

    def __radd__(self, before: List[str]) -> List[str]:
        return before + self.branches["//conditions:default"]


@dataclass
class Groups:
    """The entries of a MYPYPATH, by what they are there for."""

    imports: Set[str]
    types: Set[str] = field(default_factory=set)
    external: Set[str] = field(default_factory=set)
    generated: Set[str] = field(default_factory=set)
    pyi: Set[str] = field(default_factory=set)

    def mypypath(self) -> str:
        products = {f"{root}/{text}" for root in self.generated for text in self.imports}
        groups = (self.types, self.external, self.imports, self.generated, products, self.pyi)
        entries = [entry for group in groups for entry in sorted(group)]
        return ":".join(["."] + [entry for entry in entries if not DROPPED.search(entry)])


class Reading:
    def __init__(self, workspace: str) -> None:
        self.workspace = workspace
        self.targets: Dict[str, Target] = {}
        self.package = ""
        with open(os.path.join(workspace, "requirements_lock.txt"), encoding="utf-8") as file:
            self.distributions = re.findall(r"^([\w.-]+)==", file.read(), re.MULTILINE)
        for directory in self.packages():
            self.package = os.path.relpath(directory, workspace).lstrip(".")
            for name in {"BUILD", "BUILD.bazel"} & set(os.listdir(directory)):
                self.run(os.path.join(directory, name), self.universe())

    def packages(self) -> Iterator[str]:
        for directory, subdirectories, _ in os.walk(self.workspace):
            # What Bazel and `starmypy vendor` leave is no part of the workspace.
            subdirectories[:] = sorted(
                name for name in subdirectories if not name.startswith((".", "bazel-", "external"))
            )
            yield directory

    # Loading.

    def run(self, path: str, names: Dict[str, Any]) -> Dict[str, Any]:
        names["load"] = lambda label, *symbols: names.update(
            {symbol: self.load(label)[symbol] for symbol in symbols}
        )
        with open(path, encoding="utf-8") as file:
            exec(compile(file.read(), path, "exec"), names)
        return names

    def load(self, label: str) -> Dict[str, Any]:
        if label.startswith("//"):
            return self.run(
                os.path.join(self.workspace, label[2:].replace(":", "/")), self.universe()
            )
        kinds = ("py_library", "py_binary", "py_test")
        names: Dict[str, Any] = {kind: self.rule(kind) for kind in kinds}
        names["requirement"] = "@pypi//{}".format
        return names

    def rule(self, kind: str) -> Callable[..., None]:
        def declare(name: str, **attributes: Any) -> None:
            label = f"//{self.package}:{name}"
            for attribute in ("deps", "srcs", "data", "pyi_srcs"):
                attributes[attribute] = [
                    self.resolve(text) for text in attributes.get(attribute, [])
                ]
            self.targets[label] = Target(label, kind, attributes)

        return declare

    def universe(self) -> Dict[str, Any]:
        kinds = ("alias", "config_setting", "filegroup", "genrule", "test_suite")
        names: Dict[str, Any] = {kind: self.rule(kind) for kind in kinds}
        names.update(
            exports_files=lambda files: None,
            package=lambda **defaults: None,
            glob=self.glob,
            select=Select,
            native=SimpleNamespace(
                existing_rules=self.existing_rules, test_suite=names["test_suite"]
            ),
        )
        return names

    def existing_rules(self) -> Dict[str, Dict[str, str]]:
        prefix = f"//{self.package}:"
        return {
            label[len(prefix) :]: {"kind": target.kind}
            for label, target in self.targets.items()
            if label.startswith(prefix)
        }

    def glob(self, patterns: List[str]) -> List[str]:
        directory = os.path.join(self.workspace, self.package)
        found = [path for pattern in patterns for path in filesystem.glob(f"{directory}/{pattern}")]
        return sorted(os.path.relpath(path, directory) for path in found)

    def resolve(self, text: str) -> str:
        if text.startswith("@pypi//"):
            return "@pypi//" + normalised(text[len("@pypi//") :])
        if not text.startswith("//"):
            return f"//{self.package}:{text.lstrip(':')}"
        return text if ":" in text else f"{text}:{text.rsplit('/', 1)[1]}"

    def actual(self, label: str) -> str:
        target = self.targets.get(label)
        while target is not None and target.kind == "alias":
            package = label[2:].split(":")[0]
            label = f"//{package}:{target.attributes['actual'].lstrip(':')}"
            target = self.targets.get(label)
        return label

    # What targets provide.

    def files(self, label: str) -> List[File]:
        """The files of a label in srcs or data."""
        target = self.targets.get(label)
        if target is None:
            path = label[2:].replace(":", "/").lstrip("/")
            generated = label in self.outputs()
            return [File(BIN, f"{BIN}/{path}") if generated else File("", path)]
        return [file for source in target.attributes["srcs"] for file in self.files(source)]

    def outputs(self) -> Set[str]:
        return {
            f"{target.label.split(':')[0]}:{out}"
            for target in self.targets.values()
            for out in target.attributes.get("outs", [])
        }

    def runfiles(self, label: str) -> Set[File]:
        label = self.actual(label)
        if label not in self.targets:
            return set()  # Of pypi: sources all, which add no directory.
        attributes = self.targets[label].attributes
        own = {
            file
            for name in ("srcs", "data")
            for source in attributes[name]
            for file in self.files(source)
        }
        return own.union(*(self.runfiles(dep) for dep in attributes["deps"]))

    def imports(self, label: str) -> Set[str]:
        label = self.actual(label)
        if label.startswith("@pypi//"):
            name = label[len("@pypi//") :]
            own = {HUB_SPOKE.format(name) + "/site-packages"}
            return own.union(*(self.imports("@pypi//" + dep) for dep in REQUIRES.get(name, [])))
        target = self.targets[label]
        package = label[2:].split(":")[0]
        own = {
            os.path.normpath(f"_main/{package}/{text}")
            for text in target.attributes.get("imports", [])
        }
        return own.union(*(self.imports(dep) for dep in target.attributes["deps"]))

    def stub_types(self) -> Dict[str, str]:
        """Runtime distribution to stub distribution."""
        return {
            name[len("types-") :]: name for name in self.distributions if name.startswith("types-")
        }

    # The aspect.

    def sources(self, label: str) -> List[str]:
        """What the target's action checks; nothing when there is no action."""
        target = self.targets[label]
        if target.kind not in ("py_library", "py_binary", "py_test"):
            return []
        if "no-mypy" in target.attributes.get("tags", []):
            return []
        files = [file.path for source in target.attributes["srcs"] for file in self.files(source)]
        return [path for path in files if path.endswith((".py", ".pyi"))]

    def row(self, label: str) -> Optional[Dict[str, Any]]:
        sources = self.sources(label)
        if not sources:
            return None
        attributes = self.targets[label].attributes
        groups = Groups(imports={stripped(text) for text in self.imports(label)})
        upstreams: List[str] = []
        stub_files = [
            file.path
            for source in attributes["data"]
            for file in self.files(source)
            if file.path.endswith((".pyi", "/py.typed"))
        ]
        for dep in map(self.actual, attributes["deps"]):
            if dep.startswith("@pypi//"):
                self.add_pypi(groups, dep)
                continue
            self.add_first_party(groups, dep)
            stubs = self.targets[dep].attributes["pyi_srcs"]
            stub_files += [file.path for source in stubs for file in self.files(source)]
            if self.sources(dep):
                upstreams.append(f"{BIN}/{dep[2:].replace(':', '/')}.mypy_cache")
        return {
            "mypypath": groups.mypypath(),
            "upstream_caches": upstreams,
            "sources": sources,
            "stub_inputs": sorted(set(stub_files)),
        }

    def add_pypi(self, groups: "Groups", dep: str) -> None:
        stubs = self.stub_types()
        name = dep[len("@pypi//") :]
        if name in stubs:
            groups.types.add(f"{BIN}/external/{TYPES}/{stubs[name]}/site-packages")
            groups.generated.add(f"{BIN}/external/{TYPES}")
            return
        hidden = {HUB_SPOKE.format(stub) + "/site-packages" for stub in stubs}
        groups.external.add(f"external/{HUB_SPOKE.format(name)}/site-packages")
        groups.external.update("external/" + text for text in self.imports(dep) - hidden)

    def add_first_party(self, groups: "Groups", dep: str) -> None:
        imports = {stripped(text) for text in self.imports(dep)}
        groups.imports.update(imports)
        groups.pyi.update(f"{BIN}/{text}" for text in imports - {"site-packages", "_main"})
        groups.generated.update(file.root for file in self.runfiles(dep) if file.root)

    def table(self) -> Iterator[Tuple[str, Optional[Dict[str, Any]]]]:
        for label, target in sorted(self.targets.items()):
            if target.kind.startswith("py_"):
                yield label, self.row(label)


def normalised(distribution: str) -> str:
    return re.sub(r"[-_.]+", "_", distribution).lower()


def stripped(text: str) -> str:
    return text.partition("/")[2]


def main() -> int:
    table = dict(Reading(sys.argv[1]).table())
    if len(sys.argv) == 2:
        print(json.dumps(table, indent=2))
        return 0
    with open(sys.argv[2], encoding="utf-8") as file:
        expected = json.load(file)
    wrong = sorted(
        label
        for label in set(table) | set(expected)
        if table.get(label, "") != expected.get(label, "")
    )
    for label in wrong:
        print(f"{label}:\n  table   {expected.get(label)}\n  reading {table.get(label)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
