"""What a supervisor decides: events in, a new state and instructions out. No clock, no process, no file.

    new ─Begin→ starting ─Ready→ running
    starting, running ─Exited→ (clearing, while anything of it is left) → waiting ─Tick→ starting
                                                                        ↘ ended: failed, or stopped
    any ─Stop→ stopping ─Looked: nothing left→ ended

``clearing`` ends what a crashed service left behind before it is started again: there are never two copies of it.
"""

from __future__ import annotations

import signal
from dataclasses import dataclass, replace
from typing import Literal

from phoenix_cli.ecosystem.services.backoff import delay, gives_up
from phoenix_cli.ecosystem.services.model import Policy, ReadyBy, Status
from phoenix_cli.kernel.processes import Identity, describe_exit

Phase = Literal["new", "starting", "running", "clearing", "waiting", "stopping", "ended"]
#: Shells and bubblewrap say this of a command that is not there or not a program: trying again does not help.
_CANNOT_RUN = (126, 127)


# --- events: each says when it was, in monotonic seconds ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Begin:
    """Start the service for the first time."""

    at: float


@dataclass(frozen=True, slots=True)
class Adopt:
    """Take over a service that lives already."""

    at: float
    ready: bool


@dataclass(frozen=True, slots=True)
class NotSpawned:
    """The program could not be executed."""

    at: float
    reason: str


@dataclass(frozen=True, slots=True)
class Ready:
    """It is ready, as was seen in this way."""

    at: float
    by: ReadyBy


@dataclass(frozen=True, slots=True)
class Exited:
    """The process that we started has ended; ``left``: something that it started has not. ``code`` None is unknown.

    ``jitter`` is a random number from 0 to 1 for the delay that may follow.
    """

    at: float
    code: int | None
    left: bool
    jitter: float = 0.0


@dataclass(frozen=True, slots=True)
class Looked:
    """The processes of the service that live at this moment; asked for while it is being ended."""

    at: float
    left: frozenset[Identity]


@dataclass(frozen=True, slots=True)
class Stop:
    """Somebody wants it to end."""

    at: float


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""

    at: float


Event = Begin | Adopt | NotSpawned | Ready | Exited | Looked | Stop | Tick


# --- instructions -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spawn:
    """Start the command."""


@dataclass(frozen=True, slots=True)
class Signal:
    """Send a signal to these processes."""

    number: int
    targets: frozenset[Identity]


@dataclass(frozen=True, slots=True)
class Record:
    """Write down what it is now. ``what`` names the event of the log."""

    status: Status
    what: str
    reason: str = ""
    ready_by: ReadyBy = ""


@dataclass(frozen=True, slots=True)
class Finish:
    """There is nothing more to supervise."""


Instruction = Spawn | Signal | Record | Finish
Step = tuple["Machine", list[Instruction]]


@dataclass(frozen=True, slots=True)
class Machine:
    """The state of one supervisor. ``wake_at`` is when a ``Tick`` is due; ``asked`` were sent SIGTERM."""

    policy: Policy
    phase: Phase = "new"
    starts: tuple[float, ...] = ()
    failures: int = 0
    ready_at: float | None = None
    wake_at: float | None = None
    kill_at: float = 0.0
    asked: frozenset[Identity] = frozenset()
    exit_code: int | None = None
    jitter: float = 0.0

    @property
    def ending(self) -> bool:
        """Tell whether ``Looked`` is awaited."""
        return self.phase in ("clearing", "stopping")


def step(machine: Machine, event: Event) -> Step:
    """Return what becomes of the machine by one event, and what is to be done."""
    match event:
        case Begin(at) if machine.phase == "new":
            return _spawn(machine, at)
        case Adopt(at, ready) if machine.phase == "new":
            return _adopt(machine, at, ready)
        case NotSpawned(_, reason) if machine.phase == "starting":
            return _end(machine, "failed", reason)
        case Ready(at, by) if machine.phase == "starting":
            return replace(machine, phase="running", ready_at=at), [Record("running", "running", ready_by=by)]
        case Exited():
            return _exited(machine, event)
        case Looked(at, left) if machine.ending:
            return _looked(machine, at, left)
        case Stop(at):
            return _stop(machine, at)
        case Tick(at) if machine.phase == "waiting" and machine.wake_at is not None and at >= machine.wake_at:
            return _spawn(machine, at)
    return machine, []


def _spawn(machine: Machine, at: float) -> Step:
    recent = tuple(start for start in machine.starts if at - start < machine.policy.within_s)
    fresh = replace(machine, phase="starting", starts=(*recent, at), wake_at=None, ready_at=None)
    return fresh, [Record("starting", "starting"), Spawn()]


def _adopt(machine: Machine, at: float, ready: bool) -> Step:
    reason = "adopted: its supervisor was killed"
    taken = replace(machine, phase="running" if ready else "starting", starts=(at,), ready_at=at if ready else None)
    return taken, [Record("running" if ready else "starting", "adopted", reason)]


def _exited(machine: Machine, event: Exited) -> Step:
    if machine.phase not in ("starting", "running"):
        return (replace(machine, exit_code=event.code) if machine.ending else machine), []
    if event.code == 0 and event.left:
        return machine, []  # it went into the background: what it left is the service now
    gone = replace(machine, exit_code=event.code, jitter=event.jitter)
    if not event.left:
        return _decide(gone, event.at)
    clearing = replace(gone, phase="clearing", kill_at=event.at + gone.policy.grace_s, asked=frozenset())
    return clearing, [Record("starting", "ended", f"{_said(event.code)}; ending what it left")]


def _said(code: int | None) -> str:
    return "ended, exit code unknown" if code is None else describe_exit(code)


def _looked(machine: Machine, at: float, left: frozenset[Identity]) -> Step:
    if not left and machine.phase == "stopping":
        return _end(machine, "stopped", "" if machine.exit_code is None else describe_exit(machine.exit_code))
    if not left:
        return _decide(machine, at)
    if at < machine.kill_at:
        return _ask(machine, at, left)
    if at < machine.kill_at + machine.policy.kill_s:
        return machine, [Signal(signal.SIGKILL, left)]
    pids = ", ".join(str(one.pid) for one in sorted(left, key=lambda one: one.pid))
    return _end(machine, "failed", f"processes that do not die: {pids}")


def _ask(machine: Machine, at: float, left: frozenset[Identity]) -> Step:
    """Ask everything to leave, once; what is started after that may be somebody's cleaning up, and has half the time."""
    fresh = left - machine.asked
    if not fresh or (machine.asked and at < machine.kill_at - machine.policy.grace_s / 2):
        return machine, []
    return replace(machine, asked=machine.asked | fresh), [Signal(signal.SIGTERM, fresh)]


def _stop(machine: Machine, at: float) -> Step:
    if machine.phase in ("new", "waiting"):
        return _end(machine, "stopped", "")
    if machine.phase in ("stopping", "ended"):
        return machine, []
    kill_at = machine.kill_at if machine.phase == "clearing" else at + machine.policy.grace_s
    asked = machine.asked if machine.phase == "clearing" else frozenset()
    stopping = replace(machine, phase="stopping", kill_at=kill_at, asked=asked, wake_at=None)
    return stopping, [Record("stopping", "stopping")]


def _decide(machine: Machine, at: float) -> Step:
    """Judge a service that has ended by itself, nothing of it left."""
    policy, code, said = machine.policy, machine.exit_code, _said(machine.exit_code)
    if code == 0 and policy.restart != "always":
        ready = machine.ready_at is not None
        return _end(machine, "stopped" if ready else "failed", said if ready else f"{said} before it was ready")
    if policy.restart == "never" or (code in _CANNOT_RUN and machine.ready_at is None):
        return _end(machine, "failed", said)
    if gives_up(policy, machine.starts, at):
        return _end(machine, "failed", f"crashed {policy.most_starts} times within {policy.within_s:g} s; last: {said}")
    steady = machine.ready_at is not None and at - machine.ready_at >= policy.within_s
    failures = 1 if steady else machine.failures + 1
    pause = delay(policy, failures, machine.jitter)
    waiting = replace(machine, phase="waiting", failures=failures, wake_at=at + pause, asked=frozenset())
    return waiting, [Record("starting", "crashed", f"{said}; starts again in {pause:.1f} s")]


def _end(machine: Machine, status: Status, reason: str) -> Step:
    return replace(machine, phase="ended", wake_at=None), [Record(status, status, reason), Finish()]
