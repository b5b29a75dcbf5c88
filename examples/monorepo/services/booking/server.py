"""Puts the booking desk together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from domain.booking.desk import Desk
from domain.booking.repository import MemoryRepository
from domain.pricing.bank import Bank
from domain.pricing.quote import Quote, Quoter
from domain.pricing.tariff import read_tariff
from domain.routing.planner import Planner
from libs.base.clock import Clock, SystemClock
from libs.base.errors import HarborError
from libs.money.currency import Currency
from libs.money.rates import Rates, Source
from libs.render.tables import table
from libs.render.templates import render
from libs.settings.settings import read_settings
from libs.telemetry.telemetry import Telemetry

TARIFF = Path(__file__).with_name("tariff.json")
LINES = (
    ("DEHAM", "NLRTM", "BEANR", "USNYC"),
    ("NLRTM", "SGSIN", "CNSHA", "JPTYO"),
    ("JPTYO", "USLAX"),
)


def make_desk(source: Source, clock: Clock) -> Desk:
    quoter = Quoter(read_tariff(TARIFF.read_text()), Planner(LINES), Rates(source, clock))
    return Desk(MemoryRepository(), quoter, Telemetry(clock))


def make_production_desk(environment: Mapping[str, str]) -> Desk:
    return make_desk(Bank(read_settings(environment)), SystemClock())


def letter(quote: Quote) -> str:
    return render(
        "quote.txt.j2",
        customer=quote.shipment.customer,
        origin=quote.ports[0],
        destination=quote.ports[-1],
        price=quote.price,
    )


def summary(quotes: list[Quote], errors: list[HarborError]) -> str:
    booked: list[list[object]] = [
        [quote.shipment.id, " - ".join(quote.ports), quote.price] for quote in quotes
    ]
    refused: list[list[object]] = [["-", str(error), error.code] for error in errors]
    return table(["shipment", "route", "price"], booked + refused)


def parse_and_book(desk: Desk, interchange: str, currency: Currency) -> tuple[str, list[str]]:
    quotes, errors = desk.book(interchange, currency)
    return summary(quotes, errors), [letter(quote) for quote in quotes]
