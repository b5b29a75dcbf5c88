# SPDX-License-Identifier: Apache-2.0
"""Which way an analysis is made: chosen by mypy's version.

An engine analyses own modules over the entries of others.  Those of releases that are known work in
this process, on mypy's insides; any other release is asked by its command line.  The one invariant:
what an engine returns does not tell which engine it was.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, Optional, Protocol, Sequence

if TYPE_CHECKING:
    from .pack import Entry
    from .report import Result
    from .world import World

OLDEST = (1, 17)


class NotAccepted(Exception):
    """mypy rejects the entry of a dependency, whose source is not here."""


class ConfigurationError(Exception):
    """What mypy says about a configuration that it cannot work with."""


class UnknownMypy(Exception):
    """A mypy for which there is no engine."""


class Settings(NamedTuple):
    """What tells one configuration of mypy from another."""

    mypy_ini: Optional[str]
    python_version: Optional[str]  # "3.11"
    platform: Optional[str]


class Engine(Protocol):
    """The functions of an engine, which is a module."""

    def typeshed(self, settings: Settings) -> Result:
        """Analyses all of typeshed."""

    def package(self, settings: Settings, world: World, wanted: Sequence[str]) -> Result:
        """Analyses what somebody who imports `wanted` needs of a package; reports nothing."""

    def target(self, settings: Settings, world: World, color: bool, silent: bool) -> Result:
        """Checks a target."""

    def interface_of(self, entry: Entry) -> Entry:
        """An own entry without what dependents cannot observe."""

    def dependencies_of(self, meta: bytes) -> Sequence[str]:
        """What the module of an entry imports."""

    def own_business(self, entry: Entry) -> Entry:
        """What interfaces and packs do not tell of an own entry."""


def choose() -> tuple[Engine, str]:
    """The engine for the mypy at hand, and what the user should know about it."""
    from mypy.version import __version__ as version

    from . import lean

    found = re.match(r"(\d+)\.(\d+)", version)
    release = (int(found[1]), int(found[2])) if found else OLDEST
    if release == (2, 4):
        with lean.imports():
            from . import mypy2

        return mypy2, ""
    if release == (1, 17):
        from . import mypy117

        return mypy117, ""
    if release > OLDEST:
        from . import plain

        return plain, f"mypy {version} is not known: asking it by its command line, which is slower"
    raise UnknownMypy(
        f"mypy {version} is too old for mode shared, which needs {OLDEST[0]}.{OLDEST[1]} or later:"
        " use --@rules_mypy//mypy:mode=compat"
    )
