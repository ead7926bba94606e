"""A plan as people read it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from phoenix_cli.cli.console import Console, duration, one_line


def show_plan(console: Console, found: Any) -> None:
    """Print the steps in the order in which they start, then what the flow's duration comes from."""
    plan = found.plan
    if not console.terminal:
        rows = [
            (
                one.name,
                one.wave,
                round(one.starts_s, 3),
                round(one.ends_s, 3),
                round(one.slack_s, 3),
                one.critical,
                one.phase,
            )
            for one in plan.steps
        ]
        console.table(("step", "wave", "starts", "ends", "slack", "critical", "phase"), rows)
        return
    console.line(_headline(plan))
    console.line()
    console.table(
        ("step", "wave", "starts", "takes", "slack", "waits for"),
        [
            (one.name + _times(one), one.wave, duration(one.starts_s), ("" if one.measured else "~") + duration(one.duration_s),
             "critical" if one.critical else duration(one.slack_s), _waits(one))
            for one in plan.steps
        ],
    )  # fmt: skip
    console.line()
    facts = [*_facts(plan), *_optimised(found.optimised)]
    wide = max(len(label) for label, _ in facts)
    for label, text in facts:
        console.line(f"{console.paint(label.ljust(wide), 'dim')}  {one_line(text)}")


def _headline(plan: Any) -> str:
    if not plan.steps:
        return f"{one_line(plan.flow)}: no step runs with these inputs"
    steps = f"{len(plan.steps):,} step{'s' * (len(plan.steps) != 1)}"
    if not plan.measured:
        return f"{one_line(plan.flow)}: {steps}, none was ever measured: each counts as {duration(plan.steps[0].duration_s)}"
    known = (
        "" if plan.measured == len(plan.steps) else f", {len(plan.steps) - plan.measured:,} of them never measured (~)"
    )
    return f"{one_line(plan.flow)}: {steps}{known}; about {duration(plan.expected_s)}, {plan.max_parallel} at once"


def _times(one: Any) -> str:
    return "" if one.items is None else f" × {one.items or '?'}"


def _waits(one: Any) -> str:
    wants = [f"{name} {amount}" for name, amount in one.resources.items()]
    needs = [*one.needs[:6], *(["…"] if len(one.needs) > 6 else [])]
    return ", ".join([*needs, *wants])


def _facts(plan: Any) -> Iterator[tuple[str, str]]:
    path = [*plan.critical_path[:12], *(["…", plan.critical_path[-1]] if len(plan.critical_path) > 12 else [])]
    yield "critical path", f"{' → '.join(path)} ({duration(plan.critical_s)})"
    yield "at once", f"{plan.parallelism:.1f} on average, {plan.widest:,} at most; {duration(plan.work_s)} of work"
    yield "at least", f"{duration(plan.bound_s)}, by {_bound(plan)}; expected {duration(plan.expected_s)}"
    for one in plan.resources:
        binds = "; binds" if one.binds else ""
        steps = f"{one.steps:,} step{'s' * (one.steps != 1)}"
        yield f"resource {one.name}", f"{one.capacity} for {steps}: {duration(one.least_s)} at least{binds}"
    yield "max parallel", "   ".join(_what_if(one, plan.max_parallel) for one in plan.what_if)
    if plan.skipped:
        yield "skipped", f"{', '.join(plan.skipped[:10])}: the condition does not hold if all goes well"
    yield "hash", plan.hash


def _bound(plan: Any) -> str:
    names = {"critical path": "the critical path", "max_parallel": f"{plan.max_parallel} at once"}
    return names.get(plan.bound_by, f"resource {plan.bound_by}")


def _what_if(one: Any, chosen: int) -> str:
    seconds = one.bound_s if one.expected_s is None else one.expected_s
    least = "≥ " if one.expected_s is None else ""
    return f"{'*' if one.max_parallel == chosen else ''}{one.max_parallel}: {least}{duration(seconds)}"


def _optimised(found: Any) -> Iterator[tuple[str, str]]:
    if found is None:
        return
    before, after = found.before, found.after
    yield (
        "optimised",
        (
            f"{before.steps:,} → {after.steps:,} steps, {before.needs:,} → {after.needs:,} needs,"
            f" expected {duration(before.expected_s)} → {duration(after.expected_s)}"
        ),
    )
    for name, needs in list(found.dropped.items())[:20]:
        yield "dropped", f"{name} needs {', '.join(needs)}: implied by others"
    for name, parts in list(found.fused.items())[:20]:
        yield "fused", f"{' → '.join(parts)} as {name}"
    more = max(0, len(found.dropped) - 20) + max(0, len(found.fused) - 20)
    if more:
        yield "", f"and {more:,} more: --json"
