"""What a run's row and journal add up to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from phoenix_cli.engine.graph import build
from phoenix_cli.engine.model import Flow, SubFlow
from phoenix_cli.engine.projection import Projection
from phoenix_cli.engine.running import flow_runs
from phoenix_cli.engine.running.flow_runs import FlowRun
from phoenix_cli.engine.running.journal import read_all
from phoenix_cli.engine.running.opening import flow_of
from phoenix_cli.engine.running.telling import RunTold, told
from phoenix_cli.engine.step_reading import StepKind
from phoenix_cli.engine.step_states import RUNNING
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


def told_of(state: State, run: FlowRun, kinds: Kinds) -> RunTold:
    """Return what is told of a run, with the questions of its sub-flows' runs under names like ``step/step``."""
    projection = projection_of(state, run, kinds)
    found = told(run, projection)
    below = {
        f"{step}/{name}": question
        for step, child in going_below(state, run, projection)
        for name, question in told_of(state, child, kinds).questions.items()
    }
    return replace(found, questions={**found.questions, **below}) if below else found


def answerable(state: State, run: FlowRun, kinds: Kinds) -> dict[str, str]:
    """Return the steps about which a run that goes on may ask, and the question: the open ones, and what a crash makes one."""
    projection = projection_of(state, run, kinds)
    found = dict(told(run, projection).questions)
    for name, one in projection.steps.items():
        if one.status == RUNNING and one.spec.effect in ("once", "manual") and one.spec.on_ambiguous == "ask":
            found[name] = "crashed"
    for step, child in going_below(state, run, projection):
        found.update({f"{step}/{name}": asked for name, asked in answerable(state, child, kinds).items()})
    return found


def going_below(state: State, run: FlowRun, projection: Projection) -> Iterator[tuple[str, FlowRun]]:
    """Yield the steps of a run that are flows and have begun and not ended, with their own runs."""
    for name, one in projection.steps.items():
        if one.status == RUNNING and isinstance(one.spec.action, SubFlow):
            child = flow_runs.child_of(state, run.id, f"{name}/{one.attempt}")
            if child is not None and not child.over:
                yield name, child
