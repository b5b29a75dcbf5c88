# SPDX-License-Identifier: Apache-2.0
"""Two action graphs compared by meaning: what Bazel versions, ids and orders may change is brought to one form."""

import difflib
import json
import re
from typing import Any, Dict, List, Optional, Set, Tuple

Case = Dict[str, Any]

# Lines of --output=text that say something about Bazel's host or version, not about the action.
NOT_COMPARED = re.compile(
    r"^\s*(ActionKey:|Execution platform:|# Configuration:|# Execution platform:"
    r"|IsExecutable:|FileWriteContents:)"
)


def normal_path(text: str) -> str:
    """One spelling for the directories that differ between Bazel versions."""
    text = re.sub(r"\bbazel-out/host\b", "bazel-out/k8-opt-exec", text)
    text = re.sub(r"\bk8-opt-exec-(?:ST-)?[0-9A-Fa-f]+\b", "k8-opt-exec", text)
    return re.sub(r"\b(external/|\.\./)([A-Za-z0-9_.-]+?)[+~](?=[/\s:'\",\])]|$)", r"\1\2", text)


def normal_label(text: str) -> str:
    """'@@//x:y' and '@//x:y' are '//x:y'; '@@r+//x' and '@r//x' are '@r//x'."""
    text = re.sub(r"(?<![\w@/])@@?//", "//", text)
    return re.sub(r"(?<![\w@/])@@?([A-Za-z0-9_.-]+?)[+~]?//", r"@\1//", text)


def normal(text: str) -> str:
    return normal_label(normal_path(text))


def is_dropped(path: str, patterns: List[str]) -> bool:
    return any(re.search(pattern, path) for pattern in patterns)


class Graph:
    """An ActionGraphContainer in jsonproto, its ids resolved."""

    def __init__(self, text: str) -> None:
        self.document: Dict[str, Any] = json.loads(text)
        self.fragments = {f["id"]: f for f in self.rows("pathFragments")}
        self.depsets = {d["id"]: d for d in self.rows("depSetOfFiles")}
        self.targets = {t["id"]: normal_label(t["label"]) for t in self.rows("targets")}
        self.aspects = {d["id"]: self.aspect_text(d) for d in self.rows("aspectDescriptors")}
        self.artifacts = {
            a["id"]: (normal_path(self.path(a["pathFragmentId"])), bool(a.get("isTreeArtifact")))
            for a in self.rows("artifacts")
        }

    def rows(self, name: str) -> List[Dict[str, Any]]:
        rows: List[Dict[str, Any]] = self.document.get(name, [])
        return rows

    def path(self, fragment_id: int) -> str:
        labels = []
        while fragment_id:
            fragment = self.fragments[fragment_id]
            labels.append(fragment["label"])
            fragment_id = fragment.get("parentId", 0)
        return "/".join(reversed(labels))

    @staticmethod
    def aspect_text(row: Dict[str, Any]) -> str:
        parameters = sorted((p["key"], p.get("value", "")) for p in row.get("parameters", []))
        return normal_label(row["name"]) + "".join(" %s=%s" % p for p in parameters)

    def flatten(self, depset_ids: List[int]) -> Set[int]:
        """The artifact ids of depsets and all below them."""
        files: Set[int] = set()
        seen: Set[int] = set()
        todo = list(depset_ids)
        while todo:
            i = todo.pop()
            if i not in seen:
                seen.add(i)
                files.update(self.depsets[i].get("directArtifactIds", []))
                todo.extend(self.depsets[i].get("transitiveDepSetIds", []))
        return files

    def artifact_text(self, artifact_id: int) -> str:
        path, is_tree = self.artifacts[artifact_id]
        return path + (" (tree)" if is_tree else "")


def comparable_action(graph: Graph, action: Dict[str, Any], case: Case) -> Dict[str, Any]:
    """An action without ids, orders and what the case says not to compare."""
    inputs = graph.flatten(action.get("inputDepSetIds", []))
    return {
        "mnemonic": action.get("mnemonic", ""),
        "target": graph.targets.get(action.get("targetId", 0), ""),
        "aspects": [graph.aspects[i] for i in action.get("aspectDescriptorIds", [])],
        "arguments": [normal(text) for text in action.get("arguments", [])],
        "environment": {
            row["key"]: normal(row.get("value", ""))
            for row in action.get("environmentVariables", [])
            if row["key"] not in case.get("ignore_env", [])
        },
        "inputs": sorted(
            graph.artifact_text(i)
            for i in inputs
            if not is_dropped(graph.artifacts[i][0], case.get("ignore_inputs", []))
        ),
        "outputs": sorted(graph.artifact_text(i) for i in action.get("outputIds", [])),
    }


def actions_of(text: str, case: Case) -> Dict[str, List[Dict[str, Any]]]:
    """Maps each primary output's path to its actions."""
    graph = Graph(text)
    found: Dict[str, List[Dict[str, Any]]] = {}
    for action in graph.rows("actions"):
        if action.get("mnemonic") not in case.get("ignore_mnemonics", []):
            outputs = action.get("outputIds", [])
            primary = action.get("primaryOutputId") or (outputs[0] if outputs else 0)
            key = graph.artifacts[primary][0] if primary in graph.artifacts else ""
            found.setdefault(key, []).append(comparable_action(graph, action, case))
    for actions in found.values():
        actions.sort(key=lambda entry: json.dumps(entry, sort_keys=True))
    return found


def describe(want: Any, got: Any) -> str:
    if isinstance(want, list) and isinstance(got, list):
        missing = [x for x in want if x not in got]
        extra = [x for x in got if x not in want]
        if missing or extra:
            return "missing %s, extra %s" % (json.dumps(missing), json.dumps(extra))
    return "want %s, got %s" % (json.dumps(want), json.dumps(got))


def json_difference(want_text: str, got_text: str, case: Case) -> Optional[str]:
    """The first difference between two jsonproto graphs."""
    try:
        got = actions_of(got_text, case)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return "not an action graph: %s %s" % (type(error).__name__, error)
    want = actions_of(want_text, case)
    for key in sorted(set(want) | set(got)):
        if key not in got:
            return "action missing for %s (%s)" % (key, want[key][0]["mnemonic"])
        if key not in want:
            return "unexpected action for %s (%s)" % (key, got[key][0]["mnemonic"])
        if len(want[key]) != len(got[key]):
            return "%d actions for %s, want %d" % (len(got[key]), key, len(want[key]))
        for w, g in zip(want[key], got[key]):
            for field in w:
                if w[field] != g[field]:
                    return "%s of %s: %s" % (field, key, describe(w[field], g[field]))
    return None


def normal_list(name: str, items: List[str], case: Case) -> List[str]:
    if name == "Inputs":
        return [i for i in items if not is_dropped(i, case.get("ignore_inputs", []))]
    if name == "Environment":
        return [i for i in items if i.split("=")[0] not in case.get("ignore_env", [])]
    return items


def normal_block(block: str, case: Case) -> Tuple[str, List[str]]:
    """The mnemonic and the comparable lines of one action of --output=text."""
    mnemonic = ""
    information: List[str] = []
    lines: List[str] = []
    for line in block.split("\n"):
        if not line.strip() or NOT_COMPARED.match(line):
            continue
        match = re.match(r"^  (Inputs|Outputs|Environment): \[(.*)\]$", line)
        if match:
            items = sorted(normal(item) for item in match.group(2).split(", ") if item)
            items = normal_list(match.group(1), items, case)
            if match.group(1) == "Environment" and not items:
                continue
            line = "  %s: [%s]" % (match.group(1), ", ".join(items))
        if line.startswith("  Mnemonic: "):
            mnemonic = line[len("  Mnemonic: ") :]
        line = normal(re.sub(r" \[for (host|tool)\]$", " [for tool]", line))
        if line.startswith("  ExecutionInfo:"):
            information = information or [line]
        else:
            lines.append(line)
    return mnemonic, lines + information


def normal_blocks(text: str, case: Case) -> List[str]:
    blocks = [normal_block(block, case) for block in text.split("\n\n")]
    ignored = case.get("ignore_mnemonics", [])
    kept = [lines for mnemonic, lines in blocks if lines and mnemonic not in ignored]
    return sorted("\n".join(lines) for lines in kept)


def first_difference(want: List[str], got: List[str]) -> Optional[str]:
    for line in difflib.unified_diff(want, got, "want", "got", lineterm="", n=0):
        if line[:1] in "+-" and line[:3] not in ("+++", "---"):
            return {"+": "unexpected ", "-": "missing "}[line[0]] + json.dumps(line[1:])
    return None


def text_difference(want: str, got: str, case: Case) -> Optional[str]:
    """The first difference between two graphs of --output=text, as blocks."""
    return first_difference(
        "\n\n".join(normal_blocks(want, case)).split("\n"),
        "\n\n".join(normal_blocks(got, case)).split("\n"),
    )
