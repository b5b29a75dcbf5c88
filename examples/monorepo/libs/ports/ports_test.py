import unittest

from harbor_geo import Point

from libs.base.errors import NotFound
from libs.ports.ports import find_port, nearest_port, sea_distance_km


class PortsTest(unittest.TestCase):
    def test_find(self) -> None:
        port = find_port("NLRTM")
        self.assertEqual((port.name, port.country), ("Rotterdam", "NL"))
        with self.assertRaises(NotFound):
            find_port("XXXXX")

    def test_nearest(self) -> None:
        self.assertEqual(nearest_port(Point(48.85, 2.35)).locode, "BEANR")

    def test_distance(self) -> None:
        self.assertGreater(sea_distance_km(find_port("NLRTM"), find_port("SGSIN")), 10_000)


if __name__ == "__main__":
    unittest.main()
