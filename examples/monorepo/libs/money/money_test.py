import unittest
from decimal import Decimal

from libs.base.errors import InvalidInput
from libs.money.currency import Currency, parse_currency
from libs.money.money import Money, total


class MoneyTest(unittest.TestCase):
    def test_rounding(self) -> None:
        self.assertEqual(str(Money(Currency.EUR, Decimal("1234.565"))), "1,234.56 EUR")
        self.assertEqual(str(Money(Currency.JPY, Decimal("99.5"))), "100 JPY")

    def test_total(self) -> None:
        amounts = [Money(Currency.USD, Decimal(n)) for n in range(4)]
        self.assertEqual(total(Currency.USD, amounts), Money(Currency.USD, Decimal(6)))

    def test_mixed_currencies(self) -> None:
        with self.assertRaises(InvalidInput):
            Money(Currency.EUR, Decimal(1)) + Money(Currency.USD, Decimal(1))

    def test_parse(self) -> None:
        self.assertIs(parse_currency("eur"), Currency.EUR)
        with self.assertRaisesRegex(InvalidInput, "XXX"):
            parse_currency("XXX")


if __name__ == "__main__":
    unittest.main()
