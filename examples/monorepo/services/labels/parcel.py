"""A parcel, as the scanners know it."""

from __future__ import annotations

import attrs


def check_digit(digits: str) -> str:
    """The last digit of an SSCC (GS1): threes and ones from the right."""
    total = sum(int(digit) * (3 if i % 2 == 0 else 1) for i, digit in enumerate(reversed(digits)))
    return str(-total % 10)


@attrs.frozen
class Parcel:
    serial: str = attrs.field(validator=attrs.validators.matches_re(r"\d{17}"))
    address: tuple[str, ...]
    fragile: bool = False

    @property
    def sscc(self) -> str:
        return self.serial + check_digit(self.serial)


def parse_parcel(line: str) -> Parcel:
    """serial;address line;...;address line, with an exclamation mark in front if it can break."""
    fragile = line.startswith("!")
    serial, *address = line.lstrip("!").strip().split(";")
    return Parcel(serial, tuple(address), fragile)
