"""Everything that is wrong with a flow, at once: errors that keep it from running, and warnings."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from phoenix_cli.engine.checks_of_expressions import check_expressions, unused_outputs
from phoenix_cli.engine.cycles import cycles
from phoenix_cli.engine.graph import Graph, build, reaches
from phoenix_cli.engine.model import MAX_STEPS, Flow, Step
from phoenix_cli.engine.problems import Problem, nearest
from phoenix_cli.engine.references import Use, runs_after_failure

MAX_HINTS = 20  # a near name is sought among all names: 1 ms each with thousands of them


def validate(flow: Flow, graph: Graph | None = None) -> list[Problem]:
    """Return every mistake in the order of the file's lines; a flow may run when none is an error."""
    graph = graph or build(flow)
    found = [*_steps(flow), *_breakers(flow), *_cycles(flow, graph), *check_expressions(flow, graph)]
    if not graph.cyclic:
        found += [*_writes(flow, graph)]
    found += [*_unreachable(flow, graph), *unused_outputs(flow, graph)]
    return sorted(found, key=lambda one: (one.place.line, one.place.column))


def errors(problems: Sequence[Problem]) -> list[Problem]:
    """Return those that keep a flow from running."""
    return [one for one in problems if not one.warning]


def _steps(flow: Flow) -> Iterator[Problem]:
    if len(flow.steps) > MAX_STEPS:
        yield Problem("flow.too_many_steps", f"more than {MAX_STEPS:,} steps")
    if not flow.steps:
        yield Problem("flow.empty", "the flow has no steps")
    missing = 0
    for step in flow.steps.values():
        if step.needs:
            for problem in _needs(flow, step, with_hint=missing < MAX_HINTS):
                missing += problem.code == "flow.missing_step"
                yield problem
        if step.resources:
            yield from _requests(flow, step)


def _needs(flow: Flow, step: Step, with_hint: bool) -> Iterator[Problem]:
    if len(set(step.needs)) < len(step.needs):
        twice = next(name for number, name in enumerate(step.needs) if name in step.needs[:number])
        yield Problem("flow.duplicate", f"{step.name} needs {twice} twice", step.place_of("needs"))
    for number, need in enumerate(step.needs):
        if need not in flow.steps:
            place = step.place_of(f"needs.{number}")
            hint = nearest(need, flow.steps) if with_hint else ""
            yield Problem("flow.missing_step", f"{step.name} needs {need}, which is not there", place, hint)


def _requests(flow: Flow, step: Step) -> Iterator[Problem]:
    seen: set[str] = set()
    for request in step.resources:
        resource = flow.resources.get(request.resource)
        if resource is None:
            hint = (
                nearest(request.resource, flow.resources)
                or f"resources: {{{request.resource}: 1}} at the top of the flow"
            )
            message = f"{step.name} wants {request.resource}, which is not declared"
            yield Problem("flow.missing_resource", message, request.place, hint)
        elif request.mode == "count" and request.amount > resource.capacity:
            message = f"{step.name} wants {request.amount} of {resource.name}, of which there are {resource.capacity}"
            yield Problem("flow.impossible", message, request.place, "it would wait for ever")
        if request.resource in seen:
            yield Problem("flow.duplicate", f"{step.name} wants {request.resource} twice", request.place)
        seen.add(request.resource)


def _breakers(flow: Flow) -> Iterator[Problem]:
    rules: dict[str, Step] = {}
    for step in flow.steps.values():
        if step.breaker is not None:
            first = rules.setdefault(step.breaker.target, step)
            if first.breaker != step.breaker:
                message = f"{step.name} and {first.name} have different rules for the breaker {step.breaker.target}"
                yield Problem("flow.breaker", message, step.place_of("breaker"), "put the rule into defaults")
        if flow.phases and step.phase and step.phase not in flow.phases:
            message = f"{step.name} is of phase {step.phase}, which is not listed"
            yield Problem("flow.phase", message, step.place_of("phase"), nearest(step.phase, flow.phases))


def _cycles(flow: Flow, graph: Graph) -> Iterator[Problem]:
    for numbers in cycles(graph):
        names = [graph.names[number] for number in numbers]
        shown = names if len(names) <= 20 else [*names[:19], f"({len(names) - 20} more)", names[-1]]
        path = " → ".join([*shown, names[0]])
        step = flow.steps[names[0]]
        message = f"{names[0]} needs itself" if len(names) == 1 else f"these steps wait for each other: {path}"
        yield Problem("flow.cycle", message, step.place_of("needs"), "each arrow reads: comes before")


def _writes(flow: Flow, graph: Graph) -> Iterator[Problem]:
    writers: dict[str, list[Step]] = {}
    for step in flow.steps.values():
        for path in step.outputs.files:
            writers.setdefault(_same_file(step, path), []).append(step)
            if step.for_each is not None and "item" not in path:
                message = f"all of {step.name} write {path}"
                yield Problem(
                    "flow.conflicting_writes", message, step.place_of("outputs"), "put ${{ item }} into the path"
                )
    position = {number: at for at, number in enumerate(graph.order)}
    for path, steps in writers.items():
        ordered = sorted((graph.numbers[step.name] for step in steps), key=position.__getitem__)
        for first, second in itertools.pairwise(ordered):
            if first != second and not reaches(graph, first, second):
                names = graph.names[first], graph.names[second]
                message = f"{names[0]} and {names[1]} both write {path}, in no order"
                place = flow.steps[names[1]].place_of("outputs")
                yield Problem("flow.conflicting_writes", message, place, f"needs: [{names[0]}]")


def _same_file(step: Step, path: str) -> str:
    parts: list[str] = []
    for part in (path if path.startswith("/") else f"{step.dir}/{path}").split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return ("/" if path.startswith("/") or step.dir.startswith("/") else "") + "/".join(parts)


def _unreachable(flow: Flow, graph: Graph) -> Iterator[Problem]:
    for step in flow.steps.values():
        if (step.when or step.for_each == ()) and (why := _why_never(step, graph)):
            yield Problem("flow.unreachable", f"{step.name} never runs: {why}", step.place_of("when"), warning=True)


def _why_never(step: Step, graph: Graph) -> str:
    if step.for_each == ():
        return "for_each is empty"
    from phoenix_cli.engine.evaluation import Context, evaluate, truth
    from phoenix_cli.engine.expressions import ExpressionError, Function, Reference, walk

    use = graph.expressions[step.name][0]
    if not isinstance(use, Use):
        return ""
    if step.when.replace(" ", "") == "failed()" and not graph.before[graph.numbers[step.name]]:
        return "it needs nothing that could fail"
    nodes = list(walk(use.expression))
    if any(isinstance(node, Reference) or (isinstance(node, Function) and runs_after_failure(step)) for node in nodes):
        return ""
    try:
        return "" if truth(evaluate(use.expression, Context())) else "its condition is never true"
    except ExpressionError as error:
        return error.message
