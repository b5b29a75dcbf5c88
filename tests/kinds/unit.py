# SPDX-License-Identifier: Apache-2.0
"""tests/unit/*.c: programs linked with the libraries. One passes if it says nothing and ends with status 0."""

import functools
import os
from typing import Iterator, List

from kinds.base import Result, Settings, Test, entries, execute


def run(settings: Settings, name: str) -> List[Result]:
    program = os.path.join(settings.build, "tests", "unit", name)
    output = execute([program], settings.environment)
    silent = not output.stdout and not output.stderr
    return [Result("unit/" + name, None if output.status == 0 and silent else output.text())]


def discover(settings: Settings) -> Iterator[Test]:
    for source in entries("unit", ".c"):
        name = source[: -len(".c")]
        yield Test("unit/" + name, functools.partial(run, settings, name))
