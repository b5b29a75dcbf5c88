"""Shortest paths in a graph whose nodes have names."""

from __future__ import annotations

import heapq
from typing import Generic, TypeVar

N = TypeVar("N", bound=str)


class Graph(Generic[N]):
    def __init__(self) -> None:
        self._edges: dict[N, dict[N, float]] = {}

    def connect(self, start: N, end: N, cost: float) -> None:
        """Adds an edge in both directions."""
        self._edges.setdefault(start, {})[end] = cost
        self._edges.setdefault(end, {})[start] = cost

    def shortest_path(self, start: N, end: N) -> list[N] | None:
        queue: list[tuple[float, N, list[N]]] = [(0.0, start, [start])]
        done: set[N] = set()
        while queue:
            cost, node, path = heapq.heappop(queue)
            if node == end:
                return path
            if node in done:
                continue
            done.add(node)
            for neighbour, edge in self._edges.get(node, {}).items():
                heapq.heappush(queue, (cost + edge, neighbour, [*path, neighbour]))
        return None
