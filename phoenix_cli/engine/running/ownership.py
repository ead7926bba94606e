"""Who drives a run: the heartbeat, the wish of somebody else to cancel, and the end of the run as a row."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable

from phoenix_cli.engine.running import flow_runs
from phoenix_cli.engine.running.active import ActiveRun
from phoenix_cli.engine.running.journal import taken_over
from phoenix_cli.kernel.clock import Clock, iso
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.processes import Identity, boot_id, identify
from phoenix_cli.kernel.state import State

LOOK_S = 0.5


def myself(pid: int) -> Identity:
    """Return the identity of this process."""
    found = identify(pid)
    return found if found is not None else Identity(pid, "", boot_id())


class Ownership:
    """Of the runs of one coordinator."""

    def __init__(self, state: State, events: Events, clock: Clock, beat: Callable[[], None] = lambda: None) -> None:
        self.state, self.events, self.clock = state, events, clock
        self.beat_leases = beat
        self._looked = self._beaten = clock.monotonic()
        self._cancelled = False

    def look(self, root: ActiveRun) -> str | None:
        """Beat when it is time; return why somebody cancels the run, once. Raises ``Conflict`` when it was taken over."""
        now = self.clock.monotonic()
        if now - self._looked < LOOK_S:
            return None
        self._looked = now
        row = self.state.read_one("SELECT cancel_reason, fence FROM flow_runs WHERE number = ?", (root.number,))
        if row is None or row["fence"] != root.journal.fence:
            raise taken_over()
        if now - self._beaten >= flow_runs.BEAT_S:
            self._beaten = now
            self._beat(root, now)
        if row["cancel_reason"] is None or self._cancelled:
            return None
        self._cancelled = True
        return str(row["cancel_reason"])

    def _beat(self, root: ActiveRun, now: float) -> None:
        with self.state.write() as connection:
            connection.execute(
                "UPDATE flow_runs SET beat = ?, beat_at = ? WHERE number = ? AND fence = ?",
                (now, root.now(), root.number, root.journal.fence),
            )
        self.beat_leases()

    def ended(self, run: ActiveRun, status: str) -> None:
        """Write a run's end into its row."""
        counts = Counter(state.status for state in run.machine.run.steps.values())
        now = self.clock.now()
        with self.state.write() as connection:
            connection.execute(
                "UPDATE flow_runs SET status = ?, reason = ?, ended_at = ?, duration_s = ?, counts = ?, owner_pid = NULL"
                " WHERE number = ? AND fence = ?",
                (
                    status,
                    run.machine.run.reason,
                    iso(now),
                    run.now(),
                    json.dumps(counts),
                    run.number,
                    run.journal.fence,
                ),
            )
            if run.parent is None:
                self.events.append(
                    connection,
                    "flow.end",
                    run.id,
                    arguments={"flow": run.machine.run.flow.name},
                    after={"status": status},
                )

    def let_go(self, run: ActiveRun) -> None:
        """Say that nobody drives a run any more, so that the next one need not wait."""
        with self.state.write() as connection:
            connection.execute(
                "UPDATE flow_runs SET owner_pid = NULL WHERE number = ? AND fence = ?", (run.number, run.journal.fence)
            )
