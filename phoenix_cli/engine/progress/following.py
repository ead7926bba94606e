"""Follow a run that another process drives, or that is over, by the rows of its journal."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from phoenix_cli.engine.progress.run_view import RunView
from phoenix_cli.engine.running import flow_runs
from phoenix_cli.engine.running.flow_runs import FlowRun
from phoenix_cli.engine.running.jobs import log_name
from phoenix_cli.engine.running.journal import entries
from phoenix_cli.engine.running.measured import usual_seconds
from phoenix_cli.engine.running.past import chosen, flow_of_run
from phoenix_cli.engine.step_reading import StepKind
from phoenix_cli.engine.step_states import StepState
from phoenix_cli.engine.transitions import Transition
from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.paths import Home
from phoenix_cli.kernel.state import State

LOOK_S = 1.0  # how often to look whether the coordinator still lives


class Following:
    """A run as its journal tells of it. ``view`` is empty until somebody feeds it what ``fresh`` returns."""

    def __init__(self, state: State, home: Home, clock: Clock, run: FlowRun, kinds: Mapping[str, StepKind]) -> None:
        self.state, self.clock, self.row = state, clock, run
        self.folder = home.flows / run.id
        flow = flow_of_run(run, kinds)
        room = int(run.options.get("max_parallel") or 1)
        self.view = RunView(flow, room=room, measured=usual_seconds(state, flow))
        self._seq = 0
        self._at = self._wall = 0.0
        self._ended = False
        self._looked = -LOOK_S

    def fresh(self) -> list[Transition]:
        """Return what has been written since the last time; one indexed read of SQLite, 20 us when there is nothing."""
        found = list(entries(self.state, self.row.number, self._seq))
        if found:
            last = found[-1]
            self._seq, self._wall, self._at = last.seq + 1, last.wall, last.transition.at
            self._ended = type(last.transition).__name__ == "Ended"
        return [one.transition for one in found]

    def now(self) -> float:
        """Return the run's seconds: the last transition's, and what has passed since then while somebody drives it."""
        if self._ended or self.row.status != "running":
            return self._at
        return self._at + max(0.0, self.clock.now().timestamp() - self._wall) if self._wall else 0.0

    def over(self) -> bool:
        """Tell whether nothing more comes: the run has ended, or nobody drives it. Looks at its row once a second."""
        now = self.clock.monotonic()
        if now - self._looked >= LOOK_S or self._ended:
            self._looked = now
            self.row = flow_runs.find(self.state, self.row.id)
        return self.row.status != "running"

    def log_of(self, state: StepState) -> Path | None:
        """Return the log of a step's last attempt, None when it wrote nothing."""
        return log_in(self.folder, state)


def log_in(folder: Path, state: StepState) -> Path | None:
    """Return the log of a step's last attempt below the folder of its run, None when there is none."""
    path = folder / log_name(state.name, state.attempt)
    return path if path.is_file() else None


def follow_run(*, state: State, home: Home, clock: Clock, kinds: Mapping[str, StepKind], run: str = "") -> Following:
    """Follow a run (default: the newest). Raises ``NotFound`` when there is none."""
    return Following(state, home, clock, chosen(state, run), kinds)
