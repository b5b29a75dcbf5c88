from __future__ import annotations

import knot.first


class Second:
    def back(self) -> knot.first.First:
        return knot.first.First("back")

    def label(self) -> str:
        return self.back().partner().back().size


def make() -> Second:
    return Second()
