"""What the journal keeps: one row for everything that changes a run. Replaying them gives the same state.

A transition records what was decided, not why: a newer scheduler can take over a run that an older one began.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Begun(NamedTuple):
    """The run began."""

    at: float
    run_id: str
    flow_hash: str
    seed: str
    inputs: Mapping[str, Any]
    breakers: Mapping[str, Mapping[str, Any]]


class Admitted(NamedTuple):
    """A step got its slot and resources; the intent to start it."""

    at: float
    step: str
    attempt: int


class Started(NamedTuple):
    """Its process."""

    at: float
    step: str
    attempt: int
    process: Any


class Succeeded(NamedTuple):
    """It ended well."""

    at: float
    step: str
    attempt: int
    outputs: Mapping[str, Any]
    cached: bool


class Failed(NamedTuple):
    """An attempt ended badly; it is tried again at ``retry_at``, or not at all (None)."""

    at: float
    step: str
    attempt: int
    error: str
    code: int | None
    message: str
    retry_at: float | None


class Stopping(NamedTuple):
    """A running attempt is being ended: a time limit, or the run was cancelled."""

    at: float
    step: str
    attempt: int
    why: str


class Deferred(NamedTuple):
    """An admitted attempt gave everything back before it began; or it ``began`` and was ended with its driver."""

    at: float
    step: str
    attempt: int
    until: float
    why: str = ""
    began: bool = False


class Expanded(NamedTuple):
    """A step with ``for_each`` has these items, for ever."""

    at: float
    step: str
    items: Sequence[Any]


class Closed(NamedTuple):
    """A step ended without an attempt of its own: skipped, blocked, cancelled; or a group ended with its children."""

    at: float
    step: str
    status: str
    reason: str


class Doubted(NamedTuple):
    """Nobody knows whether the attempt had its effect (``crashed``), or a person must agree first (``confirm``)."""

    at: float
    step: str
    attempt: int
    question: str


class Decided(NamedTuple):
    """The doubt is settled: done, again, failed; ``compensate`` is failed, and perhaps done."""

    at: float
    step: str
    verdict: str
    outputs: Mapping[str, Any]


class Stopped(NamedTuple):
    """No new steps: one failed, or the run was cancelled."""

    at: float
    reason: str
    cancelled: bool


class UndoBegun(NamedTuple):
    """What was done is taken back, last first."""

    at: float


class UndoAdmitted(NamedTuple):
    """A compensation got its slot and resources."""

    at: float
    step: str
    attempt: int


class Undone(NamedTuple):
    """A compensation ended well."""

    at: float
    step: str
    attempt: int


class UndoFailed(NamedTuple):
    """A compensation ended badly; it is tried again at ``retry_at``, or not at all (None)."""

    at: float
    step: str
    attempt: int
    message: str
    lost: bool
    retry_at: float | None


class Ended(NamedTuple):
    """The run is over."""

    at: float
    status: str


Transition = (
    Begun | Admitted | Started | Succeeded | Failed | Stopping | Deferred | Expanded | Closed | Doubted | Decided | Stopped
    | UndoBegun | UndoAdmitted | Undone | UndoFailed | Ended
)  # fmt: skip
KINDS: dict[str, Any] = {
    one.__name__.lower(): one
    for one in (
        Begun, Admitted, Started, Succeeded, Failed, Stopping, Deferred, Expanded, Closed, Doubted, Decided, Stopped,
        UndoBegun, UndoAdmitted, Undone, UndoFailed, Ended,
    )
}  # fmt: skip


def as_row(transition: Transition) -> tuple[str, list[Any]]:
    """Return the kind and its values, ready for JSON."""
    return type(transition).__name__.lower(), list(transition)


def from_row(kind: str, values: Sequence[Any]) -> Transition:
    """Return what ``as_row`` took apart; raise ``KeyError`` for a kind that this version does not know."""
    made: Transition = KINDS[kind](*values)
    return made
