import unittest

from domain.routing.graph import Graph
from domain.routing.planner import Planner, length_km
from libs.base.errors import NotFound
from libs.ports.ports import find_port

LINES = [["DEHAM", "NLRTM", "SGSIN", "CNSHA"], ["CNSHA", "JPTYO"], ["USNYC", "USLAX"]]


class PlannerTest(unittest.TestCase):
    def test_route(self) -> None:
        route = Planner(LINES).route(find_port("DEHAM"), find_port("JPTYO"))
        self.assertEqual([port.locode[:2] for port in route], ["DE", "NL", "SG", "CN", "JP"])
        self.assertGreater(length_km(route), length_km(route[:-1]))

    def test_no_route(self) -> None:
        with self.assertRaises(NotFound):
            Planner(LINES).route(find_port("DEHAM"), find_port("USNYC"))

    def test_graph(self) -> None:
        graph: Graph[str] = Graph()
        graph.connect("a", "b", 1)
        graph.connect("b", "c", 1)
        graph.connect("a", "c", 3)
        self.assertEqual(graph.shortest_path("a", "c"), ["a", "b", "c"])


if __name__ == "__main__":
    unittest.main()
