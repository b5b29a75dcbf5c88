"""JSON over HTTP, with our errors in place of the library's."""

from __future__ import annotations

from collections.abc import Mapping

import requests

from libs.base.errors import NotFound, Unavailable
from libs.http.retry import session_with_retries
from libs.settings.settings import Settings


class Client:
    def __init__(self, settings: Settings, session: requests.Session | None = None) -> None:
        self._timeout = settings.timeout.total_seconds()
        self._session = session or session_with_retries(settings.retries)

    def get_json(self, url: str, query: Mapping[str, str]) -> Mapping[str, object]:
        try:
            response = self._session.get(url, params=dict(query), timeout=self._timeout)
            if response.status_code == requests.codes.not_found:
                raise NotFound("no such resource", url=url)
            response.raise_for_status()
        except requests.RequestException as error:
            raise Unavailable("request failed", url=url) from error
        body = response.json()
        if not isinstance(body, dict):
            raise Unavailable("not a JSON object", url=url)
        return body
