"""The booking desk: messages in, quotes out."""

from __future__ import annotations

from domain.booking.repository import Repository
from domain.pricing.quote import Quote, Quoter
from domain.shipments.inbound import read_interchange
from domain.shipments.model import Shipment
from libs.base.errors import HarborError
from libs.money.currency import Currency
from libs.telemetry.telemetry import Telemetry


class Desk:
    def __init__(self, repository: Repository, quoter: Quoter, telemetry: Telemetry) -> None:
        self._repository = repository
        self._quoter = quoter
        self._telemetry = telemetry

    def book(self, interchange: str, currency: Currency) -> tuple[list[Quote], list[HarborError]]:
        """Books every good message; what is wrong with one never stops the others."""
        shipments, errors = read_interchange(interchange)
        quotes: list[Quote] = []
        for shipment in shipments:
            try:
                quotes.append(self._book(shipment, currency))
            except HarborError as error:
                errors.append(error)
        for failure in errors:
            self._telemetry.count("refused", code=failure.code)
        return quotes, errors

    def _book(self, shipment: Shipment, currency: Currency) -> Quote:
        quote = self._quoter.quote(shipment, currency)
        self._repository.add(shipment)
        self._telemetry.count("booked", port=shipment.origin.locode)
        return quote
