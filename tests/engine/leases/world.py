"""A small world for leases: clocks that are set by hand, processes that live until they are said to be dead."""

from datetime import UTC, datetime, timedelta

from phoenix_cli.engine.leases.leases import Leases
from phoenix_cli.engine.leases.records import Owner
from phoenix_cli.engine.resources import Claim
from phoenix_cli.kernel.processes import Identity
from phoenix_cli.kernel.state import State


class HandClock:
    """Two clocks that have nothing to do with each other, as in the world."""

    def __init__(self):
        self.wall = datetime(2026, 1, 1, tzinfo=UTC)
        self.seconds = 1_000.0

    def now(self):
        return self.wall

    def monotonic(self):
        return self.seconds

    def sleep(self, seconds):
        self.pass_(seconds)

    def pass_(self, seconds):
        self.seconds += seconds
        self.wall += timedelta(seconds=seconds)


class World:
    """One home, in one boot of the machine at a time."""

    def __init__(self, folder):
        self.state = State(folder / "phoenix.db")
        self.clock = HandClock()
        self.dead = set()
        self.reboot("boot-1")

    def reboot(self, boot_id):
        """Begin another boot. Nothing of the one before lives; the monotonic clock begins anew."""
        self.boot_id = boot_id
        self.clock.seconds = 10.0
        self.leases = Leases(self.state, self.clock, lives=self.lives, boot_id=boot_id)

    def lives(self, process):
        return process.boot_id == self.boot_id and process not in self.dead

    def process(self, pid, started="1"):
        return Identity(pid, started, self.boot_id)

    def owner(self, name, *pids, inside=(), ttl_s=None):
        return Owner(name, tuple(self.process(pid) for pid in pids), tuple(inside), ttl_s)

    def kill(self, *pids):
        self.dead.update(self.process(pid) for pid in pids)

    def take(self, holder, *wants, capacity=1, owner=None, note="", call="acquire", **options):
        """Acquire ``gpu``, ``gpu=2`` or ``gpu:shared``; the owner is the holder's first part, of pid 1."""
        owner = owner or self.owner(holder.partition("/")[0], 1, **options)
        claims = [claim(want, capacity) for want in wants]
        capacities = {one.resource: capacity for one in claims}
        return getattr(self.leases, call)(holder, claims, capacities, owner, note)

    def wait(self, holder, *wants, **options):
        self.take(holder, *wants, call="wait", **options)

    def holders(self, resource=None):
        return [one.holder for one in self.leases.held() if resource in (None, one.claim.resource)]


def claim(want, capacity=1):
    """Read ``gpu`` (one of it), ``gpu=2``, ``gpu:all`` or ``gpu:shared``."""
    name, _, mode = want.partition(":")
    name, _, amount = name.partition("=")
    return Claim(name, capacity if mode == "all" else int(amount or 1), mode == "shared")
