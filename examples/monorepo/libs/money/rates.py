"""Exchange rates, asked for at most once an hour."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from cachetools import TTLCache

from libs.base.clock import Clock
from libs.base.errors import Unavailable
from libs.money.currency import Currency
from libs.money.money import Money

HOUR = 3600.0

Pair = tuple[Currency, Currency]
# Asks a bank; None when it does not know.
Source = Callable[[Currency, Currency], Decimal | None]


class Rates:
    def __init__(self, source: Source, clock: Clock) -> None:
        self._source = source
        self._cache: TTLCache[Pair, Decimal] = TTLCache(
            maxsize=len(Currency) ** 2, ttl=HOUR, timer=lambda: clock.now().timestamp()
        )

    def rate(self, base: Currency, quote: Currency) -> Decimal:
        if base is quote:
            return Decimal(1)
        known = self._cache.get((base, quote))
        if known is None:
            known = self._source(base, quote)
            if known is None:
                raise Unavailable("no rate", base=base, quote=quote)
            self._cache[base, quote] = known
        return known

    def convert(self, money: Money, currency: Currency) -> Money:
        return Money(currency, money.amount * self.rate(money.currency, currency))
