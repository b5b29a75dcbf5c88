import unittest
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from libs.base.clock import FrozenClock
from libs.money.currency import Currency
from libs.money.money import Money
from libs.money.rates import Rates


class RatesTest(unittest.TestCase):
    def setUp(self) -> None:
        self.asked: list[str] = []
        self.clock = FrozenClock(datetime(2026, 3, 1, tzinfo=timezone.utc))
        self.rates = Rates(self.ask, self.clock)

    def ask(self, base: Currency, quote: Currency) -> Decimal | None:
        self.asked.append(f"{base}/{quote}")
        return Decimal("1.25")

    def test_convert(self) -> None:
        euros = Money(Currency.EUR, Decimal(10))
        self.assertEqual(str(self.rates.convert(euros, Currency.USD)), "12.50 USD")
        self.assertEqual(self.rates.convert(euros, Currency.EUR), euros)

    def test_asks_once_an_hour(self) -> None:
        for _ in range(3):
            self.rates.rate(Currency.EUR, Currency.USD)
        self.assertEqual(self.asked, ["EUR/USD"])
        self.clock.advance(timedelta(hours=1))
        self.rates.rate(Currency.EUR, Currency.USD)
        self.assertEqual(len(self.asked), 2)


if __name__ == "__main__":
    unittest.main()
