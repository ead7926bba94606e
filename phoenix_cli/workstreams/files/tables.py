"""Which keys the files have: the one table that the reader, the JSON Schemas and the order of written keys come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phoenix_cli.workstreams import model as m
from phoenix_cli.workstreams.files import words as w
from phoenix_cli.workstreams.files.mappings import Field, Fields, Named
from phoenix_cli.workstreams.files.shapes import BAD, Choice, Flag, Json, Many, Reading, Shape, Text, Whole, place_of
from phoenix_cli.workstreams.files.yaml_tree import YamlNode

WORKSTREAM, PROGRAMME = "phoenix/workstream@1", "phoenix/programme@1"


class Reference(Text):
    """A name of a workstream, capability or external, with its place."""

    def read(self, node: YamlNode, reading: Reading) -> Any:
        """Return the reference."""
        found = super().read(node, reading)
        return BAD if found is BAD else m.Ref(found, place_of(node))


class Version(Text):
    """The schema a file is written in."""

    def __init__(self, word: str) -> None:
        super().__init__()
        self.word = word

    def read(self, node: YamlNode, reading: Reading) -> Any:
        """Return the word; a newer schema is named as such."""
        found = super().read(node, reading)
        if found is BAD or found == self.word:
            return found
        kind, _, version = found.partition("@")
        newer = kind == self.word.partition("@")[0] and version.isdigit() and int(version) > 1
        told = "is of a newer phoenix" if newer else "is not known here"
        return reading.note("E-SCHEMA", f"the schema {found[:60]!r} {told}", node, self.word)

    def schema(self) -> Json:
        """Return the shape as JSON Schema."""
        return {"const": self.word}


def _id(one: Any) -> str:
    return str(one.id)


def _text(one: Any) -> str:
    return str(getattr(one, "text", one))


ANY = Text()
SLUG = Text(w.SLUG, "a name of small letters, digits and single hyphens", code="E-ID", most=64)
REF = Reference(w.REF, "an id, cap:name, cap:name@all or ext:name", code="E-ID", most=80)
PEER = Reference(w.SLUG, "an id", code="E-ID", most=64)
DATE = Text(w.DATE, "a date such as 2025-07-04", code="E-DATE", convert=w.real_date)
WINDOW = Text(w.WINDOW, "a date, date..date, week N or week N-M", code="E-DATE", convert=w.window_form)
ESTIMATE = Text(w.ESTIMATE, "one value such as 2d, or best/likely/worst such as 1d/2d/4d", convert=w.estimate)
DURATION = Text(w.DURATION, "a duration such as 48h")
PATH = Text(convert=w.inside, form="a path or glob within the repository", code="E-PATH")
DAY = Choice("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LEVEL = Choice("low", "medium", "high")
TEXTS = Many(ANY)
REFS = Many(REF, key=_text)
PEERS = Many(PEER, key=_text)

GATE = Fields(
    m.Gate,
    {
        "id": SLUG, "title": ANY, "kind": Choice("functional", "quality"), "tags": TEXTS, "run": ANY,
        "read": Text(convert=w.reading_form, form="exit, a path in the command's JSON, or /pattern/"),
        "must": Text(w.MUST, "a comparison such as < 5"), "unit": ANY,
        "fresh": Text(w.FRESH, "commit, or how long a reading holds, such as 24h"),
    },
    ("id", "run", "read", "must"), what="a gate",
)  # fmt: skip
OBJECTIVE = Fields(
    m.Objective,
    {"id": SLUG, "text": ANY, "done": Flag(), "estimate": ESTIMATE, "evidence": ANY, "needs": PEERS},
    ("id", "text"), what="an objective",
)  # fmt: skip
DELIVERABLE = Fields(
    m.Deliverable,
    {"path": PATH, "count": ANY, "min": Whole(0, 1_000_000), "text": ANY},
    ("path",),
    what="a deliverable",
)
MILESTONE = Fields(
    m.Milestone,
    {"id": SLUG, "title": ANY, "text": ANY, "window": WINDOW, "done": DATE, "estimate": ESTIMATE, "needs": PEERS},
    ("id",), what="a milestone",
)  # fmt: skip
RISK = Fields(
    m.Risk,
    {"id": SLUG, "text": ANY, "chance": LEVEL, "impact": LEVEL, "mitigation": ANY, "trigger": SLUG, "closed": Flag()},
    ("id", "text"), what="a risk",
)  # fmt: skip
DEPENDENCIES = Fields(m.Dependencies, {"required": REFS, "optional": REFS, "enables": REFS}, what="dependencies")

WORKSTREAM_KEYS: Mapping[str, Shape] = {
    "id": SLUG, "title": ANY, "description": ANY, "priority": Whole(0, 9), "agent": SLUG, "owner": ANY, "repo": ANY,
    "branch": ANY, "base": ANY, "dependencies": DEPENDENCIES, "touches": Many(PATH, key=_text),
    "objectives": Many(OBJECTIVE, key=_id), "deliverables": Many(DELIVERABLE), "gates": Many(GATE, key=_id),
    "milestones": Many(MILESTONE, key=_id), "risks": Many(RISK, key=_id), "links": TEXTS, "hold": ANY, "cancelled": ANY,
    "merged": DATE,
}  # fmt: skip
INTEGRATION = Fields(
    m.Integration, {"id": SLUG, "on": DAY, "title": ANY, "run": TEXTS}, ("id", "on"), what="an integration day"
)
STANDUP = Fields(m.Standup, {"at": Text(w.CLOCK, "a time of day such as 09:00"), "every": DURATION}, what="the standup")
CALENDAR = Fields(
    m.Calendar,
    {"timezone": ANY, "week1": DATE, "workdays": Many(DAY, key=_text), "standup": STANDUP,
     "integration": Many(INTEGRATION, key=_id), "next-review": DATE},
    what="the calendar",
)  # fmt: skip
LIMIT = Whole(0, 10_000)
PHASE = Fields(m.Phase, {"id": SLUG, "title": ANY, "priority": Whole(0, 9), "members": PEERS}, ("id",), what="a phase")
CHECK = Fields(
    m.Check, {"id": SLUG, "every": Choice("day", "week", "demand"), "run": ANY}, ("id", "every", "run"), what="a check"
)
ESCALATION = Fields(
    m.Escalation,
    {"id": SLUG, "when": Text(w.WHEN, "ID is STATE, or ID not STATE"), "after": DURATION, "since": DATE, "notify": TEXTS},
    ("id", "when"), what="an escalation",
)  # fmt: skip
PROGRAMME_KEYS: Mapping[str, Shape] = {
    "id": SLUG, "title": ANY, "description": ANY, "version": ANY, "repo": ANY, "trunk": ANY, "calendar": CALENDAR,
    "limits": Fields(m.Limits, {"wip": LIMIT, "wip-per-owner": LIMIT, "wip-per-repo": LIMIT}, what="limits"),
    "externals": Named(SLUG, Fields(m.External, {"title": ANY, "done": DATE, "verify": ANY}, what="an external")),
    "phases": Many(PHASE, key=_id), "checks": Many(CHECK, key=_id), "gates": Many(GATE, key=_id),
    "escalations": Many(ESCALATION, key=_id), "milestones": Many(MILESTONE, key=_id),
}  # fmt: skip


class File(Fields):
    """A whole file: its fields, and ``schema``, which names what it is written in."""

    def __init__(self, make: Any, word: str, keys: Mapping[str, Shape], required: tuple[str, ...], what: str) -> None:
        super().__init__(make, keys, ("schema", *required), what=what)
        self.word = word
        self.keys = {"schema": Version(word), **keys}
        #: ``schema`` is read into the last field, which the reader then overwrites with the file's name.
        self._fields["schema"] = Field(len(make._fields) - 1, self.keys["schema"])

    def document(self) -> Json:
        """Return the JSON Schema that is shipped for editors."""
        return {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "title": self.what.removeprefix("the "),
            **self.schema(),
        }


WORKSTREAM_FILE = File(m.Workstream, WORKSTREAM, WORKSTREAM_KEYS, ("id", "title"), "the workstream")
PROGRAMME_FILE = File(m.Programme, PROGRAMME, PROGRAMME_KEYS, ("id",), "the programme")
