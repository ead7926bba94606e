"""What people wrote down, held against the facts: claimed states, ticked figures, dependencies told twice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from phoenix_cli.workstreams.findings import Finding
from phoenix_cli.workstreams.network.resolving import Network
from phoenix_cli.workstreams.states.deriving import Derived
from phoenix_cli.workstreams.states.facts import Facts


class Tick(NamedTuple):
    """A figure that a report ticks; ``reading`` is what stands beside it."""

    name: str
    reading: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Claims:
    """What a status report claims, by id; states are words of ours. ``file`` is the report."""

    file: str
    states: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ticks: tuple[Tick, ...] = ()
    told: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def contradictions(
    network: Network, derived: Mapping[str, Derived], facts: Facts, claims: Claims | None = None
) -> list[Finding]:
    """Return where files and reports say otherwise than the facts."""
    found = [*_unread(network, derived, facts), *_merged(network, facts), *_slots(network, derived)]
    if claims is not None:
        found += [*_states(derived, claims), *_ticks(claims), *_told(network, claims)]
    return found


def _unread(network: Network, derived: Mapping[str, Derived], facts: Facts) -> Iterator[Finding]:
    for one in network.workstreams:
        if derived[one.id].state != "complete":
            continue
        readings = facts.readings.get(one.id, {})
        for gate in one.gates:
            if gate.id not in readings:
                unit = f" {gate.unit}" if gate.unit else ""
                message = f"{gate.id} {gate.must}{unit} is a target: {one.id} is complete, and nobody read it"
                yield Finding("W-TARGET", message, one.file, *gate.place, "phoenix workstream verify")


def _merged(network: Network, facts: Facts) -> Iterator[Finding]:
    for one in network.workstreams if facts.branches else ():
        branch = facts.branches.get(one.id)
        if one.merged and branch is not None and branch.ahead:
            message = f"{one.id} is called merged, and {one.branch_name} has {branch.ahead} commits that trunk lacks"
            yield Finding("W-MERGED", message, one.file, *one.place_of("merged"))


def _slots(network: Network, derived: Mapping[str, Derived]) -> Iterator[Finding]:
    """The stand-up has a slot for each agent, also for those that do not work."""
    standup = network.programme.calendar.standup
    if standup is None or not standup.every:
        return
    idle = [one.id for one in network.workstreams if one.agent and derived[one.id].state in ("queued", "ready")]
    if idle:
        message = f"the standup has slots for {len(idle)} that nobody works on: {', '.join(idle[:5])}"
        yield Finding("W-SLOT", message, network.programme.file, *network.programme.place_of("calendar"))


def _states(derived: Mapping[str, Derived], claims: Claims) -> Iterator[Finding]:
    for name, states in claims.states.items():
        if len(set(states)) > 1:
            yield Finding("W-STATES", f"{name} is called {', '.join(dict.fromkeys(states))}", claims.file)
        elif name in derived and states and states[0] != derived[name].state:
            why = "; ".join(derived[name].why)
            yield Finding("W-STATE", f"{name} is called {states[0]} and is {derived[name].state}: {why}", claims.file)


def _ticks(claims: Claims) -> Iterator[Finding]:
    for tick in claims.ticks:
        if not tick.reading:
            yield Finding("W-TICK", f"{tick.name} is ticked without a reading", claims.file, tick.line)
        elif not re.search(r"\d", tick.reading):
            message = f"{tick.name} is ticked, and {tick.reading!r} is no measurement"
            yield Finding("W-TICK", message, claims.file, tick.line)


def _told(network: Network, claims: Claims) -> Iterator[Finding]:
    for name, told in claims.told.items():
        number = network.numbers.get(name)
        if number is None:
            continue
        hard = {need.ref.name: need.hard for need in network.needs[number]}
        for other in told:
            if not hard.get(other, False):
                what = "calls it optional" if other in hard else "does not name it"
                message = f"{name} is said to depend on {other}, and its file {what}"
                yield Finding("W-TOLD", message, claims.file)
