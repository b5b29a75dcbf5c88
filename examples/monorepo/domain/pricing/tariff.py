"""What a tonne costs over a thousand kilometres."""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel, Field

from domain.shipments.model import Shipment
from libs.money.currency import Currency
from libs.money.money import Money


class Tariff(BaseModel):
    currency: Currency
    per_tonne_and_megametre: Decimal = Field(gt=0)
    minimum: Decimal = Field(default=Decimal(0), ge=0)
    surcharges: dict[str, Decimal] = Field(default_factory=dict)

    def price(self, shipment: Shipment, distance_km: float) -> Money:
        megametres = Decimal(distance_km) / 1000
        freight = self.per_tonne_and_megametre * shipment.tonnes * megametres
        countries = (shipment.origin.country, shipment.destination.country)
        extra = sum((self.surcharges.get(country, Decimal(0)) for country in countries), Decimal(0))
        return Money(self.currency, max(freight, self.minimum) + extra)


def read_tariff(text: str) -> Tariff:
    return Tariff.model_validate_json(text)
