"""Who waits for what: a resource and who holds it, another run, a breaker, the next attempt, a person's answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from phoenix_cli.engine.progress.run_view import RunView
from phoenix_cli.engine.projection import CONFIRM
from phoenix_cli.engine.step_states import BACKING_OFF, DOUBTFUL, READY, RUNNING, UNDOING, WAITING, StepState
from phoenix_cli.kernel.records import record

Kind = Literal["slot", "resource", "breaker", "elsewhere", "retry", "answer"]
ORDER: tuple[Kind, ...] = ("answer", "resource", "elsewhere", "breaker", "retry", "slot")
QUESTIONS = {CONFIRM: "may it begin?", "crashed": "was it done before it was lost?"}


@record
class Wait:
    """Steps that wait for the same thing. ``until`` is when it is looked at again, in the run's seconds."""

    kind: Kind
    what: str
    steps: tuple[str, ...]
    holders: tuple[str, ...] = ()
    until: float | None = None

    def why(self, at: float) -> str:
        """Say what is waited for, at a moment of the run: ``waits for gpu, held by train``."""
        left = f" in {seconds(self.until - at)}" if self.until is not None and self.until > at else ""
        if self.kind == "resource":
            return f"waits for {self.what}" + (f", held by {few(self.holders)}" if self.holders else "")
        if self.kind == "elsewhere":
            return self.what or "waits for another run"
        if self.kind == "breaker":
            return f"waits for {self.what}, which fails: tried again{left or ' soon'}"
        if self.kind == "retry":
            return f"trying again{left or ' now'}"
        if self.kind == "answer":
            return f"waits for an answer: {QUESTIONS.get(self.what, self.what)}"
        return "waits for a free slot"


def waits(view: RunView, at: float) -> list[Wait]:
    """Return what is waited for at a moment, most urgent first; steps that want the same are told together."""
    groups: dict[tuple[Kind, str, float | None], list[str]] = {}
    lacking: dict[int, tuple[Kind, str, float | None]] = {}
    for state in view.active.values():
        if state.status in (BACKING_OFF, DOUBTFUL, WAITING, READY):
            groups.setdefault(_reason(view, state, at, lacking), []).append(state.name)
    holders = _holders(view) if any(kind == "resource" for kind, _, _ in groups) else {}
    found = [
        Wait(kind, what, tuple(names), tuple(holders.get(what, ())) if kind == "resource" else (), until)
        for (kind, what, until), names in groups.items()
    ]
    return sorted(found, key=lambda one: (ORDER.index(one.kind), one.what, one.until or 0.0))


def wait_of(view: RunView, state: StepState, at: float) -> Wait | None:
    """Return what one step waits for; None when it waits for other steps only, or does not wait."""
    if state.name not in view.active or state.status not in (BACKING_OFF, DOUBTFUL, WAITING, READY):
        return None
    kind, what, until = _reason(view, state, at, {})
    return Wait(kind, what, (state.name,), tuple(_holders(view).get(what, ())) if kind == "resource" else (), until)


def _reason(
    view: RunView, state: StepState, at: float, lacking: dict[int, tuple[Kind, str, float | None]]
) -> tuple[Kind, str, float | None]:
    if state.status == DOUBTFUL:
        return "answer", state.message, None
    if state.status == BACKING_OFF and state.deferred and state.message != "interrupted":
        return "elsewhere", state.message, None
    if state.status == BACKING_OFF and state.retry_at is not None and state.retry_at > at:
        return "retry", "", state.retry_at
    key = id(state.lane)
    if key not in lacking:
        lacking[key] = _lacking(view, state, at)
    return lacking[key]


def _lacking(view: RunView, state: StepState, at: float) -> tuple[Kind, str, float | None]:
    """Return what the steps of a lane lack: they all want the same."""
    lane, run = state.lane, view.run
    if lane.breaker and not run.breakers[lane.breaker].allows(at):
        return "breaker", lane.breaker, run.breakers[lane.breaker].until
    name = run.pool.lacking(lane.claims)
    return ("resource", name, None) if name else ("slot", "", None)


def _holders(view: RunView) -> dict[str, list[str]]:
    """Return who holds each resource in this run."""
    found: dict[str, list[str]] = {}
    for state in _holding(view):
        for claim in state.lane.claims:
            found.setdefault(claim.resource, []).append(state.name)
    return found


def _holding(view: RunView) -> Iterator[StepState]:
    for state in view.running():
        if state.status == RUNNING or state.undo == UNDOING:
            yield state


def few(names: Sequence[str], most: int = 2) -> str:
    """Name some: ``build, test and 3 more``."""
    if len(names) <= most + 1:
        return ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + "".join(names[-1:])
    return f"{', '.join(names[:most])} and {len(names) - most} more"


def seconds(value: float | None) -> str:
    """Write a duration as everywhere: ``1.4s``, ``2m 05s``, ``3h 20m``."""
    if value is None:
        return ""
    if value < 59.95:
        return f"{max(0.0, value):.1f}s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes}m {rest:02d}s" if minutes < 60 else f"{minutes // 60}h {minutes % 60:02d}m"


def waiting_steps(found: Iterable[Wait]) -> int:
    """Count the steps in some waits."""
    return sum(len(one.steps) for one in found)
