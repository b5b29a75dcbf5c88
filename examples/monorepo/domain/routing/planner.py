"""Which ports a shipment passes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from domain.routing.graph import Graph
from libs.base.errors import NotFound
from libs.ports.ports import Port, find_port, sea_distance_km

Line = Sequence[str]


class Planner:
    """Knows the liner services: each is a sequence of ports, sailed in both directions."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._graph: Graph[str] = Graph()
        for line in lines:
            for start, end in pairwise(line):
                distance = sea_distance_km(find_port(start), find_port(end))
                self._graph.connect(start, end, distance)

    def route(self, origin: Port, destination: Port) -> list[Port]:
        path = self._graph.shortest_path(origin.locode, destination.locode)
        if path is None:
            raise NotFound("no route", origin=origin.locode, destination=destination.locode)
        return [find_port(locode) for locode in path]


def length_km(route: Sequence[Port]) -> float:
    return sum(sea_distance_km(start, end) for start, end in pairwise(route))
