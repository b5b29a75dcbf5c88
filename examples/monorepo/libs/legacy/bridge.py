"""Types for what is left of the telex system."""

from libs.base.ids import ShipmentId, parse_shipment_id
from libs.legacy.telex import parse


def shipment_of_telex(line: str) -> ShipmentId | None:
    telex: object = parse(line)  # type: ignore[no-untyped-call]
    if isinstance(telex, dict):
        return parse_shipment_id(str(telex["id"]))
    if isinstance(telex, list) and telex:
        return parse_shipment_id(str(telex[0]))
    return None
