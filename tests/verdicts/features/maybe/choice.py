"""Imports that depend on where and when."""

import sys
from typing import TYPE_CHECKING

try:
    import faster
except ImportError:
    faster = None

if TYPE_CHECKING:
    from lib.core import Item

if sys.version_info >= (3, 12):
    from tomorrow import Thing
else:
    Thing = int

if sys.platform == "win32":
    import winreg

    handle: str = winreg
else:
    handle: int = 3


def lazily(item: "Item") -> str:
    from lib.core import NAME

    if item.size:
        found = NAME
    return found
