import unittest
from datetime import datetime, timezone
from decimal import Decimal

from libs.base.clock import FrozenClock
from libs.money.currency import Currency
from services.booking.server import make_desk, parse_and_book

INTERCHANGE = """
UNH+1+IFTMIN'BGM+340+HRB-00000001'NAD+C00042'LOC+DEHAM+SGSIN'MEA+12.5'UNT+6+1'
UNH+2+IFTMIN'BGM+340+HRB-00000001'NAD+C00042'LOC+DEHAM+USNYC'MEA+3'UNT+6+2'
UNH+3+IFTMIN'BGM+340+HRB-00000003'NAD+C00042'LOC+DEHAM+DEHAM'MEA+3'UNT+6+3'
"""


def parity(base: Currency, quote: Currency) -> Decimal:
    return Decimal(1)


class ServerTest(unittest.TestCase):
    def test_booking(self) -> None:
        desk = make_desk(parity, FrozenClock(datetime(2026, 3, 1, tzinfo=timezone.utc)))
        summary, letters = parse_and_book(desk, INTERCHANGE, Currency.USD)
        self.assertIn("Hamburg - Rotterdam - Singapore", summary)
        self.assertIn("goes nowhere", summary)
        self.assertIn("booked twice", summary)
        self.assertEqual(len(letters), 1)
        self.assertTrue(letters[0].startswith("Dear C00042,"))


if __name__ == "__main__":
    unittest.main()
