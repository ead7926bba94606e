"""What the files say: workstreams and the programme they are part of.

Named tuples, not dataclasses: every command makes up to 10,000 workstreams of nested values from cached tuples, and
``_make`` does that in C, four times as fast as a dataclass's ``__init__``.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

#: Line and column from 1, a plain tuple because ``marshal`` gives it back as it is; (0, 0) is nowhere.
At: TypeAlias = tuple[int, int]
NOWHERE: At = (0, 0)
_PLACE = struct.Struct("<II")
_NOTHING: Mapping[str, Any] = MappingProxyType({})


def packed_places(places: Mapping[str, At], fields: tuple[str, ...]) -> bytes:
    """Return the places of fields as pairs of 32-bit numbers in their order: one value for the cache instead of forty."""
    found = bytearray(8 * len(fields))
    for key, place in places.items():
        _PLACE.pack_into(found, 8 * fields.index(key.replace("-", "_")), *place)
    return bytes(found)


def place_in(places: bytes, fields: tuple[str, ...], key: str) -> At:
    """Return where a key stands, the top of the file when it is not there."""
    line, column = _PLACE.unpack_from(places, 8 * fields.index(key)) if places else NOWHERE
    return (line, column) if line else (1, 1)


class Ref(NamedTuple):
    """A name of something that is needed or enabled, and where it stands: ``id``, ``cap:x``, ``cap:x@all``, ``ext:x``."""

    text: str
    place: At = NOWHERE

    @property
    def kind(self) -> str:
        """``cap``, ``ext``, or "" for a bare name."""
        return self.text[:3] if self.text[3:4] == ":" else ""

    @property
    def name(self) -> str:
        """The name without ``cap:``, ``ext:`` and ``@all``."""
        return (self.text[4:] if self.text[3:4] == ":" else self.text).removesuffix("@all")

    @property
    def every(self) -> bool:
        """Whether all providers of a capability are wanted, not just one."""
        return self.text.endswith("@all")


class Estimate(NamedTuple):
    """Working days: best, likely, worst case."""

    best_d: float
    likely_d: float
    worst_d: float

    @property
    def mean_d(self) -> float:
        """The expected value of PERT: (best + 4 likely + worst) / 6."""
        return (self.best_d + 4 * self.likely_d + self.worst_d) / 6


class Dependencies(NamedTuple):
    """``required`` blocks, ``optional`` only ranks and warns, ``enables`` is the same seen from the other side."""

    required: tuple[Ref, ...] = ()
    optional: tuple[Ref, ...] = ()
    enables: tuple[Ref, ...] = ()


class Objective(NamedTuple):
    """One thing to reach. ``evidence`` is a commit, path, test id or gate id; ``needs`` are other objectives here."""

    id: str
    text: str
    done: bool = False
    estimate: Estimate | None = None
    evidence: str = ""
    needs: tuple[Ref, ...] = ()
    place: At = NOWHERE


class Deliverable(NamedTuple):
    """Files that must exist at the tip of the branch: at least ``min`` that match, or ``min`` times ``count`` in them."""

    path: str
    min: int = 1
    count: str = ""  # type: ignore[assignment]  # hides tuple.count, which nobody calls here
    text: str = ""
    place: At = NOWHERE


class Gate(NamedTuple):
    """A command whose reading must compare as ``must`` says. ``read``: ``exit``, ``.json.path`` or ``/regex/``."""

    id: str
    run: str
    read: str
    must: str
    title: str = ""
    kind: str = ""
    tags: tuple[str, ...] = ()
    unit: str = ""
    fresh: str = ""
    place: At = NOWHERE


class Milestone(NamedTuple):
    """A point in time. ``window``: a date, ``date..date``, ``week N`` or ``week N-M``."""

    id: str
    text: str = ""
    title: str = ""
    window: str = ""
    done: str = ""
    estimate: Estimate | None = None
    needs: tuple[Ref, ...] = ()
    place: At = NOWHERE


class Risk(NamedTuple):
    """What may go wrong; ``trigger`` is the id of an escalation or gate."""

    id: str
    text: str
    chance: str = ""
    impact: str = ""
    mitigation: str = ""
    trigger: str = ""
    closed: bool = False
    place: At = NOWHERE


class Workstream(NamedTuple):
    """One file. ``places`` tells ``place_of`` where its top keys stand; ``file`` is its name within the folder."""

    id: str
    title: str
    description: str = ""
    priority: int = 5
    agent: str = ""
    owner: str = ""
    repo: str = ""
    branch: str = ""
    base: str = ""
    dependencies: Dependencies = Dependencies()
    touches: tuple[str, ...] = ()
    objectives: tuple[Objective, ...] = ()
    deliverables: tuple[Deliverable, ...] = ()
    gates: tuple[Gate, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    risks: tuple[Risk, ...] = ()
    links: tuple[str, ...] = ()
    hold: str = ""
    cancelled: str = ""
    merged: str = ""
    places: bytes = b""
    file: str = ""

    @property
    def branch_name(self) -> str:
        """The branch that work happens on."""
        return self.branch or f"workstream/{self.id}"

    def place_of(self, key: str) -> At:
        """Return where a top key stands, the top of the file when it is not there."""
        return place_in(self.places, self._fields, key)


class Standup(NamedTuple):
    """Slot k is at ``at`` + k times ``every``, in the order of priority."""

    at: str = ""
    every: str = ""


class Integration(NamedTuple):
    """What is done on one day of the week."""

    id: str
    on: str
    title: str = ""
    run: tuple[str, ...] = ()
    place: At = NOWHERE


class Calendar(NamedTuple):
    """``week1`` is the Monday that "week 1" begins with."""

    timezone: str = "UTC"
    week1: str = ""
    workdays: tuple[str, ...] = ("mon", "tue", "wed", "thu", "fri")
    standup: Standup | None = None
    integration: tuple[Integration, ...] = ()
    next_review: str = ""


class Limits(NamedTuple):
    """How many workstreams may be claimed at once: in all, of one owner, in one repository; 0 is no limit."""

    wip: int = 0
    wip_per_owner: int = 0
    wip_per_repo: int = 0


class External(NamedTuple):
    """Something outside of the tracker: done since a date, or a command that tells."""

    title: str = ""
    done: str = ""
    verify: str = ""


class Phase(NamedTuple):
    """Workstreams that belong together."""

    id: str
    title: str = ""
    priority: int = 5
    members: tuple[Ref, ...] = ()
    place: At = NOWHERE


class Check(NamedTuple):
    """What is run each day, week or on demand."""

    id: str
    every: str
    run: str
    place: At = NOWHERE


class Escalation(NamedTuple):
    """``when``: ``ID is STATE`` or ``ID not STATE``; fires so long ``after`` the date ``since``."""

    id: str
    when: str
    after: str = ""
    since: str = ""
    notify: tuple[str, ...] = ()
    place: At = NOWHERE


class Programme(NamedTuple):
    """What holds for all workstreams of a folder."""

    id: str = ""
    title: str = ""
    description: str = ""
    version: str = ""
    repo: str = ""
    trunk: str = "main"
    calendar: Calendar = Calendar()
    limits: Limits = Limits()
    externals: Mapping[str, External] = _NOTHING
    phases: tuple[Phase, ...] = ()
    checks: tuple[Check, ...] = ()
    gates: tuple[Gate, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    places: bytes = b""
    file: str = ""

    def place_of(self, key: str) -> At:
        """Return where a top key stands, the top of the file when it is not there."""
        return place_in(self.places, self._fields, key)
