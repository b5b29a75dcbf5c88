import unittest
from datetime import datetime, timezone
from decimal import Decimal

from domain.pricing.quote import Quoter
from domain.pricing.tariff import read_tariff
from domain.routing.planner import Planner
from domain.shipments.model import Shipment
from libs.base.clock import FrozenClock
from libs.base.ids import parse_customer_id, parse_shipment_id
from libs.money.currency import Currency
from libs.money.money import Money
from libs.money.rates import Rates
from libs.ports.ports import find_port

TARIFF = (
    '{"currency": "EUR", "per_tonne_and_megametre": "1", "minimum": "100", "surcharges": {"SG": 5}}'
)


def two_to_one(base: Currency, quote: Currency) -> Decimal:
    return Decimal(2)


class QuoteTest(unittest.TestCase):
    def test_quote(self) -> None:
        shipment = Shipment(
            parse_shipment_id("HRB-00000001"),
            parse_customer_id("C00001"),
            find_port("DEHAM"),
            find_port("SGSIN"),
            Decimal(2),
        )
        rates = Rates(two_to_one, FrozenClock(datetime(2026, 3, 1, tzinfo=timezone.utc)))
        quoter = Quoter(read_tariff(TARIFF), Planner([["DEHAM", "NLRTM", "SGSIN"]]), rates)
        quote = quoter.quote(shipment, Currency.USD)
        self.assertEqual(quote.ports, ("Hamburg", "Rotterdam", "Singapore"))
        # The minimum, one transfer and the surcharge, at two dollars to the euro.
        self.assertEqual(quote.price, Money(Currency.USD, Decimal(2 * (100 + 25 + 5))))


if __name__ == "__main__":
    unittest.main()
