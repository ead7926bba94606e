"""What a run's row and journal add up to."""

from __future__ import annotations

from collections.abc import Mapping

from phoenix_cli.engine.graph import build
from phoenix_cli.engine.model import Flow
from phoenix_cli.engine.projection import Projection
from phoenix_cli.engine.running import flow_runs
from phoenix_cli.engine.running.flow_runs import FlowRun
from phoenix_cli.engine.running.journal import read_all
from phoenix_cli.engine.running.opening import flow_of
from phoenix_cli.engine.step_reading import StepKind
from phoenix_cli.kernel.state import State

Kinds = Mapping[str, StepKind]


def chosen(state: State, run: str) -> FlowRun:
    """Return the run that a word means; the newest without one."""
    return flow_runs.find(state, run) if run else flow_runs.newest(state)


def flow_of_run(run: FlowRun, kinds: Kinds) -> Flow:
    """Return the flow that a run carries through, as it was when the run began."""
    return flow_of(run.source, kinds, keep_going=bool(run.options.get("keep_going")))


def projection_of(state: State, run: FlowRun, kinds: Kinds) -> Projection:
    """Return the state of a run that its journal adds up to."""
    flow = flow_of_run(run, kinds)
    projection = Projection(flow, build(flow), int(run.options.get("max_parallel") or 1), {})
    for one in read_all(state, run.number)[0]:
        projection.apply(one)
    return projection
