"""Posts events to partners."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

import requests

from services.webhooks.payload import Payload
from services.webhooks.throttle import Throttle

TIMEOUT_SECONDS = 10


def signature(secret: bytes, body: bytes) -> str:
    return "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()


class Delivery:
    def __init__(
        self, secret: bytes, throttle: Throttle, session: requests.Session | None = None
    ) -> None:
        self._secret = secret
        self._throttle = throttle
        self._session = session or requests.Session()

    def send(self, url: str, payload: Payload) -> bool:
        """Whether the partner took it."""
        if not self._throttle.allows(url):
            return False
        body = payload.model_dump_json().encode()
        headers = {
            "Content-Type": "application/json",
            "X-Harbor-Signature": signature(self._secret, body),
        }
        try:
            response = self._session.post(url, data=body, headers=headers, timeout=TIMEOUT_SECONDS)
            response.raise_for_status()
        except requests.RequestException:
            self._throttle.failed(url)
            return False
        return True

    def send_all(self, url: str, payloads: Iterable[Payload]) -> int:
        return sum(self.send(url, payload) for payload in payloads)
