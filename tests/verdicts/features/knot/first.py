"""Imports second, which imports this."""

from __future__ import annotations

from knot import second
from lib.core import Item


class First(Item):
    other: second.Second

    def partner(self) -> second.Second:
        return self.other


def wrong() -> str:
    return second.make()
