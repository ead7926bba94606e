"""A flow that does the same with less: without needs that others imply, and with chains of small commands in one place.

Fusion is for pure and idempotent commands only, since a chain is retried and resumed from its first part; and only where
nobody can tell the difference: same resources, folder, environment, retries, priority; no conditions, outputs or undo.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from phoenix_cli.engine.graph import Graph, build
from phoenix_cli.engine.model import NO_OUTPUTS, NO_TIMEOUTS, Chain, Flow, Run, Step
from phoenix_cli.engine.references import runs_after_failure
from phoenix_cli.engine.texts import OPENING
from phoenix_cli.kernel.records import record


@record
class Optimised:
    """``parts`` tells which steps each fused one stands for; ``dropped`` counts needs that others imply."""

    flow: Flow
    parts: Mapping[str, tuple[str, ...]]
    dropped: int


def optimise(flow: Flow) -> Optimised:
    """Return a flow that means the same; its graph must be without mistakes."""
    less = reduced(flow)
    dropped = sum(len(step.needs) for step in flow.steps.values()) - sum(
        len(step.needs) for step in less.steps.values()
    )
    fused, parts = _fused(less)
    return Optimised(fused, parts, dropped)


def reduced(flow: Flow) -> Flow:
    """Return the flow without needs that other needs imply (transitive reduction).

    A need is implied only by a way over steps that do not run after a failure: behind ``always()`` the failure of an
    early step is forgotten. Steps that ask for failures themselves keep all of their needs.
    """
    graph = build(flow)
    patient = {number for name, number in graph.numbers.items() if runs_after_failure(flow.steps[name])}
    above: list[int] = [0] * len(graph.names)  # bit n: step n comes before, by a way that hands failures on
    steps = dict(flow.steps)
    for number in graph.order:
        implied, direct = 0, 0
        for need in graph.before[number]:
            implied |= 0 if need in patient else above[need]
            direct |= 1 << need
        above[number] = implied | direct
        name = graph.names[number]
        kept = tuple(need for need in dict.fromkeys(steps[name].needs) if not implied >> graph.numbers[need] & 1)
        if len(kept) < len(steps[name].needs) and number not in patient:
            steps[name] = replace(steps[name], needs=kept)
    return replace(flow, steps=steps)


def _fused(flow: Flow) -> tuple[Flow, dict[str, tuple[str, ...]]]:
    graph = build(flow)
    used = _referred(flow, graph)
    chains = _chains(flow, graph, used)
    if not chains:
        return flow, {}
    last = {names[-1]: _joined(flow, names) for names in chains}
    inside = {name for names in chains for name in names}
    ends = {names[-1]: step.name for names, step in zip(chains, last.values(), strict=True)}
    steps: dict[str, Step] = {}
    for name, step in flow.steps.items():
        if name in last:
            steps[last[name].name] = last[name]
        elif name not in inside:
            steps[name] = step
    renamed = {name: _renamed(step, ends) for name, step in steps.items()}
    return replace(flow, steps=renamed), {last[names[-1]].name: names for names in chains}


def _renamed(step: Step, ends: Mapping[str, str]) -> Step:
    return replace(step, needs=tuple(ends.get(need, need) for need in step.needs)) if step.needs else step


def _referred(flow: Flow, graph: Graph) -> set[str]:
    """Return the steps that no expression may lose: those with expressions and those that they name."""
    found = set(graph.expressions)
    for name in graph.expressions:
        found |= {graph.names[number] for number in graph.before[graph.numbers[name]]}
    return found


def _chains(flow: Flow, graph: Graph, used: set[str]) -> list[tuple[str, ...]]:
    chains: list[tuple[str, ...]] = []
    taken: set[int] = set()
    for number in graph.order:
        chain = [number]
        while number not in taken and (follower := _follower(flow, graph, chain[-1], used)) is not None:
            chain.append(follower)
        if len(chain) > 1:
            taken.update(chain)
            chains.append(tuple(graph.names[one] for one in chain))
    return chains


def _follower(flow: Flow, graph: Graph, number: int, used: set[str]) -> int | None:
    after = graph.after[number]
    if len(after) != 1 or len(graph.before[after[0]]) != 1:
        return None
    first, second = flow.steps[graph.names[number]], flow.steps[graph.names[after[0]]]
    fits = _plain(first, used) and _plain(second, used) and _shared(first) == _shared(second)
    return after[0] if fits else None


def _plain(step: Step, used: set[str]) -> bool:
    return (
        isinstance(step.action, Run)
        and step.name not in used
        and step.effect in ("pure", "idempotent")
        and not (step.when or step.cache or step.breaker or step.undo or step.check)
        and step.for_each is None
        and step.outputs == NO_OUTPUTS
        and step.timeouts == NO_TIMEOUTS
        and OPENING not in step.dir
    )


def _shared(step: Step) -> tuple[object, ...]:
    env = tuple(sorted(step.env.items()))
    return step.resources, step.retry, step.effect, step.phase, step.priority, step.keep_going, step.dir, env


def _joined(flow: Flow, names: tuple[str, ...]) -> Step:
    first = flow.steps[names[0]]
    parts = tuple(action for name in names if isinstance(action := flow.steps[name].action, Run))
    name = "+".join(names)
    return replace(
        first, name=name if len(name) <= 60 else f"{names[0]}+{len(names) - 2}+{names[-1]}", action=Chain(parts)
    )
