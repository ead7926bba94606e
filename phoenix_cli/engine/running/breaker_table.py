"""Breakers between runs: a target that was down for one run is left alone by the next, until its rest is over.

Runs reckon in their own seconds; the table in those of the wall clock, since a rest may outlast a boot. A rest is never
longer than the rule says, whatever the clock does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phoenix_cli.engine.model import Flow
from phoenix_cli.engine.projection import Projection
from phoenix_cli.kernel.clock import Clock, iso
from phoenix_cli.kernel.state import State


def load(state: State, flow: Flow, clock: Clock, at: float) -> dict[str, Mapping[str, Any]]:
    """Return what other runs left of a flow's targets, in the seconds of a run that is at ``at``."""
    rules = {step.breaker.target: step.breaker for step in flow.steps.values() if step.breaker is not None}
    found: dict[str, Mapping[str, Any]] = {}
    now = clock.now().timestamp()
    for target, rule in rules.items():
        row = state.read_one("SELECT * FROM breakers WHERE target = ?", (target,))
        if row is not None:
            rest = min(max(0.0, row["until"] - now), rule.cool_down_s)
            found[target] = {"status": row["status"], "failures": row["failures"], "until": at + rest}
    return found


def save(state: State, run: Projection, clock: Clock, at: float) -> None:
    """Keep how a run's targets are now; one that is closed without failures needs no row."""
    if not run.breakers:
        return
    moment = clock.now()
    with state.write() as connection:
        for target, one in run.breakers.items():
            if one.status == "closed" and not one.failures:
                connection.execute("DELETE FROM breakers WHERE target = ?", (target,))
            else:
                until = moment.timestamp() + max(0.0, one.until - at)
                connection.execute(
                    "INSERT OR REPLACE INTO breakers (target, status, failures, until, updated_at) VALUES (?, ?, ?, ?, ?)",
                    (target, one.status, one.failures, until, iso(moment)),
                )
