"""Perform what a machine asks: hand jobs to the executor, lease what is shared, ask the cache, begin sub-flows."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from phoenix_cli.engine import events as e
from phoenix_cli.engine import instructions as i
from phoenix_cli.engine.executors.interface import Executor, Job, JobEnded, JobKey
from phoenix_cli.engine.instructions import Work
from phoenix_cli.engine.model import Step, SubFlow
from phoenix_cli.engine.running.active import ActiveRun
from phoenix_cli.engine.running.ending import Ending
from phoenix_cli.engine.running.inbox import Inbox, LookedUp, Posted
from phoenix_cli.engine.running.jobs import Environ, Kinds, job_of, refusal
from phoenix_cli.engine.running.remembering import Remembering
from phoenix_cli.engine.running.sharing import Sharing
from phoenix_cli.engine.running.subflows import SubFlows
from phoenix_cli.engine.step_states import RUNNING
from phoenix_cli.engine.transitions import Transition
from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.errors import PhoenixError, Refused

LOOK_S = 0.25  # how often what is held elsewhere is looked at
PUT_OFF_S = 60.0


class Performer:
    """The hands of a coordinator; it decides nothing about a run."""

    def __init__(
        self,
        executor: Executor,
        inbox: Inbox,
        clock: Clock,
        environ: Environ,
        kinds: Kinds,
        *,
        slots: int,
        grace_s: float,
        sharing: Sharing,
        remembering: Remembering,
        ending: Ending,
        subflows: SubFlows,
    ) -> None:
        self.executor, self.inbox, self.clock, self.environ, self.kinds = executor, inbox, clock, environ, kinds
        self.slots, self.grace_s = slots, grace_s
        self.sharing, self.remembering, self.ending, self.subflows = sharing, remembering, ending, subflows
        self.runs: dict[str, ActiveRun] = {}
        self.jobs: dict[JobKey, ActiveRun] = {}
        self.waits: dict[JobKey, tuple[ActiveRun, i.Start | i.StartUndo]] = {}
        self.to_give_back: list[JobKey] = []
        self.looked_at = clock.monotonic()

    @property
    def busy(self) -> bool:
        """Whether anything is under way that will report."""
        return bool(self.jobs) or not self.inbox.empty

    def room_of(self, run: ActiveRun) -> int:
        """Return how many steps of a run may run at once when it is alone."""
        most = run.machine.run.flow.max_parallel
        return min(self.slots, most) if most else self.slots

    def perform(self, run: ActiveRun, one: i.Instruction) -> None:
        """Do what an instruction says; what comes of it arrives in the inbox."""
        _PERFORM[type(one)](self, run, one)

    def _start(self, run: ActiveRun, one: i.Start) -> None:
        key = JobKey(run.id, one.step, one.attempt)
        if one.spec.resources and not self._leased(run, key, one):
            return
        if type(one.work.action) is SubFlow:
            self.subflows.start(self, run, one)
            return
        try:
            job = self._job(run, key, one.work, one.spec)
        except PhoenixError as error:
            self._refused(run, one, key, error)
            return
        self.jobs[key] = run
        if one.spec.cache is not None:
            self.remembering.look_up(run, job, one)
        else:
            self.executor.submit(job)

    def _job(self, run: ActiveRun, key: JobKey, work: Work, spec: Step) -> Job:
        return job_of(run, key, work, spec, self.environ, self.kinds, self.sharing.variables)

    def _refused(self, run: ActiveRun, one: i.Start, key: JobKey, error: PhoenixError) -> None:
        self.to_give_back.append(key)
        kind = "refused" if isinstance(error, Refused) else "failed"
        self.inbox.put(Posted(run, e.StepFailed(run.now(), one.step, one.attempt, kind, None, refusal(error))))

    def _leased(self, run: ActiveRun, key: JobKey, one: i.Start) -> bool:
        """Take what others on this machine share with the step; put the step off when somebody has it."""
        claims = run.shared_claims(one.step)
        why = self.sharing.take(run, key, claims) if claims else None
        if why is None:
            return True
        if why.for_ever:
            event: e.Event = e.StepFailed(run.now(), one.step, one.attempt, "refused", None, why.text)
        else:
            self.waits[key] = (run, one)
            event = e.StepDeferred(run.now(), one.step, one.attempt, run.now() + PUT_OFF_S, why.text)
        self.inbox.put(Posted(run, event))
        return False

    def _start_undo(self, run: ActiveRun, one: i.StartUndo) -> None:
        key = JobKey(run.id, one.step, one.attempt, "undo")
        claims = run.shared_claims(one.step)
        if claims and self.sharing.take(run, key, claims) is not None:
            self.waits[key] = (run, one)  # an undo is not put off: it keeps its turn
            return
        try:
            job = self._job(run, key, one.work, one.spec)
        except PhoenixError as error:
            self.inbox.put(Posted(run, e.UndoEnded(run.now(), one.step, one.attempt, False, False, refusal(error))))
            return
        self.jobs[key] = run
        self.executor.submit(job)

    def _stop(self, run: ActiveRun, one: i.Stop) -> None:
        child = run.children.get(one.step)
        if child is not None:
            self.inbox.put(Posted(child, e.CancelRun(child.now(), one.why)))
            return
        key = JobKey(run.id, one.step, one.attempt, run.role_of(one.step))
        if not self.remembering.forget(key):
            self.executor.cancel(key, self.grace_s)

    def _verify(self, run: ActiveRun, one: i.Verify) -> None:
        key = JobKey(run.id, one.step, one.attempt, "check")
        spec = run.machine.run.steps[one.step].spec
        try:
            job = self._job(run, key, one.work, spec)
        except PhoenixError:
            self.inbox.put(Posted(run, e.Answered(run.now(), one.step, "unknown", {})))
            return
        self.jobs[key] = run
        self.executor.submit(job)

    def _ask(self, run: ActiveRun, one: i.Ask) -> None:
        """Leave it: the machine keeps its questions, and the coordinator asks when nothing else can go on."""

    def _finish(self, run: ActiveRun, one: i.Finish) -> None:
        self.ending.over(run, one.status)
        if run.parent is not None:
            del self.runs[run.id]
            self.to_give_back.append(JobKey(run.parent.id, run.parent_step, run.parent_attempt))
            self.inbox.put(Posted(run.parent, self.subflows.outcome(run, one.status)))
            run.parent.children.pop(run.parent_step, None)

    def finished(self, report: JobEnded) -> ActiveRun | None:
        """Return the run that a report is about; None when nobody waits for it, or it is to be kept in the cache first."""
        run = self.jobs.get(report.key)
        if run is None or self.remembering.keeps(run, report):
            return None
        del self.jobs[report.key]
        self.to_give_back.append(report.key)
        return run

    def running(self, key: JobKey) -> ActiveRun | None:
        """Return the run that a job in progress belongs to."""
        return self.jobs.get(key)

    def began(self, key: JobKey, process: Mapping[str, Any]) -> ActiveRun | None:
        """Take note of a job's process; return the run that it belongs to."""
        self.sharing.began(key, process)
        return self.jobs.get(key)

    def jobs_running(self) -> list[JobKey]:
        """Return the jobs that have not reported their end."""
        return list(self.jobs)

    def looked_up(self, item: LookedUp) -> e.Event | None:
        """Go on with a step whose result was looked for: take what is there, or have it made."""
        key = item.job.key
        stopped = self.remembering.was_stopped(key)
        if key not in self.jobs:
            return None
        if (
            item.hit is None
            and not stopped
            and item.run.machine.run.steps[key.step].status == RUNNING
            and not item.run.machine.held
        ):
            self.executor.submit(item.job)
            return None
        del self.jobs[key]
        self.to_give_back.append(key)
        now = item.run.now()
        if item.hit is None and stopped:
            return e.StepFailed(now, key.step, key.attempt, "failed", None, "it was stopped")
        if item.hit is None:
            return e.StepDeferred(now, key.step, key.attempt, now, "interrupted")
        return e.StepSucceeded(now, key.step, key.attempt, item.hit, cached=True)

    def written(self, run: ActiveRun, transitions: Sequence[Transition]) -> None:
        """Give back what ended attempts held, now that the journal says that they ended, and before others are started."""
        if self.to_give_back:
            keys, self.to_give_back = self.to_give_back, []
            self.sharing.give_back(keys)
            self.executor.settled(keys)
        if run.machine.run.breakers and transitions:
            self.ending.keep_breakers(run)

    def patience_s(self) -> float:
        """Return how long the coordinator may sleep with regard to what is held elsewhere."""
        return LOOK_S if self.waits else math.inf

    def waited_for(self) -> Iterator[tuple[ActiveRun, e.Event]]:
        """Yield an event for each step whose resources may be free now; go on with undos by themselves."""
        if not self.waits or self.clock.monotonic() - self.looked_at < LOOK_S:
            return
        self.looked_at = self.clock.monotonic()
        for key, (run, one) in list(self.waits.items()):
            if isinstance(one, i.StartUndo):
                del self.waits[key]
                self._start_undo(run, one)
            elif run.machine.run.steps[one.step].status == RUNNING:
                continue  # the machine has not heard yet that it is put off
            elif not run.machine.run.steps[one.step].deferred:
                del self.waits[key]  # it was cancelled, or ran out of time
                self.sharing.stop_waiting(key)
            elif self.sharing.is_free(run, key, run.shared_claims(one.step)):
                del self.waits[key]
                yield run, e.Awake(run.now(), one.step)


_PERFORM: Mapping[type, Callable[[Performer, ActiveRun, Any], None]] = {
    i.Start: Performer._start,
    i.StartUndo: Performer._start_undo,
    i.Stop: Performer._stop,
    i.Verify: Performer._verify,
    i.Ask: Performer._ask,
    i.Finish: Performer._finish,
}
