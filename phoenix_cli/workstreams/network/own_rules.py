"""What can be said of one workstream, or of the programme, by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from phoenix_cli.workstreams.findings import Finding
from phoenix_cli.workstreams.model import Milestone, Objective, Programme, Ref, Workstream
from phoenix_cli.workstreams.network.suggesting import Names


def own_findings(one: Workstream, programme: Programme) -> Iterator[Finding]:
    """Yield what one file says against itself."""
    if not one.objectives and not one.cancelled:
        hint = "write objectives: with id and text"
        yield Finding("W-OBJ", f"{one.id} has no objectives: nothing tells when it is done", one.file,
                      *one.place_of("objectives"), hint)  # fmt: skip
    yield from _twice_wanted(one)
    if one.objectives:
        yield from _objectives(one)
    if one.milestones:
        yield from windows(one.milestones, programme, one.file)
    known = {gate.id for gate in (*one.gates, *programme.gates)} | {each.id for each in programme.escalations}
    for risk in one.risks:
        if risk.trigger and risk.trigger not in known:
            yield Finding("W-TRIGGER", f"the trigger {risk.trigger} is neither a gate nor an escalation", one.file,
                          *risk.place, Names(known).hint(risk.trigger))  # fmt: skip


def _twice_wanted(one: Workstream) -> Iterator[Finding]:
    required, optional, enables = one.dependencies
    if optional:
        hard = {ref.text for ref in required}
        for ref in optional:
            if ref.text in hard:
                yield _at(one, ref, "W-BOTH", f"{ref.text} is required and optional", "leave it out of optional")
    for ref in enables:
        if ref.kind == "ext":
            yield _at(one, ref, "E-REF", f"{one.id} cannot enable {ref.text}, which is outside", "")
        elif ref.every:
            yield _at(one, ref, "E-REF", "@all is for what is needed, not for what is enabled", f"cap:{ref.name}")


def _at(one: Workstream, ref: Ref, code: str, message: str, hint: str) -> Finding:
    return Finding(code, message, one.file, *ref.place, hint)


def _objectives(one: Workstream) -> Iterator[Finding]:
    done = {each.id: each.done for each in one.objectives}
    for each in one.objectives:
        if each.done and not each.evidence:
            hint = "evidence: a commit, path, test or gate"
            yield Finding("W-CLAIM", f"{each.id} is called done without evidence", one.file, *each.place, hint)
        for need in each.needs:
            if need.text not in done:
                message = f"{each.id} needs {need.text}, which is no objective of {one.id}"
                yield _at(one, need, "E-NEED", message, Names(done).hint(need.text))
            elif each.done and not done[need.text]:
                yield _at(one, need, "W-ORDER", f"{each.id} is called done before {need.text}, which it needs", "")
    if any(each.needs for each in one.objectives):
        yield from _circle(one)


def _circle(one: Workstream) -> Iterator[Finding]:
    order = ordered(one.objectives)
    if len(order) < len(one.objectives):
        left = [each for each in one.objectives if each not in order]
        names = ", ".join(each.id for each in left)
        yield Finding("E-CYCLE", f"objectives wait for each other: {names}", one.file, *left[0].place)


def ordered(objectives: Sequence[Objective]) -> list[Objective]:
    """Return objectives, each after those it needs; those in or behind a circle are missing."""
    known = {each.id for each in objectives}
    made: dict[str, Objective] = {}
    waiting = list(objectives)
    while waiting:
        ready = [each for each in waiting if all(need.text in made or need.text not in known for need in each.needs)]
        if not ready:
            break
        made |= {each.id: each for each in ready}
        waiting = [each for each in waiting if each.id not in made]
    return list(made.values())


def windows(milestones: Sequence[Milestone], programme: Programme, file: str) -> Iterator[Finding]:
    """Yield weeks that nothing anchors."""
    for each in milestones:
        if each.window.startswith("week") and not programme.calendar.week1:
            hint = "calendar: {week1: a Monday} in programme.yaml"
            yield Finding(
                "W-WEEK", f"{each.window} has no anchor: nothing says when week 1 is", file, *each.place, hint
            )


def programme_findings(programme: Programme, ids: Names) -> Iterator[Finding]:
    """Yield what the programme says of workstreams that are not there, and of weeks."""
    known = set(ids.known)
    lists = [phase.members for phase in programme.phases] + [each.needs for each in programme.milestones]
    for ref in [ref for refs in lists for ref in refs]:
        if ref.text not in known:
            yield Finding("E-REF", f"there is no workstream {ref.text}", programme.file, *ref.place, ids.hint(ref.text))
    for each in programme.escalations:
        name = each.when.split(" ")[0]
        if name not in known:
            yield Finding("E-REF", f"there is no workstream {name}", programme.file, *each.place, ids.hint(name))
    yield from windows(programme.milestones, programme, programme.file)
