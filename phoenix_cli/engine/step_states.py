"""Where one step stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from phoenix_cli.engine.dispatch import Lane
from phoenix_cli.engine.model import Step

WAITING = "waiting"  # for other steps, or to be looked at
READY = "ready"  # for a slot and resources
RUNNING = "running"
BACKING_OFF = "backing_off"
DOUBTFUL = "doubtful"  # somebody or something must say whether it was done, or may begin
EXPANDED = "expanded"  # its children run
SUCCEEDED, FAILED, SKIPPED, BLOCKED, CANCELLED = "succeeded", "failed", "skipped", "blocked", "cancelled"
ENDS = frozenset({SUCCEEDED, FAILED, SKIPPED, BLOCKED, CANCELLED})
BAD_ENDS = frozenset({FAILED, BLOCKED, CANCELLED})

NO_UNDO, UNDO_WANTED, UNDO_READY, UNDOING, UNDO_BACKING_OFF, UNDONE, UNDO_FAILED = (
    "", "wanted", "ready", "running", "backing_off", "done", "failed",
)  # fmt: skip
NO_OUTPUTS: Mapping[str, Any] = {}


class StepState:
    """One step or one child of a step with ``for_each``. Times are the run's seconds; None is: not yet."""

    __slots__ = (
        "admitted_at", "after", "attempt", "before", "cached", "children", "code",
        "confirmed", "deferred", "ended_at", "error", "failed_needs", "item", "lane", "level",
        "lost", "message", "name", "open_children", "open_needs", "output_at", "outputs",
        "parent", "patient", "process", "rank", "ready_at", "retry_at", "slots",
        "spec", "started_at", "status", "stopping", "ticket", "tries", "undo",
        "undo_attempt", "undo_lost", "undo_open", "undo_retry_at", "undo_tries",
    )  # fmt: skip

    def __init__(self, name: str, spec: Step, lane: Lane, rank: int, slots: int, patient: bool) -> None:
        self.name = name
        self.spec = spec
        self.lane = lane
        self.rank = rank
        self.slots = slots
        self.patient = patient
        self.level = 0.0
        self.before: Sequence[StepState] = ()
        self.after: list[StepState] = []
        self.open_needs = 0
        self.failed_needs = False
        self.status = WAITING
        self.ticket = 0
        self.attempt = self.tries = self.lost = 0
        self.ready_at: float | None = None
        self.admitted_at: float | None = None
        self.started_at: float | None = None
        self.output_at: float | None = None
        self.retry_at: float | None = None
        self.ended_at: float | None = None
        self.process: Any = None
        self.stopping = ""
        self.confirmed = self.deferred = False
        self.outputs = NO_OUTPUTS
        self.cached = False
        self.error = self.message = ""
        self.code: int | None = None
        self.parent: StepState | None = None
        self.item: Any = None
        self.children: list[StepState] = []
        self.open_children = 0
        self.undo = NO_UNDO
        self.undo_attempt = self.undo_tries = self.undo_lost = self.undo_open = 0
        self.undo_retry_at: float | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more happens to it, apart from being undone."""
        return self.status in ENDS

    def summary(self) -> dict[str, Any]:
        """Return what can be told apart: equal after a replay. Ready is told as what it came from."""
        status = self.status
        if status == READY:
            status = WAITING if self.retry_at is None else BACKING_OFF
        undo = self.undo if self.undo != UNDO_READY else UNDO_WANTED if self.undo_retry_at is None else UNDO_BACKING_OFF
        return {
            "status": status, "attempt": self.attempt, "tries": self.tries, "lost": self.lost, "ready_at": self.ready_at,
            "retry_at": self.retry_at, "outputs": dict(self.outputs), "error": self.error, "code": self.code, "item": self.item,
            "message": self.message, "cached": self.cached, "undo": undo, "undo_attempt": self.undo_attempt,
            "stopping": self.stopping, "process": self.process, "open_needs": self.open_needs,
            "open_children": self.open_children,
            "children": [one.name for one in self.children], "confirmed": self.confirmed, "failed_needs": self.failed_needs,
        }  # fmt: skip
