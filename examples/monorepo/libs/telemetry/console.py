"""Events on standard error, for people."""

import sys

from libs.telemetry.events import Event


class ConsoleSink:
    def record(self, event: Event) -> None:
        tags = " ".join(f"{key}={value}" for key, value in sorted(event.tags.items()))
        print(f"{event.time:%H:%M:%S} {event.name} {tags}".rstrip(), file=sys.stderr)


SINK = ConsoleSink()
