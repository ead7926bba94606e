"""The operation that lists runs: rows alone, so that it needs next to nothing of the engine."""

from __future__ import annotations

from phoenix_cli.engine.running import flow_runs
from phoenix_cli.engine.running.flow_runs import FlowRun
from phoenix_cli.kernel.state import State


def list_runs(*, state: State, flow: str = "", limit: int = 50, before: int = 0) -> list[FlowRun]:
    """List runs of flows, newest first."""
    return flow_runs.listed(state, flow=flow, limit=limit, before=before)
