"""Partners that fail are left alone for a while."""

from __future__ import annotations

import time
from collections.abc import Callable

from cachetools import TTLCache


class Throttle:
    def __init__(
        self, seconds: float, size: int = 1024, timer: Callable[[], float] = time.monotonic
    ) -> None:
        self._failed: TTLCache[str, int] = TTLCache(maxsize=size, ttl=seconds, timer=timer)

    def allows(self, url: str) -> bool:
        return url not in self._failed

    def failed(self, url: str) -> None:
        self._failed[url] = 1
