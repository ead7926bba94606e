"""The state of each workstream as a function of facts. The first rule that holds decides, and says why.

cancelled, complete, failed, blocked, integration-ready, review, active, spawning, ready, queued. Only ``hold`` and
``cancelled`` are set by people; ``merged`` was written by phoenix when git had proved it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from phoenix_cli.workstreams.model import Workstream
from phoenix_cli.workstreams.network.resolving import Need, Network
from phoenix_cli.workstreams.states.facts import Branch, Facts, Policy
from phoenix_cli.workstreams.states.progress import failing_gates, unmet_gates

STATES = (
    "cancelled", "complete", "failed", "blocked", "integration-ready", "review", "active", "spawning", "ready", "queued",
)  # fmt: skip
Found = tuple[str, tuple[str, ...]]


class Derived(NamedTuple):
    """A state and the facts it follows from. ``stale`` tells what should have happened since; ``waits_for`` are ids."""

    state: str
    why: tuple[str, ...]
    waits_for: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()


def derive(network: Network, facts: Facts, policy: Policy = Policy()) -> dict[str, Derived]:  # noqa: B008 - frozen
    """Return the state of every workstream."""
    return _Deriving(network, facts, policy).all()


class _Deriving:
    def __init__(self, network: Network, facts: Facts, policy: Policy) -> None:
        self.network, self.facts, self.policy = network, facts, policy
        self.ended = [self.end(one) for one in network.workstreams]
        self.today = _day(facts.now)

    def all(self) -> dict[str, Derived]:
        """Derive each; completion was looked at first, since others wait for it."""
        return {
            one.id: self.open(number, one) if end is None else Derived(*end)
            for number, (one, end) in enumerate(zip(self.network.workstreams, self.ended, strict=True))
        }

    def end(self, one: Workstream) -> Found | None:
        """Return how a workstream ended, None while it has not."""
        if one.cancelled:
            return "cancelled", (f"cancelled: {one.cancelled}",)
        branch = self.facts.branches.get(one.id)
        if one.merged and not (branch and branch.ahead):
            return "complete", (f"merged on {one.merged}",)
        if branch is not None and branch.merged and not any(self.missing(one)):
            return "complete", (
                f"its tip {branch.tip[:12]} is in {self.network.programme.trunk}",
                "everything is proved",
            )
        reason = self.facts.failed.get(one.id)
        return ("failed", (reason,)) if reason is not None else None

    def missing(self, one: Workstream) -> Iterator[str]:
        """Yield what a workstream lacks to be complete, apart from the merge."""
        if not one.objectives:
            yield "it has no objectives"
        yield from (f"objective {each.id} is not done" for each in one.objectives if not each.done)
        found = self.facts.delivered.get(one.id, ())
        for number, each in enumerate(one.deliverables):
            count = found[number] if number < len(found) else 0
            if count < each.min:
                yield f"{each.path}: {count} of {each.min}"
        yield from (f"gate {gate.id}: {why}" for gate, why in unmet_gates(one, self.network.programme, self.facts))

    def open(self, number: int, one: Workstream) -> Derived:
        """Derive one that has not ended."""
        unmet = [need for need in self.network.needs[number] if need.hard and not self.is_met(need)]
        waits = tuple(dict.fromkeys(name for need in unmet for name in self.waited_for(need)))
        if self._is_quiet(one):
            if unmet:
                return Derived("queued", tuple(f"waits for {name}" for name in waits), waits)
            return Derived("ready", self.satisfied(number))
        state, why = self.worked_on(one, waits, number)
        return Derived(state, why, waits, tuple(self.stale(one, state)))

    def _is_quiet(self, one: Workstream) -> bool:
        """Tell whether nothing is known of it but what its file says: so of most, and quickly decided."""
        facts = self.facts
        known = one.id in facts.leases or one.id in facts.branches or one.id in facts.started
        return not known and not one.hold

    def worked_on(self, one: Workstream, waits: tuple[str, ...], number: int) -> Found:
        """Return the state of one that is held, leased, or has a branch."""
        branch, lease = self.facts.branches.get(one.id), self.facts.leases.get(one.id)
        live = lease is not None and lease.expires_at > self.facts.now
        blocked = tuple(self.blocks(one, branch, waits, live))
        if blocked:
            return "blocked", blocked
        if branch is not None and (found := self.finishing(one, branch, live)):
            return found
        if lease is not None and live:
            if branch is None or lease.beat_at is None:
                return "spawning", (f"claimed by {lease.holder}, no heartbeat yet",)
            return "active", (f"{lease.holder} is at work on {one.branch_name}",)
        if branch is not None and branch.ahead and self.is_recent(branch):
            return "active", (f"{branch.ahead} commits on {one.branch_name}, the last within a day",)
        if waits:
            return "queued", tuple(f"waits for {name}" for name in waits)
        return "ready", (*self.satisfied(number), *self.left_over(one, branch))

    def blocks(self, one: Workstream, branch: Branch | None, waits: tuple[str, ...], live: bool) -> Iterator[str]:
        """Yield what keeps one from going on that was at work, or is held."""
        if one.hold:
            yield f"held: {one.hold}"
        if not (live or one.id in self.facts.started or (branch and branch.ahead)):
            return
        yield from (f"it needs {name}, which is not done" for name in waits)
        if branch is not None and branch.clashes:
            yield f"conflict with {self.network.programme.trunk}: {', '.join(branch.clashes[:5])}"
        yield from (f"gate {gate.id}: {why}" for gate, why in failing_gates(one, self.network.programme, self.facts))

    def finishing(self, one: Workstream, branch: Branch, live: bool) -> Found | None:
        """Return the state of one whose objectives are all done and whose branch is ahead of trunk."""
        if live or not branch.ahead or not one.objectives or not all(each.done for each in one.objectives):
            return None
        if one.id not in self.facts.approved:
            return "review", (f"all {len(one.objectives)} objectives are done", "not approved yet")
        lacking = [f"gate {gate.id}: {why}" for gate, why in unmet_gates(one, self.network.programme, self.facts)]
        if not branch.fits:
            lacking.append(
                "not tried together with the others" if branch.fits is None else "conflicts with another branch"
            )
        if lacking:
            return "review", ("approved", *lacking)
        return "integration-ready", ("approved", "all gates pass", "merges with trunk and the others")

    def stale(self, one: Workstream, state: str) -> Iterator[str]:
        """Yield what has not happened for too long."""
        lease, branch = self.facts.leases.get(one.id), self.facts.branches.get(one.id)
        if lease is not None and lease.expires_at <= self.facts.now:
            yield f"the lease of {lease.holder} ran out"
        if state == "active" and branch is not None and branch.committed_at and not self.is_recent(branch):
            yield "no commit for more than a day" if self.policy.active_s == 86_400 else "no commit for too long"
        readings = self.facts.readings.get(one.id, {})
        if branch is not None:
            yield from (f"the reading of {name} is older than the tip" for name, one_ in readings.items()
                        if one_.commit != branch.tip)  # fmt: skip

    def is_recent(self, branch: Branch) -> bool:
        """Tell whether the last commit counts as work going on."""
        return branch.committed_at is not None and self.facts.now - branch.committed_at <= self.policy.active_s

    def is_met(self, need: Need) -> bool:
        """Tell whether a dependency is there: all of its providers, or one where one is enough."""
        if need.external:
            return self.is_there(need.external)
        done = [self.is_complete(target) for target in need.targets]
        return bool(done) and (all(done) if need.every else any(done))

    def is_complete(self, number: int) -> bool:
        """Tell whether a workstream is complete."""
        end = self.ended[number]
        return end is not None and end[0] == "complete"

    def is_there(self, external: str) -> bool:
        """Tell whether something outside is done: by its command's result, else by its date."""
        verified = self.facts.externals.get(external)
        done = self.network.programme.externals[external].done
        return bool(done and done <= self.today) if verified is None else verified

    def waited_for(self, need: Need) -> Iterator[str]:
        """Yield the names that stand for an unmet dependency."""
        open_ = [self.network.names[target] for target in need.targets if not self.is_complete(target)]
        yield from open_ or [need.external or need.ref.text]

    def satisfied(self, number: int) -> tuple[str, ...]:
        """Return why nothing holds a workstream back, and what it would rather have had."""
        hard = [need.ref.text for need in self.network.needs[number] if need.hard]
        soft = [need.ref.text for need in self.network.needs[number] if not need.hard and not self.is_met(need)]
        told = (f"{', '.join(hard)} done" if hard else "it needs nothing",)
        return (*told, *(f"{name} would help and is not done" for name in soft))

    def left_over(self, one: Workstream, branch: Branch | None) -> Iterator[str]:
        """Yield what an earlier holder left."""
        if branch is not None:
            yield f"{one.branch_name} is there, {branch.ahead} commits ahead"


def _day(now: float) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(now, UTC).date().isoformat()


def changes(before: Mapping[str, str], after: Mapping[str, Derived]) -> list[tuple[str, str, str]]:
    """Return (id, old state or "", new state) where a state changed: what is written to the event log."""
    return [(name, before.get(name, ""), one.state) for name, one in after.items() if before.get(name) != one.state]
