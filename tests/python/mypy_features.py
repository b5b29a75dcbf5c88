# SPDX-License-Identifier: Apache-2.0
"""The workspace tests/verdicts/features as the targets of a Build.

It has one of each thing that mypy keeps in a cache in a way of its own, and its last target depends, with many errors,
on the details of all others: revealed types, re-exports, protocols, metaclasses, deprecations, inherited dataclass fields.
"""

from typing import Dict, List, Sequence

from mypy_build import ROOT, Target

FOLDER = ROOT / "tests" / "verdicts" / "features"
SOURCES: Dict[str, str] = {
    str(path.relative_to(FOLDER)): path.read_text() for path in sorted(FOLDER.rglob("*.py"))
}
INI = (FOLDER / "mypy.ini").read_text().partition("\n")[2]
ROOTS = ["left", "right"]


def in_package(name: str, *deps: str) -> Target:
    """All sources below a folder."""
    return Target(name, [source for source in SOURCES if source.startswith(f"{name}/")], deps)


def below_root(name: str, *deps: str) -> Target:
    """The same, with names that begin below that folder."""
    target = in_package(name, *deps)
    inner = Target("", [source[len(name) + 1 :] for source in target.sources])
    modules = {module: f"{name}/{source}" for module, source in inner.named_sources().items()}
    return Target(name, deps=deps, roots=[{"path": name, "kind": "source"}], modules=modules)


def targets() -> List[Target]:
    return [
        in_package("lib"),
        in_package("pkg", "lib"),
        in_package("knot", "lib"),
        in_package("maybe", "lib"),
        below_root("left"),
        below_root("right", "left"),
        Target("stone", ["crown/stone.py"]),
        Target("jewel", ["crown/jewel.py"], ["stone"]),
        Target("crown", ["crown/__init__.py"], ["jewel"]),
        in_package("app", "crown", "knot", "lib", "maybe", "pkg", "right"),
    ]


def comparable(findings: Sequence[str]) -> List[str]:
    """Findings without notes that mypy gives once in a run, and those that a warm run of its own leaves out."""
    left_out = ("/en/stable/", '" defined in "', '" defined here')
    return sorted(line for line in findings if not any(part in line for part in left_out))
