# SPDX-License-Identifier: Apache-2.0
"""tests/oracle/NAME/: a workspace and, in cases.json, what Bazel itself answered to commands in it.

A case in cases.json:
  id               name, unique in the file
  argv             the words after the program name
  cwd              directory below the workspace to run in (default: its root)
  exit             exit status
  stdout           expected standard output; the root is written %WORKSPACE%
  stderr_contains  strings that standard error must contain
  compare          exact | sorted_lines | json_actions | text_actions
  ignore_env, ignore_inputs, ignore_mnemonics      what the last two do not compare
  expect_9         the fields that differ in Bazel 8 and 9, which is what we follow
The answers are Bazel 4.2.3's where expect_9 says nothing else.

known_failures.txt holds the cases, NAME/ID one a line, that are known to fail; they count as skipped. One of
them that passes is a failure: its line has to go.
"""

import functools
import json
import os
from typing import Iterator, List, Optional, Set

from kinds.actions import Case, first_difference, json_difference, text_difference
from kinds.base import TESTS, Output, Result, Settings, Test, entries, execute

KNOWN_FAILURES = "known_failures.txt"


def stdout_difference(case: Case, got: str) -> Optional[str]:
    want, how = case["stdout"], case["compare"]
    if how == "exact":
        if got == want:
            return None
        return first_difference(want.split("\n"), got.split("\n")) or "stdout differs"
    if how == "sorted_lines":
        return first_difference(sorted(want.splitlines()), sorted(got.splitlines()))
    if how == "json_actions":
        return json_difference(want, got, case)
    if how == "text_actions":
        return text_difference(want, got, case)
    return "unknown compare %r" % how


def judge(case: Case, output: Output) -> Optional[str]:
    """None if the answer is right, else what is wrong."""
    if output.status != case["exit"]:
        return "exit %d, want %d\n%s" % (output.status, case["exit"], output.stderr)
    for text in case.get("stderr_contains", []):
        if text not in output.stderr:
            return "stderr lacks %s\n%s" % (json.dumps(text), output.stderr)
    return stdout_difference(case, output.stdout)


def run(settings: Settings, name: str, case: Case, known: Set[str]) -> List[Result]:
    case = {**case, **case.get("expect_9", {})}
    root = os.path.join(TESTS, "oracle", name.split("/")[0], "workspace")
    folder = os.path.join(root, case.get("cwd", ""))
    output = execute([settings.program] + case["argv"], settings.environment, folder)
    output.stdout = output.stdout.replace(root, "%WORKSPACE%")
    output.stderr = output.stderr.replace(root, "%WORKSPACE%")
    failure = judge(case, output)
    if name in known:
        if failure:
            return [Result("oracle/" + name, skipped="known failure")]
        failure = "passes now: take it out of " + KNOWN_FAILURES
    return [Result("oracle/" + name, failure)]


def known_failures() -> Set[str]:
    path = os.path.join(TESTS, "oracle", KNOWN_FAILURES)
    if not os.path.exists(path):
        return set()
    with open(path, encoding="utf-8") as file:
        return {line.split()[0] for line in file if line.strip() and not line.startswith("#")}


def discover(settings: Settings) -> Iterator[Test]:
    known = known_failures()
    for corpus in entries("oracle", ""):
        path = os.path.join(TESTS, "oracle", corpus, "cases.json")
        if not os.path.exists(path):
            continue
        with open(path, encoding="utf-8") as file:
            cases: List[Case] = json.load(file)
        for case in cases:
            name = "%s/%s" % (corpus, case["id"])
            yield Test("oracle/" + name, functools.partial(run, settings, name, case, known))
