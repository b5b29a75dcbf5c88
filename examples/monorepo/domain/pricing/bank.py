"""Exchange rates from our bank."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from libs.http.client import Client
from libs.money.currency import Currency
from libs.settings.settings import Settings


class Bank:
    """A source for Rates: call it with two currencies."""

    def __init__(self, settings: Settings, client: Client | None = None) -> None:
        self._url = settings.rates_url
        self._client = client or Client(settings)

    def __call__(self, base: Currency, quote: Currency) -> Decimal | None:
        body = self._client.get_json(f"{self._url}/latest", {"base": base, "quote": quote})
        try:
            return Decimal(str(body.get("rate")))
        except InvalidOperation:
            return None
