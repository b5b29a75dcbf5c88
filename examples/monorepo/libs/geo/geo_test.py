import unittest

from harbor_geo import Point, distance_km, nearest

HAMBURG = Point(53.55, 9.99)
ROTTERDAM = Point(51.92, 4.48)
SINGAPORE = Point(1.29, 103.85)


class GeoTest(unittest.TestCase):
    def test_distance(self) -> None:
        self.assertAlmostEqual(distance_km(HAMBURG, ROTTERDAM), 412, delta=3)
        self.assertEqual(distance_km(HAMBURG, HAMBURG), 0)

    def test_nearest(self) -> None:
        places = {"NLRTM": ROTTERDAM, "SGSIN": SINGAPORE}
        self.assertEqual(nearest(HAMBURG, places), "NLRTM")


if __name__ == "__main__":
    unittest.main()
