import unittest
from datetime import datetime, timezone

from libs.base.clock import FrozenClock
from libs.telemetry.events import Event
from libs.telemetry.telemetry import Telemetry

NOW = datetime(2026, 3, 1, tzinfo=timezone.utc)


class ListSink:
    def __init__(self) -> None:
        self.events: list[Event] = []

    def record(self, event: Event) -> None:
        self.events.append(event)


class TelemetryTest(unittest.TestCase):
    def test_count(self) -> None:
        sink = ListSink()
        Telemetry(FrozenClock(NOW), sink).count("booked", port="NLRTM")
        self.assertEqual(sink.events, [Event("booked", NOW, {"port": "NLRTM"})])


if __name__ == "__main__":
    unittest.main()
