"""The states of a flow's steps as a run begins, and those of children that come later."""

from __future__ import annotations

from collections.abc import Mapping

from phoenix_cli.engine.breakers import BreakerState
from phoenix_cli.engine.critical_path import levels, weights
from phoenix_cli.engine.dispatch import RANKS, Lane
from phoenix_cli.engine.graph import Graph
from phoenix_cli.engine.model import Flow, Step, SubFlow
from phoenix_cli.engine.references import runs_after_failure
from phoenix_cli.engine.resources import Claim, claims
from phoenix_cli.engine.step_states import StepState


class StepMaker:
    """Makes states; steps with equal wishes share a lane, steps with equal targets a breaker."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.breakers: dict[str, BreakerState] = {}
        self._lanes: dict[tuple[tuple[Claim, ...], str], Lane] = {}

    def all(self, graph: Graph, measured: Mapping[str, float]) -> dict[str, StepState]:
        """Return the states of all steps by name, with their edges and their longest way to the end."""
        found = [self.state(name, spec) for name, spec in self.flow.steps.items()]
        ranked = levels(graph, weights(graph.names, measured))
        for number, state in enumerate(found):
            state.level = ranked[number]
            state.before = [found[one] for one in graph.before[number]]
            state.after = [found[one] for one in graph.after[number]]
            state.open_needs = len(state.before)
        return {state.name: state for state in found}

    def state(self, name: str, spec: Step) -> StepState:
        """Return the state of one step or child."""
        target = ""
        if spec.breaker is not None:
            target = spec.breaker.target
            self.breakers.setdefault(target, BreakerState(spec.breaker))
        key = (claims(spec.resources, self.flow.resources) if spec.resources else (), target)
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = Lane(*key)
        slots = 0 if isinstance(spec.action, SubFlow) else 1
        return StepState(name, spec, lane, RANKS[spec.priority], slots, bool(spec.when) and runs_after_failure(spec))
