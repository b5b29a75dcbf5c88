"""The price of a shipment along its route, in the customer's currency."""

from __future__ import annotations

from decimal import Decimal

import attrs

from domain.pricing.tariff import Tariff
from domain.routing.planner import Planner, length_km
from domain.shipments.model import Shipment
from libs.money.currency import Currency
from libs.money.money import Money
from libs.money.rates import Rates

PER_TRANSFER = Decimal(25)


@attrs.frozen
class Quote:
    shipment: Shipment
    ports: tuple[str, ...]
    price: Money


class Quoter:
    def __init__(self, tariff: Tariff, planner: Planner, rates: Rates) -> None:
        self._tariff = tariff
        self._planner = planner
        self._rates = rates

    def quote(self, shipment: Shipment, currency: Currency) -> Quote:
        route = self._planner.route(shipment.origin, shipment.destination)
        transfers = Money(self._tariff.currency, PER_TRANSFER) * (len(route) - 2)
        price = self._tariff.price(shipment, length_km(route)) + transfers
        ports = tuple(port.name for port in route)
        return Quote(shipment, ports, self._rates.convert(price, currency))
