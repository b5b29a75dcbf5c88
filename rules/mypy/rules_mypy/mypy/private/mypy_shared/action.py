# SPDX-License-Identifier: Apache-2.0
"""The three actions: typeshed, a package, a target.  This is the door of the package.

The one invariant: an action's outputs appear whole, each by rename, and all of them or, when mypy
could not do its work, none; what mypy found wrong is in the report and never in the exit status.
"""

from __future__ import annotations

import argparse
import functools
import io
import sys
import warnings
from typing import Mapping, NamedTuple, Optional, Sequence

from . import imports
from .engine import (
    ConfigurationError,
    Engine,
    NotAccepted,
    Settings,
    UnknownMypy,
    choose,
)
from .hiding import give_up
from .imports import read_wanted
from .manifest import Closure, ManifestError, read_closure
from .pack import (
    Blocked,
    Entry,
    PackError,
    blocked_bytes,
    pack_bytes,
    write_file,
    write_if_changed,
)
from .report import (
    BLOCKING,
    NOT_CHECKED,
    Result,
    depfile_text,
    json_lines,
    not_checked_messages,
    not_checked_text,
    report_text,
)
from .world import World, package_world, target_world

KINDS = ("typeshed", "package", "target")


class Action(NamedTuple):
    """A command line."""

    action: str  # One of KINDS.
    manifest: str
    mypy_ini: Optional[str]
    python_version: Optional[str]  # "3.11"; None: what the configuration or the interpreter says.
    platform: Optional[str]  # "linux", where the configuration names none; None likewise.
    pack: str
    report: Optional[str]  # This and the next three: only of a target.
    json_report: Optional[str]
    exit_code: Optional[str]
    unused_inputs_list: Optional[str]
    color: bool
    strict_cache: bool
    silent: bool


@functools.lru_cache(maxsize=None)
def argument_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mypy_runner", allow_abbrev=False, fromfile_prefix_chars="@"
    )
    parser.add_argument("--action", required=True, choices=KINDS)
    parser.add_argument("--manifest", required=True, help="the target's NAME.mypy.json")
    parser.add_argument("--mypy-ini", metavar="INI", help="mypy's configuration file")
    parser.add_argument("--python-version", metavar="X.Y", help="the version to check for")
    parser.add_argument("--platform", help="the same, if INI names none: as in sys.platform")
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


def main(arguments: Sequence[str]) -> int:
    """Does one action and returns its exit status; what a user must know goes to stderr."""
    if imports.is_meant(arguments):
        return imports.main(arguments)
    action = parse_arguments(arguments)
    # mypy is compiled and has no Python frames: what its libraries deprecate would be blamed on us.
    warnings.simplefilter("ignore", DeprecationWarning)
    try:
        return perform(action)
    except (OSError, ManifestError, PackError, NotAccepted, UnknownMypy) as error:
        return fail(str(error))
    except ConfigurationError as error:
        sys.stderr.write(str(error))
    return 1


def perform(action: Action) -> int:
    engine, note = choose()
    if note:
        print(f"mypy_runner: {note}")
    if action.action == "typeshed":
        return perform_typeshed(action, engine)
    closure = read_closure(action.manifest)
    if action.action == "package":
        return perform_package(action, engine, closure)
    return perform_target(action, engine, closure)


def settings_of(action: Action) -> Settings:
    platform = None if names_platform(action.mypy_ini) else action.platform
    return Settings(action.mypy_ini, supported_version(action.python_version), platform)


def names_platform(mypy_ini: Optional[str]) -> bool:
    """Whether a configuration says what to check for, wherever mypy runs."""
    if mypy_ini is None:
        return False
    with open(mypy_ini, "rb") as file:
        if b"platform" not in file.read():
            return False
    from mypy.config_parser import parse_config_file
    from mypy.options import Options

    options, unread = Options(), io.StringIO()
    options.platform = ""
    parse_config_file(options, lambda: None, mypy_ini, unread, unread)
    return options.platform != ""


def supported_version(version: Optional[str]) -> Optional[str]:
    """The version itself, or the lowest that mypy checks for."""
    if version is None:
        return None
    from mypy.defaults import PYTHON3_VERSION_MIN as least

    major, minor = version.split(".")
    return version if (int(major), int(minor)) >= least else f"{least[0]}.{least[1]}"


def perform_typeshed(action: Action, engine: Engine) -> int:
    settings = settings_of(action)
    if settings.python_version != action.python_version:
        print(
            f"mypy_runner: mypy cannot check for Python {action.python_version}:"
            f" it checks for {settings.python_version} instead"
        )
    result = engine.typeshed(settings)
    if result.blocked:
        return fail(result.blocked.message)
    return emit_pack(action, engine, result, {})


def perform_package(action: Action, engine: Engine, closure: Closure) -> int:
    """Leaves out, one after the other, modules that mypy cannot even parse."""
    from mypy.version import __version__ as version

    excluded: set[str] = set()
    wanted = read_wanted(closure.own.wanted)
    while True:
        world = package_world(closure, excluded)
        modules = [
            module
            for module in sorted(world.own)
            if (not is_test(module) if wanted == "all" else module in wanted)
        ]
        if not modules:
            return emit_pack(action, engine, Result(version), world.own)
        result = engine.package(settings_of(action), world, modules)
        if not result.blocked:
            return emit_pack(action, engine, result, world.own)
        culprits = {module for module, path in world.own.items() if path == result.blocked.file}
        if not culprits:
            return fail(result.blocked.message)
        excluded |= culprits


def is_test(module: str) -> bool:
    """Whether it is one of the tests that a distribution brings along, which nobody imports.

    They are more than a third of sympy and of networkx.  Who does import them analyses them.
    """
    return "tests" in module.split(".")[1:]


def fail(message: str) -> int:
    print(f"mypy_runner: {message}", file=sys.stderr)
    return 1


def emit_pack(action: Action, engine: Engine, result: Result, own: Mapping[str, str]) -> int:
    """Writes the entries of own modules; those that have none are there by their names."""
    status = tell_again(action, result)
    if status:
        return status
    entries = {name: Entry(path, b"", b"") for name, path in own.items()}
    for name, entry in result.entries.items():
        entries[name] = engine.interface_of(entry)
    write_file(action.pack, pack_bytes(result.version, entries))
    return 0


def perform_target(action: Action, engine: Engine, closure: Closure) -> int:
    world = target_world(closure, action.silent)
    give_up(world, closure, engine.dependencies_of)
    result = engine.target(settings_of(action), world, action.color, action.silent)
    return emit_target(action, engine, closure, world, result)


def emit_target(
    action: Action, engine: Engine, closure: Closure, world: World, result: Result
) -> int:
    """Writes all that the action of a target has to write; returns the exit status."""
    status = tell_again(action, result)
    if status:
        return status
    own = closure.own
    tell_rivals(closure, world, result)
    if result.status == BLOCKING and result.blocked:
        result.blocked = result.blocked._replace(label=own.label)
    if result.status == NOT_CHECKED:
        reasons = world.blocked_imports(result.used)
        result.blocked = next(iter(reasons))
        result.stdout = not_checked_text(own.label, reasons)
        result.messages = not_checked_messages(own.label, reasons)
    emit_interfaces(engine, closure, result)
    private = {name: engine.own_business(entry) for name, entry in result.entries.items()}
    outputs = [action.report, action.json_report, action.exit_code, action.unused_inputs_list]
    report, json_report, exit_code, unused = [output or "" for output in outputs]
    write_file(action.pack, pack_bytes(result.version, private))
    write_file(report, report_text(result).encode(errors="backslashreplace"))
    write_file(json_report, json_lines(result).encode(errors="backslashreplace"))
    write_file(exit_code, f"{result.status}\n".encode())
    used, idle = sort_inputs(action, closure, world, result)
    write_file(f"{unused}.d", depfile_text([report], used).encode())
    write_file(unused, "".join(f"{path}\n" for path in idle).encode())
    return 0


def emit_interfaces(engine: Engine, closure: Closure, result: Result) -> None:
    for name, module in closure.own.modules.items():
        if module.interface is None:
            continue
        entry = result.entries.get(name)
        if entry is not None:
            content = pack_bytes(result.version, {name: engine.interface_of(entry)})
        else:
            content = blocked_bytes(result.blocked or Blocked(closure.own.label, module.source, ""))
        write_if_changed(module.interface, content)


def sort_inputs(
    action: Action, closure: Closure, world: World, result: Result
) -> tuple[list[str], list[str]]:
    """The inputs that the result depends on, and those of the closure that it does not."""
    given = {manifest.pack for manifest in closure.packs() if manifest.pack}
    given |= {
        module.interface
        for manifest in closure.targets()
        for module in manifest.modules.values()
        if module.interface
    }
    given |= world.unowned_inputs()
    used = given
    if result.status < BLOCKING and not world.reasons:
        used = {origin for module in result.used if (origin := world.origin(module))}
    used = used | {world.files[path] for path in world.own.values()} | {action.manifest}
    used |= {manifest.path for manifest in closure.dependencies}
    if action.mypy_ini:
        used.add(action.mypy_ini)
    return sorted(used), sorted(given - used)


def tell_rivals(closure: Closure, world: World, result: Result) -> None:
    """Names what it uses and several targets have; of direct dependencies the aspect has told."""
    own = closure.own
    direct = {manifest.label for manifest in closure.targets() if manifest.path in own.deps}
    for module in sorted(result.used & world.rivals.keys()):
        first, *others = world.rivals[module]
        if not direct.issuperset(world.rivals[module]):
            print(
                f"{own.label}: module {module} is taken from {first}, not from {', '.join(others)}",
                file=sys.stderr,
            )


def tell_again(action: Action, result: Result) -> int:
    """Names what was analysed although another action owns it."""
    for module, reason in sorted(result.again.items()):
        print(
            f"{action.manifest}: module {module} was analysed again, because {reason}",
            file=sys.stderr,
        )
    return 1 if result.again and action.strict_cache else 0
