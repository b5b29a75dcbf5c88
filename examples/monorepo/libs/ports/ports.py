"""Ports by their UN/LOCODE."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from harbor_geo import Point, distance_km, nearest

from libs.base.errors import NotFound
from libs.ports.ports_table import PORTS


class Port(NamedTuple):
    locode: str
    name: str
    location: Point

    @property
    def country(self) -> str:
        return self.locode[:2]


_BY_LOCODE: Mapping[str, Port] = MappingProxyType(
    {
        locode: Port(locode, name, Point(latitude, longitude))
        for locode, name, latitude, longitude in PORTS
    }
)


def find_port(locode: str) -> Port:
    try:
        return _BY_LOCODE[locode]
    except KeyError:
        raise NotFound("no such port", locode=locode) from None


def nearest_port(point: Point) -> Port:
    return _BY_LOCODE[nearest(point, {port.locode: port.location for port in _BY_LOCODE.values()})]


def sea_distance_km(start: Port, end: Port) -> float:
    """A guess: ships go around things."""
    return 1.3 * distance_km(start.location, end.location)
