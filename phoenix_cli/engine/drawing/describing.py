"""What a box says about its step, in a few short lines."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator

from phoenix_cli.engine.harmless import one_line, shortened
from phoenix_cli.engine.model import Action, Call, Chain, Request, Run, Step, SubFlow

MOST_COLUMNS = 36
LONGEST = 10_000  # a command may have megabytes; nobody sees more of it than a line


def action_text(action: Action) -> str:
    """Return what a step does, as one would type it."""
    if isinstance(action, Run):
        if action.shell:
            return one_line(action.shell[:LONGEST].strip())
        return one_line(shlex.join(word[:LONGEST] for word in action.argv[:100]))
    if isinstance(action, Chain):
        return " && ".join(action_text(part) for part in action.parts[:100])
    if isinstance(action, Call):
        return one_line(f"call {action.target}")
    if isinstance(action, SubFlow):
        return one_line(f"flow {action.file}")
    return one_line(f"{action.kind} {json.dumps(action.body, ensure_ascii=False, default=str)[:LONGEST]}")


def small_lines(step: Step) -> tuple[str, ...]:
    """Return the lines below a step's name: what it does, when and how often, what it shares."""
    found = [action_text(step.action), " · ".join(_terms(step)), ", ".join(_wants(one) for one in step.resources)]
    return tuple(shortened(one, MOST_COLUMNS) for one in found if one)


def _terms(step: Step) -> Iterator[str]:
    if step.for_each is not None:
        yield f"× {len(step.for_each)}" if isinstance(step.for_each, tuple) else "for each item"
    if step.effect in ("once", "manual"):
        yield step.effect
    if step.when:
        yield one_line(f"when {step.when[:LONGEST]}")


def _wants(one: Request) -> str:
    return one_line(f"{one.resource} {one.amount if one.mode == 'count' else one.mode}")
