"""Steps that are flows: runs of their own in the same coordinator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from phoenix_cli.engine import events as e
from phoenix_cli.engine import instructions as i
from phoenix_cli.engine.model import SubFlow
from phoenix_cli.engine.projection import Projection
from phoenix_cli.engine.running.active import ActiveRun
from phoenix_cli.engine.running.inbox import Posted
from phoenix_cli.engine.running.jobs import refusal
from phoenix_cli.engine.step_states import FAILED
from phoenix_cli.kernel.errors import PhoenixError, Refused

if TYPE_CHECKING:
    from phoenix_cli.engine.running.performing import Performer

DEEPEST = 8
Open = Callable[[ActiveRun, str, int, Path, Mapping[str, Any]], tuple[ActiveRun, e.Event]]


class SubFlows:
    """Begins the runs of steps that are flows; ``open`` makes one from its parent, step, attempt, file and inputs."""

    def __init__(self, open: Open) -> None:
        self.open = open

    def start(self, performer: Performer, run: ActiveRun, one: i.Start) -> None:
        """Begin a sub-flow; what keeps it from beginning is the step's failure."""
        action = one.work.action
        assert isinstance(action, SubFlow)
        try:
            path = self._path(run, action.file)
            child, first = self.open(run, one.step, one.attempt, path, action.inputs)
        except PhoenixError as error:
            kind = "refused" if isinstance(error, Refused) else "failed"
            event = e.StepFailed(run.now(), one.step, one.attempt, kind, None, refusal(error))
            performer.inbox.put(Posted(run, event))
            return
        self.admit(performer, child)
        performer.inbox.put(Posted(child, first))

    def admit(self, performer: Performer, child: ActiveRun) -> None:
        """Let a child's run take part."""
        assert child.parent is not None
        performer.runs[child.id] = child
        child.parent.children[child.parent_step] = child

    def _path(self, run: ActiveRun, file: str) -> Path:
        path = (run.dir / file).resolve()
        above = run.above
        if any(one.file == str(path) for one in above):
            names = " → ".join([*(Path(one.file).name for one in reversed(above)), path.name])
            raise Refused("the flow calls itself", code="flow.cycle", cause=names)
        if len(above) >= DEEPEST:
            raise Refused(
                f"flows call each other {DEEPEST} deep", code="flow.too_deep", cause=f"{file} would be one more"
            )
        return path

    def outcome(self, child: ActiveRun, status: str) -> e.Event:
        """Return what the end of a child means for the step that it is."""
        assert child.parent is not None
        at, step, attempt = child.parent.now(), child.parent_step, child.parent_attempt
        if status == "succeeded":
            wanted = child.parent.machine.run.steps[step].spec.outputs.values
            return e.StepSucceeded(at, step, attempt, outputs_of(child.machine.run, wanted))
        why = _first_failure(child.machine.run)
        message = f"its flow {child.machine.run.flow.name} {status}{why and f': {why}'} ({child.id})"
        return e.StepFailed(at, step, attempt, "failed", 1, message)


def _first_failure(child: Projection) -> str:
    for state in child.steps.values():
        if state.status == FAILED and not state.children:
            return f"{state.name} {state.message}".rstrip()
    return ""


def outputs_of(child: Projection, wanted: tuple[str, ...]) -> dict[str, Any]:
    """Return the values that a sub-flow hands on: of each name, that of the last step in order that made it."""
    found: dict[str, Any] = {}
    for number in child.graph.order:
        outputs = child.steps[child.graph.names[number]].outputs
        found.update({name: outputs[name] for name in wanted if name in outputs})
    return found
