"""Amounts of money: exact, and never of two currencies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal

from libs.base.errors import InvalidInput
from libs.money.currency import Currency


@dataclass(frozen=True, order=True)
class Money:
    """`amount` is rounded to the currency's digits on the way in."""

    currency: Currency
    amount: Decimal

    def __post_init__(self) -> None:
        quantum = Decimal(1).scaleb(-self.currency.digits)
        object.__setattr__(self, "amount", self.amount.quantize(quantum, ROUND_HALF_EVEN))

    def __add__(self, other: Money) -> Money:
        if self.currency is not other.currency:
            raise InvalidInput("two currencies", left=self.currency, right=other.currency)
        return replace(self, amount=self.amount + other.amount)

    def __mul__(self, factor: Decimal | int) -> Money:
        return replace(self, amount=self.amount * factor)

    def __str__(self) -> str:
        return f"{self.amount:,} {self.currency}"


def total(currency: Currency, amounts: Iterable[Money]) -> Money:
    return sum(amounts, start=Money(currency, Decimal()))
