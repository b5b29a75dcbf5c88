import unittest

from tools.release.notes import notes


class NotesTest(unittest.TestCase):
    def test_notes(self) -> None:
        text = notes(["geo: Faster.", "money: Yen.", "geo: Right at the poles."])
        self.assertIn("\ngeo:\n- Faster.\n- Right at the poles.\n\nmoney:\n- Yen.\n", text)


if __name__ == "__main__":
    unittest.main()
