# SPDX-License-Identifier: Apache-2.0
"""Where things are defined is no business of dependents.

Plugins, mypy's own for dataclasses and attrs among them, keep notes about classes for subclasses in
other modules, and in them line numbers.  The one invariant: no such place gets into an interface.
"""

from __future__ import annotations

from typing import Any

from mypy.nodes import SymbolTable, TypeInfo

# What plugins keep for subclasses in other modules, down to the place of a definition.
PLACES = frozenset(("line", "column", "end_line", "end_column", "context_line", "context_column"))


def forget_places(names: SymbolTable, prefix: str) -> None:
    """Does it for the classes in `names` that are defined below `prefix`."""
    for symbol in names.values():
        info = symbol.node
        if isinstance(info, TypeInfo) and info.fullname.startswith(f"{prefix}."):
            forget(info.metadata)
            forget_places(info.names, info.fullname)


def forget(value: Any) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in PLACES and isinstance(inner, int):
                value[key] = 1
            else:
                forget(inner)
    elif isinstance(value, list):
        for inner in value:
            forget(inner)
