# SPDX-License-Identifier: Apache-2.0
"""An analysis.ActionGraphContainer in jsonproto, read as actions whose paths and labels are text."""

import json
from typing import Any, Dict, List, NamedTuple, Set


class Action(NamedTuple):
    target: str
    mnemonic: str
    aspects: List[str]  # the outermost first: NAME(KEY=VALUE, ...)
    arguments: List[str]
    environment: Dict[str, str]
    inputs: Set[str]
    outputs: List[str]  # as declared
    trees: Set[str]  # the directories among the outputs


class ActionGraph:
    def __init__(self, text: str) -> None:
        self.document: Dict[str, Any] = json.loads(text)
        self.fragments = self.table("pathFragments")
        self.artifacts = self.table("artifacts")
        self.depsets = self.table("depSetOfFiles")
        self.targets = self.table("targets")
        self.aspects = self.table("aspectDescriptors")
        self.actions = [self.action(row) for row in self.document.get("actions", [])]

    def table(self, name: str) -> Dict[int, Any]:
        return {row["id"]: row for row in self.document.get(name, [])}

    def with_mnemonic(self, mnemonic: str) -> Dict[str, Action]:
        """The actions of one kind by their target; no target may have two."""
        found = [action for action in self.actions if action.mnemonic == mnemonic]
        by_target = {action.target: action for action in found}
        assert len(by_target) == len(found), "a target with two actions"
        return by_target

    def path(self, artifact: int) -> str:
        labels: List[str] = []
        fragment = self.artifacts[artifact]["pathFragmentId"]
        while fragment:
            labels.append(self.fragments[fragment]["label"])
            fragment = self.fragments[fragment].get("parentId", 0)
        return "/".join(reversed(labels))

    def files(self, depsets: List[int]) -> Set[str]:
        found: Set[str] = set()
        pending = list(depsets)
        seen: Set[int] = set()
        while pending:
            number = pending.pop()
            if number not in seen:
                seen.add(number)
                found.update(map(self.path, self.depsets[number].get("directArtifactIds", [])))
                pending += self.depsets[number].get("transitiveDepSetIds", [])
        return found

    def aspect(self, number: int) -> str:
        row = self.aspects[number]
        pairs = (f"{pair['key']}={pair.get('value', '')}" for pair in row.get("parameters", []))
        return f"{row['name']}({', '.join(pairs)})"

    def action(self, row: Dict[str, Any]) -> Action:
        outputs = row.get("outputIds", [])
        return Action(
            target=self.targets[row["targetId"]]["label"],
            mnemonic=row["mnemonic"],
            aspects=[self.aspect(number) for number in row.get("aspectDescriptorIds", [])],
            arguments=row.get("arguments", []),
            environment={
                pair["key"]: pair.get("value", "") for pair in row.get("environmentVariables", [])
            },
            inputs=self.files(row.get("inputDepSetIds", [])),
            outputs=[self.path(number) for number in outputs],
            trees={
                self.path(number)
                for number in outputs
                if self.artifacts[number].get("isTreeArtifact")
            },
        )
