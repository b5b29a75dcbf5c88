# SPDX-License-Identifier: Apache-2.0
"""Errors of many kinds to inject into the workload of modules over modules, a few lines each, and how verdicts are compared.

A snippet is appended to the service module of a target, where @Own@ is the prefix of the target's names and make_0 makes
the service of its first dependency; so each gives one error of mypy, under the code that it is filed under here.
"""

import dataclasses
from pathlib import Path
from typing import Dict, List, Mapping, Sequence

import workloads

SNIPPETS: Mapping[str, str] = {
    "arg-type": "@Own@Item(name=3)",
    "assignment": "limit: int = make()",
    "return-value": "def wrong() -> int:\n    return make()",
    "return": "def silent(n: int) -> int:\n    if n:\n        return n",
    "attr-defined": "make_0().nothing()",
    "union-attr": "make_0().find('x').name",
    "call-arg": '@Own@Item("x", weights=[])',
    "name-defined": "print(undefined_name)",
    "operator": "make() + 1",
    "index": "make()[0]",
    "override": "class @Own@Other(@Own@Service):\n    def total(self) -> str:\n        return ''",
    "abstract": (
        "import abc\n\n\nclass @Own@Base(abc.ABC):\n    @abc.abstractmethod\n"
        "    def run(self) -> None: ...\n\n\n@Own@Base()"
    ),
    "typeddict-item": 'to_row(@Own@Item("x"))["sizes"]',
    "call-overload": "open(1, mode=2)",
    "list-item": 'sizes: list[int] = ["one"]',
    "dict-item": 'ages: dict[str, int] = {"one": "two"}',
    "valid-type": "def odd(x: make) -> None: ...",
    "no-redef": "def twice() -> None: ...\n\n\ndef twice() -> None: ...",
    "func-returns-value": "def nothing() -> None: ...\n\n\nx = nothing()",
    "import-not-found": "import no_such_module",
    "var-annotated": "empty = []",
    "misc": "from typing import Final\n\nFIXED: Final = 1\nFIXED = 2",
}


@dataclasses.dataclass(frozen=True)
class Injected:
    """One snippet in one target."""

    code: str
    label: str
    path: str
    text: str

    def apply(self, workspace: Path) -> None:
        with open(workspace / self.path, "a", encoding="utf-8") as file:
            file.write(self.text)


def injections(workload: workloads.Workload) -> List[Injected]:
    """Each kind in one target that has dependencies; several share a target where there are fewer."""
    targets = [target for target in workload.targets.values() if target.deps]
    step = max(1, len(targets) // len(SNIPPETS))
    found = []
    for number, (code, snippet) in enumerate(SNIPPETS.items()):
        target = targets[number * step % len(targets)]
        text = "\n\n%s\n" % snippet.replace("@Own@", workloads.prefix(target.package))
        found.append(Injected(code, target.label, target.package + "/service.py", text))
    return found


def errors(findings: Sequence[str]) -> List[str]:
    """The errors among findings: of notes, mypy tells some only once in a run."""
    return sorted(line for line in findings if ": error: " in line)


def compare(
    expected: Sequence[str], reports: Mapping[str, Sequence[str]], owners: Mapping[str, str]
) -> List[str]:
    """What is wrong with the reports of targets, by label, when `expected` are the findings of one run over all.

    `owners` are the labels of targets by source file.
    """
    wrong = []
    found: Dict[str, int] = {}
    for label, findings in reports.items():
        for line in errors(findings):
            found[line] = found.get(line, 0) + 1
            owner = owners.get(line.partition(":")[0])
            if owner != label:
                wrong.append("%s reports what belongs to %s: %s" % (label, owner, line))
    wanted = errors(expected)
    wrong += ["missing: %s" % line for line in wanted if line not in found]
    wrong += ["too much: %s" % line for line in sorted(found) if line not in wanted]
    wrong += ["%d times: %s" % (n, line) for line, n in found.items() if n != wanted.count(line) > 0]
    return wrong


def owners(workload: workloads.Workload) -> Dict[str, str]:
    return {
        source: target.label for target in workload.targets.values() for source in target.sources
    }
