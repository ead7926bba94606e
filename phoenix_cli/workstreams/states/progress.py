"""How much is done, how much of that has evidence, and what its gates told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from phoenix_cli.workstreams.files.words import holds, seconds
from phoenix_cli.workstreams.model import Gate, Programme, Workstream
from phoenix_cli.workstreams.states.facts import Facts, Reading

UNKNOWN_DAYS = 1.0  # of an objective nobody estimated


class Progress(NamedTuple):
    """``percent`` by estimated work, None without objectives; shown only beside its evidence."""

    percent: float | None
    done: int
    objectives: int
    with_evidence: int
    gates_passed: int
    gates_read: int
    gates: int

    @property
    def text(self) -> str:
        """``4/4 done, 3 with evidence, 2/4 gates read``."""
        told = f"{self.done}/{self.objectives} done, {self.with_evidence} with evidence"
        return f"{told}, {self.gates_read}/{self.gates} gates read" if self.gates else told


def progress(one: Workstream, programme: Programme, facts: Facts) -> Progress:
    """Return how far a workstream is."""
    weights = [each.estimate.mean_d if each.estimate else UNKNOWN_DAYS for each in one.objectives]
    reached = sum(weight for weight, each in zip(weights, one.objectives, strict=True) if each.done)
    total = sum(weights)
    done = [each for each in one.objectives if each.done]
    readings = facts.readings.get(one.id, {})
    gates = gates_of(one, programme)
    known = [readings[gate.id].result for gate in gates if gate.id in readings]
    percent = round(100 * reached / total, 1) if total else 100.0 if done and len(done) == len(weights) else None
    return Progress(
        percent, len(done), len(weights), sum(1 for each in done if each.evidence), known.count("pass"),
        len(known) - known.count("broken"), len(gates),
    )  # fmt: skip


def gates_of(one: Workstream, programme: Programme) -> tuple[Gate, ...]:
    """Return the gates a workstream must pass: its own, and those of the programme that it does not name anew."""
    if not programme.gates:
        return one.gates
    own = {gate.id for gate in one.gates}
    return (*one.gates, *[gate for gate in programme.gates if gate.id not in own])


def unmet_gates(one: Workstream, programme: Programme, facts: Facts) -> Iterator[tuple[Gate, str]]:
    """Yield the gates that do not pass now, each with the reason."""
    readings = facts.readings.get(one.id, {})
    branch = facts.branches.get(one.id)
    for gate in gates_of(one, programme):
        reading = readings.get(gate.id)
        if reading is None:
            yield gate, "no reading"
        elif reading.result != "pass":
            yield gate, reading.result if reading.value is None else f"{reading.value:g}, must be {gate.must}"
        elif is_old(gate, reading, branch.tip if branch else "", facts.now):
            yield gate, "its reading is old"


def failing_gates(one: Workstream, programme: Programme, facts: Facts) -> Iterator[tuple[Gate, str]]:
    """Yield the gates that were read at the tip and did not pass; one that is not read yet does not fail."""
    branch = facts.branches.get(one.id)
    readings = facts.readings.get(one.id)
    if not branch or not readings:
        return
    for gate, reason in unmet_gates(one, programme, facts):
        reading = readings.get(gate.id)
        if reading is not None and reading.result == "fail" and reading.commit == branch.tip:
            yield gate, reason


def is_old(gate: Gate, reading: Reading, tip: str, now: float) -> bool:
    """Tell whether a reading no longer counts: of another commit, or older than the gate allows."""
    if gate.fresh in ("", "commit"):
        return bool(tip) and reading.commit != tip
    return now - reading.at > seconds(gate.fresh)


def judged(gate: Gate, value: float | None, *, commit: str, at: float) -> Reading:
    """Return the reading of a value; a figure that could not be read is broken, never a pass."""
    if value is None:
        return Reading("broken", commit, at)
    return Reading("pass" if holds(gate.must, value) else "fail", commit, at, value)
