import json
import unittest
from typing import Any

import requests

from libs.base.errors import NotFound, Unavailable
from libs.http.client import Client
from libs.settings.settings import read_settings


class FakeSession(requests.Session):
    def __init__(self, status: int, body: object) -> None:
        super().__init__()
        self.status = status
        self.body = body

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        response = requests.Response()
        response.status_code = self.status
        response._content = json.dumps(self.body).encode()
        return response


def get(status: int, body: object) -> object:
    client = Client(read_settings({}), FakeSession(status, body))
    return client.get_json("https://harbor.example/ports", {"country": "NL"})


class ClientTest(unittest.TestCase):
    def test_success(self) -> None:
        self.assertEqual(get(200, {"a": 1}), {"a": 1})

    def test_failures(self) -> None:
        for status, body, expected in (
            (404, {}, NotFound),
            (500, {}, Unavailable),
            (200, [], Unavailable),
        ):
            with self.subTest(status=status), self.assertRaises(expected):
                get(status, body)


if __name__ == "__main__":
    unittest.main()
