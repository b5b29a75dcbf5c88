"""The currencies in which we send invoices."""

from enum import StrEnum

from libs.base.errors import InvalidInput


class Currency(StrEnum):
    EUR = "EUR"
    USD = "USD"
    JPY = "JPY"

    @property
    def digits(self) -> int:
        """Digits after the decimal point (ISO 4217)."""
        return 0 if self is Currency.JPY else 2


def parse_currency(code: str) -> Currency:
    try:
        return Currency(code.upper())
    except ValueError:
        raise InvalidInput("unknown currency", code=code) from None
