"""Records events in the sink that this build was made with."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from libs.base.clock import Clock
from libs.telemetry.events import Event, Sink

SINKS = ("libs.telemetry.statsd", "libs.telemetry.console")


def default_sink() -> Sink:
    for name in SINKS:
        if find_spec(name) is not None:
            sink: Sink = import_module(name).SINK
            return sink
    raise RuntimeError("built without any sink")


class Telemetry:
    def __init__(self, clock: Clock, sink: Sink | None = None) -> None:
        self._clock = clock
        self._sink = sink or default_sink()

    def count(self, name: str, **tags: str) -> None:
        self._sink.record(Event(name, self._clock.now(), tags))
