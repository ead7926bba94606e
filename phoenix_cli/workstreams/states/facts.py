"""What is known of the world at one moment: handed in by those who read git, the database and the gates' commands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Lease(NamedTuple):
    """Who works on a workstream. Times are seconds since 1970; ``beat_at`` is None before the first heartbeat."""

    holder: str
    token: int
    expires_at: float
    beat_at: float | None = None


class Branch(NamedTuple):
    """A branch as git has it. ``ahead`` counts commits that trunk lacks; ``merged``: it had some, and its tip is in trunk.

    ``clashes`` are files that conflict with trunk; ``fits`` tells whether the branch merges in the n-way order, None
    when nobody tried.
    """

    tip: str
    ahead: int = 0
    merged: bool = False
    committed_at: float | None = None
    clashes: tuple[str, ...] = ()
    fits: bool | None = None


class Reading(NamedTuple):
    """What a gate's command told: ``pass``, ``fail`` or ``broken`` (it could not tell), at a commit and time."""

    result: str
    commit: str
    at: float
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """All by the id of the workstream; what is missing is not known, and nothing is taken to be so without a fact.

    ``delivered`` counts what was found for each deliverable in its order, at the branch's tip (or in trunk). ``failed``
    tells why a workstream will not be tried again. ``started`` are those that were at work at some time, by the event
    log. ``externals`` are results of ``verify``, and win over the date in the file.
    """

    now: float
    leases: Mapping[str, Lease] = field(default_factory=dict)
    branches: Mapping[str, Branch] = field(default_factory=dict)
    delivered: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    readings: Mapping[str, Mapping[str, Reading]] = field(default_factory=dict)
    approved: frozenset[str] = frozenset()
    failed: Mapping[str, str] = field(default_factory=dict)
    started: frozenset[str] = frozenset()
    externals: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """``active_s``: how long a commit counts as work going on, and after which silence is stale."""

    active_s: float = 86_400.0
