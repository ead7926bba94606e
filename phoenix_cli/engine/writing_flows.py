"""Flows written in Python: the same words as in a file, the same checks.

flow = FlowWriter("release", resources={"gpu": 1})
build = flow.step("build", run=["make", "build"], outputs=["version"])
flow.step("publish", run=["./publish", build.output("version")], effect="once")
flow.finished()   # a Flow, or every mistake at once
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phoenix_cli.engine.flow_file import NO_KINDS, Read, read_nodes
from phoenix_cli.engine.model import Flow
from phoenix_cli.engine.problems import Problem, cut
from phoenix_cli.engine.step_reading import StepKind
from phoenix_cli.engine.validation import errors, validate
from phoenix_cli.engine.yaml_nodes import from_value
from phoenix_cli.kernel.errors import Usage
from phoenix_cli.kernel.records import record


@record
class Written:
    """A step that was written; stands for its name in ``needs``."""

    name: str

    def output(self, name: str) -> str:
        """Return the text that stands for one of its values in later steps, which wait for it by using it."""
        return f"${{{{ steps.{self.name}.outputs.{name} }}}}"


class FlowWriter:
    """Collects steps; keywords are the keys of a flow file."""

    def __init__(self, name: str, **keys: Any) -> None:
        self._flow: dict[str, Any] = {"name": name, **keys, "steps": {}}
        self._twice: list[str] = []

    def step(self, name: str, *, needs: tuple[str | Written, ...] | list[str | Written] = (), **keys: Any) -> Written:
        """Add a step; ``needs`` takes names and what ``step`` returned."""
        if name in self._flow["steps"]:
            self._twice.append(name)
        names = [one.name if isinstance(one, Written) else one for one in needs]
        self._flow["steps"][name] = {**keys, **({"needs": names} if names else {})}
        return Written(name)

    def finished(self, kinds: Mapping[str, StepKind] = NO_KINDS) -> Flow:
        """Return the flow; raise ``Usage`` whose details list every mistake."""
        twice = [Problem("flow.duplicate_key", f"{name} stands here a second time") for name in self._twice]
        return checked(read_nodes(from_value(self._flow), kinds, twice))


def checked(read: Read) -> Flow:
    """Return a flow that may run; raise ``Usage`` whose details list every mistake."""
    found = list(read.problems)
    if read.flow is not None:
        found += [one for one in validate(read.flow) if one not in found]
    wrong = sorted(errors(found), key=lambda one: one.place)
    if read.flow is None or wrong:
        raise Usage(
            f"the flow has {len(wrong)} mistake{'s' * (len(wrong) != 1)}",
            code="flow.invalid",
            cause="; ".join(_placed(one) for one in wrong[:5]) + (f"; {len(wrong) - 5} more" if len(wrong) > 5 else ""),
            hints=[one.hint for one in wrong[:1] if one.hint],
            details={"errors": [one.as_dict() for one in wrong]},
        )
    return read.flow


def _placed(one: Problem) -> str:
    return f"{one.place.line}:{one.place.column}: {cut(one.message)}" if one.place.line else cut(one.message)
