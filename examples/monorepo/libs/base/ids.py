"""Identifiers: plain strings at run time, types of their own for the checker."""

import re
from typing import NewType

from libs.base.errors import InvalidInput

ShipmentId = NewType("ShipmentId", str)
CustomerId = NewType("CustomerId", str)

_SHIPMENT = re.compile(r"HRB-\d{8}")
_CUSTOMER = re.compile(r"C\d{5}")


def parse_shipment_id(text: str) -> ShipmentId:
    if not _SHIPMENT.fullmatch(text):
        raise InvalidInput("not a shipment id", text=text)
    return ShipmentId(text)


def parse_customer_id(text: str) -> CustomerId:
    if not _CUSTOMER.fullmatch(text):
        raise InvalidInput("not a customer id", text=text)
    return CustomerId(text)
