from collections.abc import Mapping
from typing import NamedTuple

try:
    from harbor_geo._speedups import haversine_km
except ImportError:
    from harbor_geo._fallback import haversine_km


class Point(NamedTuple):
    """Degrees; north and east are positive."""

    latitude: float
    longitude: float


def distance_km(start: Point, end: Point) -> float:
    return haversine_km(*start, *end)


def nearest(point: Point, places: Mapping[str, Point]) -> str:
    """The name of the place nearest to `point`; of equals the first by name."""
    return min(sorted(places), key=lambda name: distance_km(point, places[name]))
