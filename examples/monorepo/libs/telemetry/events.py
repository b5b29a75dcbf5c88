"""What happened, how often, and who wants to know."""

from datetime import datetime
from typing import Protocol

import attrs


@attrs.frozen
class Event:
    name: str
    time: datetime
    tags: dict[str, str] = attrs.field(factory=dict)


class Sink(Protocol):
    def record(self, event: Event) -> None: ...
