"""What we carry."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum, auto

import attrs

from libs.base.errors import InvalidInput
from libs.base.ids import CustomerId, ShipmentId
from libs.ports.ports import Port


class Status(Enum):
    BOOKED = auto()
    AT_SEA = auto()
    DELIVERED = auto()


_NEXT = {Status.BOOKED: Status.AT_SEA, Status.AT_SEA: Status.DELIVERED}


@attrs.frozen
class Shipment:
    id: ShipmentId
    customer: CustomerId
    origin: Port
    destination: Port
    tonnes: Decimal
    status: Status = Status.BOOKED

    def __attrs_post_init__(self) -> None:
        if self.tonnes <= 0:
            raise InvalidInput("no weight", id=self.id)
        if self.origin == self.destination:
            raise InvalidInput("goes nowhere", id=self.id, port=self.origin.locode)

    def advanced(self) -> Shipment:
        following = _NEXT.get(self.status)
        if following is None:
            raise InvalidInput("already delivered", id=self.id)
        return attrs.evolve(self, status=following)
