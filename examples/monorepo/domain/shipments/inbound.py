"""Shipments from the messages of our customers."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from edifact import Message, ParseError, parse_interchange

from domain.shipments.model import Shipment
from libs.base.errors import HarborError, InvalidInput
from libs.base.ids import ShipmentId, parse_customer_id, parse_shipment_id
from libs.base.result import attempt, partition
from libs.legacy.bridge import shipment_of_telex
from libs.ports.ports import find_port


def _value(message: Message, tag: str, position: int = 1) -> str:
    segment = message.first(tag)
    if segment is None or len(segment) <= position:
        raise InvalidInput("segment missing", reference=message.reference, tag=tag)
    return segment[position]


def _shipment(message: Message) -> Shipment:
    if message.kind != "IFTMIN":
        raise InvalidInput("not a transport instruction", kind=message.kind)
    return Shipment(
        id=parse_shipment_id(_value(message, "BGM", 2)),
        customer=parse_customer_id(_value(message, "NAD")),
        origin=find_port(_value(message, "LOC", 1)),
        destination=find_port(_value(message, "LOC", 2)),
        tonnes=Decimal(_value(message, "MEA")),
    )


def read_interchange(text: str) -> tuple[list[Shipment], list[HarborError]]:
    """The good messages of an interchange, and what is wrong with the others."""
    try:
        messages = parse_interchange(text)
    except ParseError as error:
        raise InvalidInput("not an interchange", reason=str(error)) from error
    return partition(attempt(partial(_shipment, message)) for message in messages)


def telexed_shipments(lines: list[str]) -> list[ShipmentId]:
    found = (shipment_of_telex(line) for line in lines)
    return [shipment for shipment in found if shipment is not None]
