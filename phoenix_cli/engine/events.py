"""What the driver tells the machine. ``at`` is in seconds since the run began and never goes back, also over a resume."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

Verdict = Literal["done", "again", "failed", "unknown"]


class Begin(NamedTuple):
    """The run begins. ``seed`` decides the jitter; ``breakers`` is what other runs left, by target."""

    at: float
    run_id: str
    seed: str
    inputs: Mapping[str, Any]
    breakers: Mapping[str, Mapping[str, Any]]


class StepStarted(NamedTuple):
    """An attempt has a process (its identity as JSON); the time limits of an attempt count from here."""

    at: float
    step: str
    attempt: int
    process: Any


class StepOutput(NamedTuple):
    """An attempt wrote something; not journaled, once a second is enough."""

    at: float
    step: str
    attempt: int


class StepSucceeded(NamedTuple):
    """An attempt ended well, or its result was in the cache."""

    at: float
    step: str
    attempt: int
    outputs: Mapping[str, Any]
    cached: bool = False


class StepFailed(NamedTuple):
    """An attempt ended badly: ``failed`` (with its exit status), ``lost`` (its worker died), ``unavailable``, ``refused``."""

    at: float
    step: str
    attempt: int
    error: str
    code: int | None = None
    message: str = ""


class StepDeferred(NamedTuple):
    """An attempt could not begin: another process holds what it needs; look again at ``until``, or when ``Awake`` comes.

    ``began``: it was under way and has been ended so that the driver can leave; it counts as no failure.
    """

    at: float
    step: str
    attempt: int
    until: float
    why: str = ""
    began: bool = False


class Awake(NamedTuple):
    """What a deferred step waits for may be there now: look again."""

    at: float
    step: str


class Answered(NamedTuple):
    """A person's answer, or that of a step's check, about a step of which nobody knows whether it was done."""

    at: float
    step: str
    verdict: Verdict
    outputs: Mapping[str, Any]


class UndoEnded(NamedTuple):
    """A compensation ended."""

    at: float
    step: str
    attempt: int
    ok: bool
    lost: bool = False
    message: str = ""


class CancelRun(NamedTuple):
    """Take no new work, stop what runs, take back what has an undo."""

    at: float
    reason: str


class Tick(NamedTuple):
    """Time went on; send it at ``Machine.wake_at``."""

    at: float


class Resume(NamedTuple):
    """A new driver took the run over. ``alive`` are the attempts that still run and are now its own."""

    at: float
    alive: frozenset[tuple[str, int]]


Event = (
    Begin
    | StepStarted
    | StepOutput
    | StepSucceeded
    | StepFailed
    | StepDeferred
    | Awake
    | Answered
    | UndoEnded
    | CancelRun
    | Tick
    | Resume
)
