"""A thread that shows a run, so that the one that drives it need not."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phoenix_cli.cli.views.flow_streams import View
    from phoenix_cli.engine.transitions import Transition

TICK_S = 0.1  # also before the first look: the first steps begin before anything is loaded to show them, 30 ms


class Showing:
    """Takes transitions from the coordinator's thread and shows them in one of its own.

    ``observe`` appends to a queue, a tenth of a microsecond for each step; all else happens in the timer's thread. An error
    there (a full disk under the todo file, a closed pipe) ends the showing, never the run; ``close`` raises it. ``make``
    returns the views: what is told of transitions, and those beside it that are told of the time only.
    """

    def __init__(self, make: Callable[[], Sequence[View]], every_s: float = TICK_S) -> None:
        self._make, self.every_s = make, every_s
        self._queue: deque[Sequence[Transition]] = deque()
        self.observe = self._queue.append
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._error: OSError | None = None
        self._thread = threading.Thread(target=self._run, name="progress", daemon=True)

    @cached_property
    def views(self) -> Sequence[View]:
        """The views, made when they are needed first."""
        return self._make()

    def start(self) -> None:
        """Begin to show."""
        self._thread.start()

    def _run(self) -> None:
        while not self._over.wait(self.every_s):
            with self._lock:
                self._tick()

    def _tick(self) -> None:
        if self._error is not None:
            self._queue.clear()
            return
        fresh: list[Transition] = []
        while self._queue:
            fresh += self._queue.popleft()
        try:
            main, *beside = self.views
            main.tick(fresh)
            for one in beside:
                one.tick(())
        except OSError as error:
            self._error = error

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Leave stderr to somebody who asks a question."""
        from phoenix_cli.cli.views.flow_live import LiveView

        with self._lock:
            self._tick()
            for one in self.views:
                if isinstance(one, LiveView):
                    one.clear()
            yield

    def close(self) -> None:
        """Show the end. Raises ``OSError`` when something could not be written."""
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._tick()
        if self._error is None:
            for one in self.views:
                one.close()
        elif not isinstance(self._error, BrokenPipeError):
            raise self._error
