"""Do one thing for many repositories at once: gently with each server, and none of them fails the others."""

from __future__ import annotations

import os
import random
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Generic, TypeVar

from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.errors import Failed, PhoenixError, Unavailable
from phoenix_cli.vcs.failures import BUSY_SERVER, RETRYABLE
from phoenix_cli.vcs.runner import Git

LOCAL = "local"
HOST_LIMIT = 8  # connections at once to one server
ATTEMPTS = 3
FIRST_DELAY_S = 1.0
WAKE_S = 0.25  # a ^C that comes just before a thread begins to wait is noticed only when it wakes

Work = TypeVar("Work")
Result = TypeVar("Result")


def default_jobs() -> int:
    """Return how many at once: on two cores, 20 clones take 28 s one by one, 21 s by four, 31 s by eight; over a network
    more is better than that, since most of the time is waiting."""
    return max(4, min(16, 2 * (os.cpu_count() or 2)))


class Batch(Generic[Work, Result]):
    """Runs ``do`` for each piece of work on a few threads, started in order, as far as their hosts have room."""

    def __init__(
        self,
        do: Callable[[Work], Result],
        host_of: Callable[[Work], str],
        *,
        git: Git,
        clock: Clock,
        jobs: int,
        retrying: Callable[[Work, str], None],
        finished: Callable[[Work, Result | PhoenixError], None],
    ) -> None:
        self._do = do
        self._host_of = host_of
        self._git = git
        self._clock = clock
        self._jobs = jobs
        self._retrying = retrying
        self._finished = finished
        self._busy: Counter[str] = Counter()
        self._limits: dict[str, int] = {LOCAL: jobs}
        self._stopping = threading.Event()

    def run(self, works: Sequence[Work]) -> list[Result | PhoenixError]:
        """Return a result or an error for each, in the order given. An exception that is no failure of the work itself,
        ^C too, ends all of it first."""
        results: dict[int, Result | PhoenixError] = {}
        pending = deque(enumerate(works))
        running: dict[Future[Result], tuple[int, Work]] = {}
        with ThreadPoolExecutor(max_workers=max(1, min(self._jobs, len(works)))) as pool:
            try:
                while pending or running:
                    for index, work in self._startable(pending, len(running)):
                        running[pool.submit(self._attempt, work)] = (index, work)
                    done, _ = wait(running, timeout=WAKE_S, return_when=FIRST_COMPLETED)
                    for future in done:
                        index, work = running.pop(future)
                        self._busy[self._host_of(work)] -= 1
                        results[index] = result = _outcome(future, alone=len(works) == 1)
                        self._finished(work, result)
            except BaseException:
                self._stopping.set()
                self._git.stop()
                pool.shutdown(wait=True, cancel_futures=True)
                raise
        return [results[index] for index in range(len(works))]

    def _startable(self, pending: deque[tuple[int, Work]], running: int) -> Iterable[tuple[int, Work]]:
        blocked = []
        while pending and running < self._jobs:
            index, work = pending.popleft()
            host = self._host_of(work)
            if self._busy[host] < self._limits.get(host, HOST_LIMIT):
                self._busy[host] += 1
                running += 1
                yield index, work
            else:
                blocked.append((index, work))
        pending.extendleft(reversed(blocked))

    def _attempt(self, work: Work) -> Result:
        for number in range(1, ATTEMPTS):
            try:
                return self._do(work)
            except PhoenixError as error:
                if error.code not in RETRYABLE or self._stopping.is_set():
                    raise
                if error.code in BUSY_SERVER:
                    self._slow_down(self._host_of(work))
                self._retrying(work, f"{error.message}; again ({number + 1} of {ATTEMPTS})")
                self._pause(FIRST_DELAY_S * 4 ** (number - 1) * random.uniform(0.7, 1.3))
        return self._do(work)

    def _slow_down(self, host: str) -> None:
        self._limits[host] = max(1, self._limits.get(host, HOST_LIMIT) // 2)

    def _pause(self, seconds: float) -> None:
        """Wait while holding the host's place, so that the others are slowed down, too; in pieces, so that ^C ends it."""
        end = self._clock.monotonic() + seconds
        while not self._stopping.is_set() and (left := end - self._clock.monotonic()) > 0:
            self._clock.sleep(min(left, WAKE_S))


def _outcome(future: Future[Result], *, alone: bool) -> Result | PhoenixError:
    """Return a result, or the failure of this one. A bug is a bug when it was the only one; in a batch it must not take
    the others down."""
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, PhoenixError):
        return error
    if isinstance(error, OSError):
        return Unavailable(f"{error.strerror or error}", code="ecosystem.disk", cause=str(error.filename or ""))
    if alone or not isinstance(error, Exception):
        raise error
    return Failed(f"a bug: {type(error).__name__}: {error}", code="bug", hints=("import it alone for a report",))
