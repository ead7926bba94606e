"""Leave a run so that it can be resumed: end what runs, note it as put off, start nothing, undo nothing."""

from __future__ import annotations

from phoenix_cli.engine import events as e
from phoenix_cli.engine.executors.interface import JobEnded
from phoenix_cli.engine.running.active import ActiveRun
from phoenix_cli.engine.running.performing import Performer

GRACE_S = 1.0  # a person waits; what needs longer is killed
PATIENCE_S = 1.9  # calls in the coordinator's own threads cannot be ended: they are left behind


class Leaving:
    """Says when it is done: everything has ended, or the person wants to wait no longer."""

    def __init__(self, performer: Performer) -> None:
        self.performer = performer
        self.at_once = False
        self.until = performer.clock.monotonic() + PATIENCE_S

    def begin(self, *, at_once: bool) -> None:
        """Hold every run, and end what runs; the second time wait for nothing."""
        self.at_once = self.at_once or at_once
        for run in self.performer.runs.values():
            run.machine.held = True
        for key in self.performer.jobs_running():
            self.performer.executor.cancel(key, 0.0 if self.at_once else GRACE_S)

    def done(self) -> bool:
        """Tell whether nothing is left to wait for."""
        return self.at_once or not self.performer.busy or self.performer.clock.monotonic() >= self.until

    def event_of(self, run: ActiveRun, ended: JobEnded) -> e.Event | None:
        """Return what the end of a job means now; None when it means what it always does."""
        if not ended.error or ended.key.role == "check":
            return None
        if ended.key.role == "undo":
            return e.UndoEnded(run.now(), ended.key.step, ended.key.attempt, False, lost=True, message="interrupted")
        step, attempt = ended.key.step, ended.key.attempt
        state = run.machine.run.steps[step]
        if state.stopping:
            return None
        if state.spec.effect in ("pure", "idempotent"):
            return e.StepDeferred(run.now(), step, attempt, run.now(), "interrupted", began=True)
        return e.StepFailed(run.now(), step, attempt, "lost", ended.code, "interrupted")
