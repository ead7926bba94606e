"""What was read from a file as bytes and back, for the cache: ``marshal`` of plain tuples, 3 us a file.

``marshal`` is Python's own and tied to its version, and it is only ever fed from the database of this home; ``FORMAT``
names the version of Python, of marshal and the fields of the model, so that nothing older is taken for the same.
"""

from __future__ import annotations

import hashlib
import marshal
import sys
from collections.abc import Callable
from typing import Any

from phoenix_cli.workstreams import model as m
from phoenix_cli.workstreams.files.reading import ReadWorkstream
from phoenix_cli.workstreams.findings import Finding

_READER = 1  # raised when the reader notes other findings than before
_MODEL = [one._fields for one in (m.Workstream, m.Objective, m.Deliverable, m.Gate, m.Milestone, m.Risk)]
FORMAT = hashlib.blake2b(
    repr((sys.implementation.cache_tag, marshal.version, _READER, _MODEL)).encode(), digest_size=8
).hexdigest()


def pack(read: ReadWorkstream) -> bytes:
    """Return a workstream and its findings as bytes."""
    return marshal.dumps(_plain(tuple(read)))


def _plain(value: Any) -> Any:
    """Return named tuples as tuples: ``marshal`` takes no subclasses."""
    if isinstance(value, tuple):
        return tuple([_plain(one) for one in value])
    return value


def unpack(data: bytes) -> ReadWorkstream:
    """Return what was packed."""
    values, findings = marshal.loads(data)
    return ReadWorkstream(_workstream(values) if values else None, tuple(map(Finding._make, findings)))


def _workstream(values: tuple[Any, ...]) -> m.Workstream:
    found = list(values)
    required, optional, enables = found[_DEPENDENCIES]
    found[_DEPENDENCIES] = m.Dependencies(_refs(required), _refs(optional), _refs(enables))
    for at, make in _NESTED:
        if found[at]:
            found[at] = tuple([make(one) for one in found[at]])
    return m.Workstream._make(found)


def _refs(found: Any) -> tuple[m.Ref, ...]:
    return tuple([m.Ref(text, place) for text, place in found]) if found else ()


def _objective(values: Any) -> m.Objective:
    id_, text, done, estimate, evidence, needs, place = values
    return m.Objective(id_, text, done, estimate and m.Estimate._make(estimate), evidence, _refs(needs), place)


def _milestone(values: Any) -> m.Milestone:
    id_, text, title, window, done, estimate, needs, place = values
    guess = estimate and m.Estimate._make(estimate)
    return m.Milestone(id_, text, title, window, done, guess, _refs(needs), place)


_DEPENDENCIES = m.Workstream._fields.index("dependencies")
_NESTED: tuple[tuple[int, Callable[[Any], Any]], ...] = tuple(
    (m.Workstream._fields.index(name), make)
    for name, make in {
        "objectives": _objective, "deliverables": m.Deliverable._make, "gates": m.Gate._make, "milestones": _milestone,
        "risks": m.Risk._make,
    }.items()
)  # fmt: skip
