"""Distances on the Earth, as far as ships and lorries need them."""

from harbor_geo.distance import Point, distance_km, nearest

__all__ = ["Point", "distance_km", "nearest"]
