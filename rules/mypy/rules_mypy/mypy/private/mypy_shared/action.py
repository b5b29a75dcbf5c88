# SPDX-License-Identifier: Apache-2.0
"""The three actions: typeshed, a package, a target.  This is the door of the package.

The one invariant: an action's outputs appear whole, each by rename, and all of them or, when mypy
could not do its work, none; what mypy found wrong is in the report and never in the exit status.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import Optional, Sequence

KINDS = ("typeshed", "package", "target")


@dataclass(frozen=True)
class Action:
    """A command line."""

    action: str  # One of KINDS.
    manifest: str
    mypy_ini: Optional[str]
    python_version: Optional[str]  # "3.11"; None: what the configuration or the interpreter says.
    platform: Optional[str]  # "linux"; None likewise.
    pack: str
    report: Optional[str]  # This and the next three: only of a target.
    json_report: Optional[str]
    exit_code: Optional[str]
    unused_inputs_list: Optional[str]
    color: bool
    strict_cache: bool
    silent: bool


def argument_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mypy_runner", allow_abbrev=False, fromfile_prefix_chars="@"
    )
    parser.add_argument("--action", required=True, choices=KINDS)
    parser.add_argument("--manifest", required=True, help="the target's NAME.mypy.json")
    parser.add_argument("--mypy-ini", metavar="INI", help="mypy's configuration file")
    parser.add_argument("--python-version", metavar="X.Y", help="the version to check for")
    parser.add_argument("--platform", help="the platform to check for, as in sys.platform")
    parser.add_argument("--pack", required=True, help="the cache entries to write")
    parser.add_argument("--report", help="the report to write, as mypy prints it")
    parser.add_argument("--json-report", help="the same, one JSON object per line")
    parser.add_argument("--exit-code", help="the file for 0, 1, 2 or 3")
    parser.add_argument("--unused-inputs-list", help="the inputs that mypy had no use for")
    parser.add_argument("--color", action="store_true", help="colour the report")
    parser.add_argument(
        "--strict-cache", action="store_true", help="fail if anything is analysed again"
    )
    parser.add_argument("--silent", action="store_true", help="report no errors")
    return parser


def parse_arguments(arguments: Sequence[str]) -> Action:
    parser = argument_parser()
    action = Action(**vars(parser.parse_args(arguments)))
    if action.action == "target":
        needed = ("report", "json_report", "exit_code", "unused_inputs_list")
        missing = [name for name in needed if getattr(action, name) is None]
        if missing:
            parser.error(f"--action=target needs --{missing[0].replace('_', '-')}")
    return action
