"""Results of steps in the cache: looked for before an attempt begins, kept after it ended well. In a thread of its own:
hashing the files that a result depends on may take a while."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from phoenix_cli.engine.executors.interface import Job, JobEnded, JobKey
from phoenix_cli.engine.instructions import Start, Work
from phoenix_cli.engine.model import Step
from phoenix_cli.engine.running.active import ActiveRun
from phoenix_cli.engine.running.inbox import Inbox, LookedUp
from phoenix_cli.engine.running.jobs import refusal
from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.errors import PhoenixError

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor


class Results(Protocol):
    """Knows results of steps. Its methods are called from one thread beside the coordinator's."""

    def key_of(self, step: Step, work: Work, dir: Path, environ: Mapping[str, str]) -> Any:
        """Return what names the result of a step that would be performed now."""

    def look_up(self, key: Any, dir: Path) -> Mapping[str, Any] | None:
        """Return the outputs that a result has, its files restored; None when it is not known."""

    def remember(self, key: Any, outputs: Mapping[str, Any], dir: Path, cost_s: float) -> str:
        """Keep a result; return why it was not kept, "" when it was."""

    def close(self) -> None:
        """Write down what is pending."""


class _Wanted(NamedTuple):
    job: Job
    key: Any
    since: float


class Remembering:
    """Between the coordinator and the cache; without a cache every look finds nothing."""

    def __init__(
        self, inbox: Inbox, clock: Clock, environ: Mapping[str, str], results: Callable[[], Results] | None
    ) -> None:
        self.inbox, self.clock, self.environ = inbox, clock, environ
        self._make = results
        self._results: Results | None = None
        self._pool: ThreadPoolExecutor | None = None
        self._wanted: dict[JobKey, _Wanted] = {}
        self._looking: set[JobKey] = set()
        self._stopped: set[JobKey] = set()

    def look_up(self, run: ActiveRun, job: Job, start: Start) -> None:
        """Ask the cache; the answer is a ``LookedUp`` in the inbox."""
        self._looking.add(job.key)
        self._work().submit(self._look, run, job, start)

    def _work(self) -> ThreadPoolExecutor:
        if self._pool is None:
            from concurrent.futures import ThreadPoolExecutor  # 3 ms, for flows that use the cache

            self._pool = ThreadPoolExecutor(1, "cache")
        return self._pool

    def _look(self, run: ActiveRun, job: Job, start: Start) -> None:
        hit = None
        try:
            hit = self._known(job, start)
        except Exception as error:  # noqa: BLE001 - a cache that does not work is one without the result; the run goes on
            _note(job, f"the cache was not asked: {_why(error)}")
        self.inbox.put(LookedUp(run, job, hit))

    def _known(self, job: Job, start: Start) -> Mapping[str, Any] | None:
        if self._results is None and self._make is not None:
            self._results = self._make()
        if self._results is None:
            return None
        dir = Path(job.dir)
        key = self._results.key_of(start.spec, start.work, dir, self.environ)
        hit = self._results.look_up(key, dir)
        if hit is None:
            self._wanted[job.key] = _Wanted(job, key, self.clock.monotonic())
        return hit

    def forget(self, key: JobKey) -> bool:
        """Note that a step is stopped while it is looked up; False when it is not looked up."""
        if key in self._looking:
            self._stopped.add(key)
            return True
        return False

    def was_stopped(self, key: JobKey) -> bool:
        """Take note that an answer has arrived; tell whether the step was stopped meanwhile."""
        self._looking.discard(key)
        if key not in self._stopped:
            return False
        self._stopped.discard(key)
        self._wanted.pop(key, None)
        return True

    def keeps(self, run: ActiveRun, report: JobEnded) -> bool:
        """Take a good end aside to keep its result first; the report comes again when that is done."""
        wanted = self._wanted.pop(report.key, None)
        if wanted is None or report.error:
            return False
        self._work().submit(self._keep, wanted, report)
        return True

    def _keep(self, wanted: _Wanted, report: JobEnded) -> None:
        assert self._results is not None
        cost = self.clock.monotonic() - wanted.since
        try:
            reason = self._results.remember(wanted.key, report.outputs, Path(wanted.job.dir), cost)
        except Exception as error:  # noqa: BLE001 - not kept: the step is made again next time; this one has ended well
            reason = _why(error)
        if reason:
            _note(wanted.job, f"the result was not kept: {reason}")
        self.inbox.put(report)

    def close(self) -> None:
        """Finish what is under way."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        if self._results is not None:
            self._results.close()


def _why(error: Exception) -> str:
    if isinstance(error, PhoenixError):
        return refusal(error)
    if isinstance(error, OSError) and error.strerror:
        return ": ".join(str(one) for one in (error.strerror.lower(), error.filename) if one)
    return f"{type(error).__name__}: {error}"


def _note(job: Job, text: str) -> None:
    """Add a line to a step's log; a log that cannot be written is somebody else's trouble."""
    with suppress(OSError), job.log.open("a", encoding="utf-8") as log:
        log.write(f"phoenix: {text}\n")
