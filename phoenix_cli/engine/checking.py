"""Operations that look at a flow before it runs, or draw one: validate, plan, graph, schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from phoenix_cli.engine.flow_file import read_flow
from phoenix_cli.engine.graph import build
from phoenix_cli.engine.inputs import parse_input, resolve_inputs
from phoenix_cli.engine.model import MAX_STEPS, Flow
from phoenix_cli.engine.problems import Problem
from phoenix_cli.engine.running import flow_runs, measured
from phoenix_cli.engine.running.journal import read_all
from phoenix_cli.engine.running.opening import flow_of
from phoenix_cli.engine.running.past import Kinds, flow_of_run
from phoenix_cli.engine.running.sources import Builtins, Source, source_of
from phoenix_cli.engine.validation import validate
from phoenix_cli.kernel.errors import Usage, did_you_mean
from phoenix_cli.kernel.records import record
from phoenix_cli.kernel.state import State

if TYPE_CHECKING:
    from phoenix_cli.engine.planning.optimised import Optimisation
    from phoenix_cli.engine.planning.plan import Plan

Format = Literal["mermaid", "dot", "svg"]


@record
class Checked:
    """Every mistake of a flow file; it may run when there are no ``errors``. ``source`` is what was checked."""

    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    source: Source


def validate_flow(
    *, kinds: Kinds, builtins: Builtins, target: str, here: Path, inputs: Mapping[str, str] | None = None
) -> Checked:
    """Check a flow file (or a built-in flow) and return every mistake at once, with its place.

    Raises ``NotFound`` for a file that is not there, ``Usage`` for one that is no text, and for ``inputs`` that do not fit.
    """
    source, texts = source_of(target, inputs or {}, builtins, here)
    read = read_flow(source.text, kinds)
    found = list(read.problems)
    if read.flow is not None:
        known = {(one.code, one.message, one.place) for one in found}
        more = [one for one in validate(read.flow) if (one.code, one.message, one.place) not in known]
        found += [one for one in more if not (found and one.code == "flow.empty")]  # steps that nobody could read
        _known_inputs(read.flow, texts)
    found.sort(key=lambda one: (one.place.line, one.place.column))
    return Checked(tuple(one for one in found if not one.warning), tuple(one for one in found if one.warning), source)


@record
class Planned:
    """The plan of a flow, and with ``optimise`` what was made of it; the plan then is that of the optimised flow."""

    file: str
    plan: Plan
    optimised: Optimisation | None


def plan_flow(
    *,
    state: State,
    kinds: Kinds,
    builtins: Builtins,
    target: str,
    here: Path,
    inputs: Mapping[str, str] | None = None,
    max_parallel: int | None = None,
    optimise: bool = False,
) -> Planned:
    """Plan a flow without running it: who starts when, the critical path, what nothing can beat, what to expect.

    Raises ``Usage`` with every mistake of the flow and of its inputs.
    """
    from phoenix_cli.engine.planning.optimised import plan_optimised
    from phoenix_cli.engine.planning.plan import plan
    from phoenix_cli.engine.running.room import usual_room

    source, texts = source_of(target, inputs or {}, builtins, here)
    flow = flow_of(source.text, kinds)
    known = _known_inputs(flow, texts)
    usual = measured.usual_seconds(state, flow)
    room = max_parallel or usual_room()
    if not optimise:
        return Planned(source.file, plan(flow, usual, room, known), None)
    made, difference = plan_optimised(flow, usual, room, known)
    return Planned(source.file, made, difference)


def _known_inputs(flow: Flow, texts: Mapping[str, str]) -> dict[str, Any]:
    """Return the inputs whose values are known: those that are given, and defaults. A run needs the others, too."""
    given = {name: parse_input(flow.inputs.get(name), text) for name, text in texts.items()}
    free = replace(flow, inputs={name: replace(one, required=False) for name, one in flow.inputs.items()})
    found = resolve_inputs(free, given)
    return {name: value for name, value in found.items() if name in given or not flow.inputs[name].required}


@record
class Drawn:
    """A picture as text. ``boxes`` is fewer than ``steps`` when a box stands for a whole ``grouped`` (phase, wave)."""

    format: Format
    text: str
    steps: int
    boxes: int
    grouped: str


def draw_flow(
    *,
    state: State,
    kinds: Kinds,
    builtins: Builtins,
    target: str,
    here: Path,
    format: str = "mermaid",
    all: bool = False,
    inputs: Mapping[str, str] | None = None,
) -> Drawn:
    """Draw the graph of a flow file, of a built-in flow, or of a run with the status of its steps.

    Large flows are drawn as a box for each phase or wave, unless ``all`` asks for every step.
    """
    from phoenix_cli.engine.drawing import FORMATS, picture_of
    from phoenix_cli.engine.drawing.picture import MOST_BOXES

    if format not in FORMATS:
        hints = (*did_you_mean(format, FORMATS), f"formats: {', '.join(FORMATS)}")
        raise Usage(f"no format {format!r}", code="flow.format", hints=hints)
    if _is_run(target, builtins, here):
        flow, critical, statuses = _of_run(state, kinds, target)
    else:
        source, texts = source_of(target, inputs or {}, builtins, here)
        flow, critical, statuses = _of_source(state, kinds, source)
        _known_inputs(flow, texts)
    picture = picture_of(flow, build(flow), critical=critical, statuses=statuses, most=MAX_STEPS if all else MOST_BOXES)
    text = FORMATS[format](picture)
    return Drawn(format, text, picture.steps, len(picture.boxes), picture.grouped)  # type: ignore[arg-type]


def _is_run(target: str, builtins: Builtins, here: Path) -> bool:
    return target.startswith("run_") and target not in builtins and not (here / target).exists()


Colours = tuple[Flow, tuple[str, ...], Mapping[str, str]]


def _of_run(state: State, kinds: Kinds, target: str) -> Colours:
    from phoenix_cli.engine.progress.run_view import RunView

    run = flow_runs.find(state, target)
    flow = flow_of_run(run, kinds)
    view = RunView(flow)
    view.feed(read_all(state, run.number)[0])
    statuses = {name: one.status for name, one in view.run.steps.items()}
    path = dict.fromkeys(view.run.steps[name].spec.name for name in view.critical())
    return flow, tuple(path), statuses


def _of_source(state: State, kinds: Kinds, source: Source) -> Colours:
    from phoenix_cli.engine.critical_path import analyse, weights

    flow = flow_of(source.text, kinds)
    graph = build(flow)
    analysis = analyse(graph, weights(graph.names, measured.usual_seconds(state, flow)))
    return flow, analysis.critical, {}


@record
class Schema:
    """The JSON Schema of flow files, and where it is on this machine."""

    path: Path
    text: str


def flow_schema() -> Schema:
    """Return the JSON Schema of flow files, for editors."""
    import importlib.resources

    file: Any = importlib.resources.files("phoenix_cli.engine") / "flow.schema.json"
    return Schema(Path(str(file)), file.read_text(encoding="utf-8"))
