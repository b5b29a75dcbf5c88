# SPDX-License-Identifier: Apache-2.0
"""tests/python/test_*.py: unittest modules. They find the program and the Pythons in STARMYPY_* variables."""

import functools
import os
import re
import sys
from typing import Iterator, List

from kinds.base import TESTS, Result, Settings, Test, entries, execute

# A module may run mypy many times.
MODULE_TIMEOUT = 1200
RAN = re.compile(r"^Ran (\d+) tests? in ", re.MULTILINE)
COUNT = re.compile(r"(failures|errors|skipped|unexpected successes)=(\d+)")
SKIPPED = re.compile(r"\.\.\. skipped (.*)$", re.MULTILINE)


def run(settings: Settings, module: str) -> List[Result]:
    """One result for each of the module's tests; the first failed one shows the module's output."""
    name = "python/" + module
    output = execute(
        [sys.executable, "-m", "unittest", "-v", module],
        settings.environment,
        os.path.join(TESTS, "python"),
        timeout=MODULE_TIMEOUT,
    )
    ran = RAN.search(output.stderr)
    if not ran or output.status not in (0, 1, 5):
        return [Result(name, output.text())]
    counts = {what: int(n) for what, n in COUNT.findall(output.stderr[ran.end() :])}
    reasons = SKIPPED.findall(output.stderr)
    skipped = counts.pop("skipped", 0)
    failed = sum(counts.values())
    if output.status == 1 and not failed:
        return [Result(name, output.text())]
    results = [Result(name, output.text() if i == 0 else "see above") for i in range(failed)]
    results += [Result(name, skipped=reason) for reason in (reasons + ["?"] * skipped)[:skipped]]
    return results + [Result(name)] * max(0, int(ran.group(1)) - failed - skipped)


def discover(settings: Settings) -> Iterator[Test]:
    for source in entries("python", ".py"):
        if source.startswith("test_"):
            module = source[: -len(".py")]
            yield Test("python/" + module, functools.partial(run, settings, module))
