import unittest
from datetime import datetime, timedelta, timezone

from libs.base.clock import Clock, FrozenClock, SystemClock

START = datetime(2026, 3, 1, tzinfo=timezone.utc)


def age(clock: Clock, since: datetime) -> timedelta:
    return clock.now() - since


class ClockTest(unittest.TestCase):
    def test_frozen(self) -> None:
        clock = FrozenClock(START)
        self.assertEqual(age(clock, START), timedelta())
        clock.advance(timedelta(hours=2))
        self.assertEqual(age(clock, START), timedelta(hours=2))

    def test_naive_time_is_refused(self) -> None:
        with self.assertRaises(ValueError):
            FrozenClock(datetime(2026, 3, 1))

    def test_system(self) -> None:
        self.assertGreater(age(SystemClock(), START), timedelta())


if __name__ == "__main__":
    unittest.main()
