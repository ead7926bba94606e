"""What reaches a coordinator: reports of executors, events from beside it, and a person's wish to leave."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from typing import Any, NamedTuple

from phoenix_cli.engine import events as e
from phoenix_cli.engine.executors.interface import Job, Source
from phoenix_cli.engine.running.active import ActiveRun


class Posted(NamedTuple):
    """An event for a run's machine that no executor reports."""

    run: ActiveRun
    event: e.Event


class LookedUp(NamedTuple):
    """The cache was asked for a job's result: ``hit`` is what it knew."""

    run: ActiveRun
    job: Job
    hit: Any


class Leave(NamedTuple):
    """End what runs and go, so that the run can be resumed; ``at_once``: do not wait for anything."""

    at_once: bool


class Inbox:
    """A queue that every thread, and a signal handler, may put into (``SimpleQueue`` is reentrant)."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._source: Source | None = None
        self._asleep = False

    def attach(self, source: Source | None) -> None:
        """Wait for a source, too, whenever the inbox is waited for."""
        self._source = source

    def put(self, item: Any) -> None:
        """Add something; whoever waits gets it."""
        self._queue.put(item)
        if self._asleep and self._source is not None:
            self._source.wake()

    @property
    def empty(self) -> bool:
        """Whether nothing is there at this moment."""
        return self._queue.empty()

    def take(self, timeout_s: float) -> Iterator[Any]:
        """Wait for something, then yield all that is there."""
        if self._source is not None and self._source.active:
            self._wait_for(self._source, timeout_s)
            timeout_s = 0.0
        get = self._queue.get
        try:
            yield get(True, timeout_s) if timeout_s > 0 else get(False)
            while True:
                yield get(False)
        except queue.Empty:
            return

    def _wait_for(self, source: Source, timeout_s: float) -> None:
        self._asleep = True  # before the look at the queue: who puts something there after it sees that we sleep
        try:
            ready = source.wait(timeout_s if self._queue.empty() else 0.0)
        finally:
            self._asleep = False
        source.see_to(ready)
