"""What steps usually take, by their fingerprints: an average in which newer runs weigh more.

Estimates half wrong are enough to schedule within 2 % of the bound (docs/design/0005), so nothing finer is kept.
"""

from __future__ import annotations

from collections.abc import Iterable

from phoenix_cli.engine.fingerprints import Prints, fingerprint, fingerprints
from phoenix_cli.engine.model import Flow
from phoenix_cli.engine.projection import Projection
from phoenix_cli.engine.step_states import SUCCEEDED
from phoenix_cli.kernel.clock import Clock, iso
from phoenix_cli.kernel.state import State

WEIGHT = 0.3  # of the newest run
SHORT_S = 0.02  # shorter ones are not kept: the rows would cost more than knowing them could save


def usual_seconds(state: State, flow: Flow, prints: Prints | None = None) -> dict[str, float]:
    """Return the usual seconds of those steps of a flow that ran before; ``prints`` are the hashes of the steps, if known."""
    if not state.exists() or state.read_one("SELECT 1 FROM step_durations LIMIT 1") is None:
        return {}
    prints = prints or fingerprints(flow)
    known: dict[str, float] = {}
    wanted = list(set(prints.values()))
    for first in range(0, len(wanted), 500):
        some = tuple(wanted[first : first + 500])
        marks = ", ".join("?" * len(some))
        for row in state.read(f"SELECT fingerprint, mean_s FROM step_durations WHERE fingerprint IN ({marks})", some):
            known[row["fingerprint"]] = row["mean_s"]
    return {name: known[one] for name, one in prints.items() if one in known}


def remember(state: State, run: Projection, clock: Clock) -> None:
    """Keep what the steps of a run took."""
    taken = list(_taken(run))
    if not taken:
        return
    now = iso(clock.now())
    with state.write() as connection:
        connection.executemany(
            "INSERT INTO step_durations (fingerprint, mean_s, runs, updated_at) VALUES (?, ?, 1, ?)"
            " ON CONFLICT (fingerprint) DO UPDATE SET mean_s = mean_s + ? * (excluded.mean_s - mean_s),"
            " runs = runs + 1, updated_at = excluded.updated_at",
            [(one, seconds, now, WEIGHT) for one, seconds in taken],
        )


def _taken(run: Projection) -> Iterable[tuple[str, float]]:
    for state in run.steps.values():
        begun = state.admitted_at if state.started_at is None else state.started_at
        if state.status != SUCCEEDED or state.cached or begun is None or state.ended_at is None or state.children:
            continue
        if state.ended_at - begun >= SHORT_S:
            yield fingerprint(state.spec), state.ended_at - begun
