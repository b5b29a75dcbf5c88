"""Where shipments are kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from domain.shipments.model import Shipment, Status
from libs.base.errors import InvalidInput, NotFound
from libs.base.ids import ShipmentId


class Repository(Protocol):
    def add(self, shipment: Shipment) -> None: ...

    def get(self, id: ShipmentId) -> Shipment: ...

    def with_status(self, status: Status) -> Iterator[Shipment]: ...


class MemoryRepository:
    def __init__(self) -> None:
        self._shipments: dict[ShipmentId, Shipment] = {}

    def add(self, shipment: Shipment) -> None:
        if shipment.id in self._shipments:
            raise InvalidInput("booked twice", id=shipment.id)
        self._shipments[shipment.id] = shipment

    def get(self, id: ShipmentId) -> Shipment:
        try:
            return self._shipments[id]
        except KeyError:
            raise NotFound("no such shipment", id=id) from None

    def with_status(self, status: Status) -> Iterator[Shipment]:
        return (shipment for shipment in self._shipments.values() if shipment.status is status)
