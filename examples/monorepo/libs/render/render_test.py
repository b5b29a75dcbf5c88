import unittest
from decimal import Decimal

from libs.money.currency import Currency
from libs.money.money import Money
from libs.render.documents import html_body
from libs.render.tables import table
from libs.render.templates import render


class RenderTest(unittest.TestCase):
    def test_letter(self) -> None:
        letter = render(
            "quote.txt.j2",
            customer="Ada",
            origin="Hamburg",
            destination="Tokyo",
            price=Money(Currency.EUR, Decimal(1200)),
        )
        self.assertIn("from Hamburg to Tokyo for 1,200.00 EUR.", letter)

    def test_table(self) -> None:
        self.assertEqual(table(["a", "b"], [[1, "x"]]).split(), ["a", "b", "1", "x"])

    def test_document(self) -> None:
        self.assertIn("<em>force majeure</em>", html_body("Not for *force majeure*."))


if __name__ == "__main__":
    unittest.main()
