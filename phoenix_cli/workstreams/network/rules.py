"""What the network says against itself: unknown names, circles, ends that never meet. Pure, linear but for reachability."""

from __future__ import annotations

from collections.abc import Iterator

from phoenix_cli.engine.cycles import cycles
from phoenix_cli.engine.graph import Graph
from phoenix_cli.workstreams.findings import Finding
from phoenix_cli.workstreams.model import Ref, Workstream
from phoenix_cli.workstreams.network.own_rules import own_findings, programme_findings
from phoenix_cli.workstreams.network.reach import redundant
from phoenix_cli.workstreams.network.resolving import Need, Network
from phoenix_cli.workstreams.network.suggesting import Names

MOST_STEPS = 12  # of a circle that are told; a longer one is found by its first


def validate(network: Network) -> list[Finding]:
    """Return all findings of a network, by file and line; those of single files' forms come from the reader."""
    ids = Names(network.numbers)
    found = [finding for one in network.workstreams for finding in own_findings(one, network.programme)]
    found += programme_findings(network.programme, ids)
    found += _references(network, ids)
    found += _inverse(network, ids)
    found += _shared(network)
    found += _circles(network)
    found += dead(network, frozenset(one.id for one in network.workstreams if one.cancelled))
    found += _redundant(network)
    return sorted(found, key=lambda one: (one.file, one.line, one.column, one.code))


def _at(one: Workstream, ref: Ref, code: str, message: str, hint: str = "") -> Finding:
    return Finding(code, message, one.file, *ref.place, hint)


def _references(network: Network, ids: Names) -> Iterator[Finding]:
    externals, capabilities = Names(network.programme.externals), Names(network.providers)
    for number, (one, needs) in enumerate(zip(network.workstreams, network.needs, strict=True)):
        for need in needs:
            ref = need.ref
            if number in need.targets and len(need.targets) == 1:
                yield _at(one, ref, "E-SELF", f"{one.id} waits for itself")
            if need.targets or need.external:
                continue
            if ref.kind == "cap":
                hint = capabilities.hint(ref.name) or f"some workstream must have enables: [{ref.text}]"
                yield _at(one, ref, "E-CAP", f"no workstream enables {ref.text}", hint)
            elif ref.kind == "ext":
                hint = externals.hint(ref.name) or "externals: in programme.yaml"
                yield _at(one, ref, "E-REF", f"there is no external {ref.name}", hint)
            elif ref.name in network.refused:
                yield _at(
                    one, ref, "E-REF", f"the file of {ref.name} makes no workstream", f"mend {ref.name}.yaml first"
                )
            else:
                hint = ids.hint(ref.name) or externals.hint(ref.name)
                yield _at(one, ref, "E-REF", f"there is no workstream or external {ref.name}", hint)


def _inverse(network: Network, ids: Names) -> Iterator[Finding]:
    """``enables`` is the same edge seen from the other side: both sides must say it."""
    used = {need.ref.name for needs in network.needs for need in needs if need.ref.kind == "cap"}
    for number, one in enumerate(network.workstreams):
        for ref in one.dependencies.enables:
            if ref.kind == "cap" and ref.name not in used:
                yield _at(one, ref, "W-UNUSED", f"nobody needs {ref.text}", "leave it out, or say who needs it")
            if ref.kind:
                continue
            other = network.numbers.get(ref.text)
            if other is None:
                yield _at(one, ref, "E-REF", f"there is no workstream {ref.text}", ids.hint(ref.text))
            elif not any(number in need.targets for need in network.needs[other]):
                hint = f"add {one.id} to the dependencies of {ref.text}"
                yield _at(one, ref, "E-INV", f"{one.id} enables {ref.text}, which does not need it", hint)


def _shared(network: Network) -> Iterator[Finding]:
    """One agent cannot have two live workstreams, one branch not two owners."""
    agents: dict[str, Workstream] = {}
    branches: dict[tuple[str, str], Workstream] = {}
    for one in network.workstreams:
        if one.merged or one.cancelled:
            continue
        if one.agent and agents.setdefault(one.agent, one) is not one:
            other = agents[one.agent]
            yield Finding("W-AGENT", f"the agent {one.agent} has {other.id} already", one.file, *one.place_of("agent"))
        key = (one.repo or network.programme.repo, one.branch_name)
        if branches.setdefault(key, one) is not one:
            message = f"the branch {one.branch_name} is that of {branches[key].id}"
            yield Finding("E-BRANCH", message, one.file, *one.place_of("branch"), "give each its own")


def _circles(network: Network) -> Iterator[Finding]:
    hard = certain(network)
    for circle in cycles(hard):
        if len(circle) > 1:
            yield _circle(network, circle, "E-CYCLE", "wait for each other")
    for circle in cycles(network.whole) if network.whole.cyclic else ():
        ends = zip(circle[1:] + circle[:1], circle, strict=True)
        if len(circle) > 1 and not all(need in hard.before[who] for who, need in ends):
            yield _circle(network, circle, "W-SOFTCYCLE", "need each other, in part optionally")


def certain(network: Network) -> Graph:
    """Return the edges that certainly block: a capability that several enable is not one."""
    if not network.hard.cyclic or all(need.every for needs in network.needs for need in needs):
        return network.hard
    from phoenix_cli.engine.graph import followers, topological

    before = [
        list(dict.fromkeys(t for need in needs if need.hard and need.every for t in need.targets))
        for needs in network.needs
    ]
    after = followers(before)
    return Graph(network.names, network.numbers, before, after, topological(before, after), {})


def _circle(network: Network, circle: list[int], code: str, told: str) -> Finding:
    """Return a finding that names each step with its place; a circle runs from what is needed to who needs it."""
    steps, first = [], None
    for who, need in zip(circle, [circle[-1], *circle[:-1]], strict=True):
        one = network.workstreams[who]
        ref = next(found.ref for found in network.needs[who] if need in found.targets)
        steps.append(f"{one.id} needs {network.names[need]} ({one.file}:{ref.place[0]})")
        first = first or (one, ref)
    assert first is not None
    way = [steps[0], *reversed(steps[1:])]
    shown = way if len(way) <= MOST_STEPS else [*way[:MOST_STEPS], f"and {len(way) - MOST_STEPS} more"]
    message = f"{len(circle)} workstreams {told}: {', '.join(shown)}"
    return _at(*first, code, message, "take one of these away")


def dead(network: Network, ended: frozenset[str]) -> Iterator[Finding]:
    """Yield workstreams that can never start, because all that they could wait for is cancelled or failed, or behind it."""
    if not ended:
        return
    lost = {network.numbers[name] for name in ended if name in network.numbers}
    for number in network.hard.order:
        one = network.workstreams[number]
        if number in lost or one.merged:
            continue
        need = next((need for need in network.needs[number] if _is_lost(need, lost)), None)
        if need is not None:
            lost.add(number)
            names = ", ".join(network.names[target] for target in need.targets if target in lost)
            yield _at(one, need.ref, "E-DEAD", f"{one.id} can never start: {names} will not be done")


def _is_lost(need: Need, lost: set[int]) -> bool:
    if not need.hard or not need.targets:
        return False
    gone = [target in lost for target in need.targets]
    return any(gone) if need.every else all(gone)


def _redundant(network: Network) -> Iterator[Finding]:
    for number, target, way in redundant(network.hard):
        one = network.workstreams[number]
        need = next(found for found in network.needs[number] if found.hard and target in found.targets)
        if len(need.targets) == 1:
            names = network.names
            yield _at(one, need.ref, "I-REDUNDANT", f"{one.id} needs {names[target]} anyway, through {names[way]}")
