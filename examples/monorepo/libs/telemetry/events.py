"""What happened, how often, and who wants to know."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Event:
    name: str
    time: datetime
    tags: dict[str, str] = field(default_factory=dict)


class Sink(Protocol):
    def record(self, event: Event) -> None: ...
