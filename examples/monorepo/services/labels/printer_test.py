import unittest

from services.labels.parcel import Parcel, parse_parcel
from services.labels.printer import labels


class PrinterTest(unittest.TestCase):
    def test_label(self) -> None:
        (label,) = labels([parse_parcel("!10614141234567890;Ada Lovelace;Dock 4\n")])
        self.assertIn("^FO40,90^FDDock 4^FS", label)
        self.assertIn("FRAGILE", label)
        self.assertIn("^FD106141412345678908^FS", label)

    def test_bad_serial(self) -> None:
        with self.assertRaises(ValueError):
            Parcel("123", ())


if __name__ == "__main__":
    unittest.main()
