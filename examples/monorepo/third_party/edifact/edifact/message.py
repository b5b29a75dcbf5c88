from __future__ import annotations

from dataclasses import dataclass, field

try:
    from ._tokenizer import segments
except ImportError:
    from ._fallback import segments


class ParseError(ValueError):
    pass


@dataclass
class Message:
    reference: str
    kind: str
    segments: list[tuple[str, ...]] = field(default_factory=list)

    def first(self, tag: str) -> tuple[str, ...] | None:
        return next((segment for segment in self.segments if segment[0] == tag), None)


def parse_interchange(text: str) -> list[Message]:
    messages: list[Message] = []
    current: Message | None = None
    for segment in segments(text):
        tag, *values = segment.split("+")
        if tag == "UNH":
            if len(values) < 2:
                raise ParseError(f"UNH without a kind: {segment}")
            current = Message(values[0], values[1].split(":")[0])
        elif tag == "UNT" and current is not None:
            messages.append(current)
            current = None
        elif current is not None:
            current.segments.append((tag, *values))
    if current is not None:
        raise ParseError(f"message {current.reference} has no end")
    return messages
