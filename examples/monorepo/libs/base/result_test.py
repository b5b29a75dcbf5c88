import unittest
from functools import partial

from libs.base.errors import InvalidInput
from libs.base.result import Failed, Ok, attempt, partition


def half(number: int) -> int:
    if number % 2:
        raise InvalidInput("odd", number=number)
    return number // 2


class ResultTest(unittest.TestCase):
    def test_attempt(self) -> None:
        self.assertEqual(attempt(lambda: half(4)), Ok(2))
        failed = attempt(lambda: half(3))
        assert isinstance(failed, Failed)
        self.assertEqual(str(failed.error), "odd (number=3)")

    def test_map(self) -> None:
        self.assertEqual(Ok(2).map(str), Ok("2"))

    def test_partition(self) -> None:
        values, errors = partition(attempt(partial(half, n)) for n in range(4))
        self.assertEqual(values, [0, 1])
        self.assertEqual([error.code for error in errors], ["invalid-input"] * 2)


if __name__ == "__main__":
    unittest.main()
