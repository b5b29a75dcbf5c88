import unittest
from datetime import datetime, timezone
from typing import Any

import requests

from services.webhooks.delivery import Delivery, signature
from services.webhooks.payload import Payload
from services.webhooks.throttle import Throttle

URL = "https://partner.example/hook"
ARRIVED = Payload(
    event="arrived",
    shipment="HRB-00000001",
    port="NLRTM",
    time=datetime(2026, 3, 1, tzinfo=timezone.utc),
)


class FakeSession(requests.Session):
    def __init__(self, *statuses: int) -> None:
        super().__init__()
        self.statuses = list(statuses)
        self.signatures: list[str] = []

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        self.signatures.append(kwargs["headers"]["X-Harbor-Signature"])
        response = requests.Response()
        response.status_code = self.statuses.pop(0)
        return response


class DeliveryTest(unittest.TestCase):
    def test_failing_partner_is_left_alone(self) -> None:
        now = 0.0
        session = FakeSession(200, 503, 200)
        delivery = Delivery(b"secret", Throttle(60, timer=lambda: now), session)
        self.assertEqual(delivery.send_all(URL, [ARRIVED] * 4), 1)
        now = 61.0
        self.assertTrue(delivery.send(URL, ARRIVED))
        body = ARRIVED.model_dump_json().encode()
        self.assertEqual(session.signatures, [signature(b"secret", body)] * 3)


if __name__ == "__main__":
    unittest.main()
