"""Events as counters of the local statsd."""

import socket

from libs.telemetry.events import Event

ADDRESS = ("127.0.0.1", 8125)


class StatsdSink:
    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def record(self, event: Event) -> None:
        tags = ",".join(f"{key}:{value}" for key, value in sorted(event.tags.items()))
        packet = f"harbor.{event.name}:1|c" + (f"|#{tags}" if tags else "")
        self._socket.sendto(packet.encode(), ADDRESS)


SINK = StatsdSink()
