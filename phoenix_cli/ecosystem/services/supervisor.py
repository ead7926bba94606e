"""The process that stays with one service: reads its output, sees it become ready, starts it again, ends all of it.

Started by ``summon``. It holds the service's lock from before its first to after its last act; who finds the lock free
knows that nobody watches. What it does is decided in ``machine``; here are the clock, the processes and the files.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import sys
from pathlib import Path

from phoenix_cli.ecosystem.services import machine as m
from phoenix_cli.ecosystem.services import plumbing
from phoenix_cli.ecosystem.services.family import Family
from phoenix_cli.ecosystem.services.logs import LogWriter
from phoenix_cli.ecosystem.services.model import Places, places
from phoenix_cli.ecosystem.services.orders import Orders, read_all
from phoenix_cli.ecosystem.services.recorder import Recorder
from phoenix_cli.ecosystem.services.store import process_columns
from phoenix_cli.ecosystem.services.watch import Watch
from phoenix_cli.kernel import keeper, process_table, processes
from phoenix_cli.kernel.clock import Clock, SystemClock, iso
from phoenix_cli.kernel.locks import FileLock
from phoenix_cli.kernel.processes import Identity
from phoenix_cli.kernel.state import State

#: Some services open their port long after they said that they are ready: look often at first.
FIRST_PULSE_S = 1.0
HEARTBEAT_S = 15.0
ENDING_LOOK_S = 0.05
KILLING_LOOK_S = 0.002  # something may fork as fast as it is found
RETRY_S = 0.5
LAST_WORDS_S = 10.0
_CHUNK = 65_536
_CHUNKS_A_TURN = 16


def main(argv: list[str]) -> int:
    """Read the orders, leave the process that started us, supervise."""
    lock_handle, orders_handle = int(argv[0]), int(argv[1])
    orders = Orders.unpack(read_all(orders_handle))
    if os.fork():
        os._exit(0)  # who started us waits for this, and never has a zombie
    at = places(orders.home, orders.service_id)
    lock = FileLock.inherit(at.lock, lock_handle)
    keeper.prctl(keeper.PR_SET_CHILD_SUBREAPER, 1)
    Supervisor(orders, at, lock, SystemClock()).run()
    return 0


class Supervisor:
    """The driver of one machine."""

    def __init__(self, orders: Orders, at: Places, lock: FileLock, clock: Clock) -> None:
        self._orders = orders
        self._at = at
        self._lock = lock
        self._clock = clock
        self._launch = orders.launch
        self.machine = m.Machine(self._launch.policy)
        self._family = Family(orders.tag, orders.mark)
        self._watch = Watch(self._launch.readiness, orders.port, self._launch.reachable)
        self._log = LogWriter(at.log)
        self._record = Recorder(
            State(orders.home.database), clock, orders.service_id, orders.repo_id, orders.name, orders.tag
        )
        self._starts = 0
        self._pulse_s = FIRST_PULSE_S
        self._next_look = self._next_beat = clock.monotonic()
        self._stop_asked = orders.stop
        self._wake = plumbing.signals_as_bytes(self._ask_to_stop)
        self._output = plumbing.open_output(at.output, fresh=not orders.adopted)

    def _ask_to_stop(self, *_: object) -> None:
        self._stop_asked = True

    # --- the loop -------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Supervise until the service has ended for good."""
        self._record.set(**process_columns("supervisor", processes.identify(os.getpid())))
        self._begin()
        while self.machine.phase != "ended":
            self._turn(self._wait())
        self._finish()

    def _begin(self) -> None:
        now = self._clock.monotonic()
        orders = self._orders
        if not orders.adopted:
            self._record.set(log_from=self._log.position)
            return self._handle(m.Begin(now))
        self._family.adopt(frozenset(orders.adopted), orders.main)
        self._watch.restart(now)
        self._record.set(**process_columns("child", orders.main))
        self._handle(m.Adopt(now, orders.ready))
        if orders.main is None:
            self._handle(m.Exited(now, None, left=True))
        return None

    def _wait(self) -> set[int]:
        poll = select.poll()
        poll.register(self._output, select.POLLIN)
        poll.register(self._wake, select.POLLIN)
        if self._family.handle is not None:
            poll.register(self._family.handle, select.POLLIN)
        if self._watch.probe is not None:
            poll.register(self._watch.probe.fileno(), self._watch.probe.events)
        due = min(self._next_look, self._next_beat, self.machine.wake_at or self._next_beat)
        left = 0.0 if self._stop_asked else max(0.0, due - self._clock.monotonic())
        return {handle for handle, _ in poll.poll(left * 1000 + 1)}

    def _turn(self, ready: set[int]) -> None:
        if self._output in ready:
            self._read_output(_CHUNKS_A_TURN)
        if self._wake in ready:
            os.read(self._wake, 4096)
            if self.machine.ending:
                self._next_look = self._clock.monotonic()  # a child has ended: perhaps it was the last
        if self._watch.probe is not None and self._watch.probe.fileno() in ready:
            self._watch.advance()
        if self._stop_asked:
            self._stop_asked = False
            self._handle(m.Stop(self._clock.monotonic()))
        self._reap()
        now = self._clock.monotonic()
        if now >= self._next_look:
            self._look(now)
        if now >= self._next_beat:
            self._beat(now)
        self._handle(m.Tick(now))
        if self.machine.phase == "starting" and (by := self._watch.verdict(now)):
            self._handle(m.Ready(now, by))

    def _read_output(self, most: int) -> bool:
        """Copy output to the log; False when there is no more at this moment."""
        for _ in range(most):
            try:
                data = os.read(self._output, _CHUNK)
            except BlockingIOError:
                return False
            self._log.write(data)
            self._watch.log.feed(data)
        return True

    def _reap(self) -> None:
        if self._family.reap() or (self._family.main is None and self.machine.phase in ("starting", "running")):
            self._main_ended()

    def _main_ended(self) -> None:
        code = None if self._family.adopted else self._family.code
        left = not self._family.gone()
        self._family.main = None
        self._read_output(_CHUNKS_A_TURN)
        if left and code == 0:
            self._family.follow_oldest(self._family.find())
            self._record.set(**process_columns("child", self._family.main))
        jitter = int.from_bytes(os.urandom(2), "big") / 65_536
        self._handle(m.Exited(self._clock.monotonic(), code, left=left, jitter=jitter))

    def _look(self, now: float) -> None:
        """Look at the processes: their sockets while the service is wanted, what is left of them while it is not."""
        if self.machine.ending:
            left = self._family.find()
            if left or self._family.gone():
                self._handle(m.Looked(now, left))
            self._next_look = now + (ENDING_LOOK_S if now < self.machine.kill_at else KILLING_LOOK_S)
        elif self.machine.phase == "starting":
            self._watch.look(now, (one.pid for one in self._family.find()))
            self._next_look = now + self._watch.pause
        else:
            self._next_look = now + HEARTBEAT_S

    def _beat(self, now: float) -> None:
        """Say that we are here, see on which ports the service listens by now, and whether our home still is."""
        self._next_beat = now + self._pulse_s
        self._pulse_s = min(2 * self._pulse_s, HEARTBEAT_S)
        if self.machine.phase == "running":
            self._record_ports(now)
        if not self._record.flush():
            self._next_beat = now + RETRY_S
        if self._record.orphaned or not self._lock_is_there():
            self._handle(m.Stop(now))

    def _lock_is_there(self) -> bool:
        """Tell whether the lock is still the one that others look at: not so when somebody deleted the state folder."""
        try:
            return os.path.samestat(os.stat(self._at.lock), os.fstat(self._lock.fileno()))
        except OSError:
            return False

    # --- instructions ---------------------------------------------------------------------------------------------

    def _handle(self, event: m.Event) -> None:
        self.machine, instructions = m.step(self.machine, event)
        if not instructions:
            return
        if self.machine.ending or self.machine.phase == "starting":
            self._next_look = self._clock.monotonic()
        for instruction in instructions:
            self._carry_out(instruction)
        if self._record.unwritten and not self._record.flush():
            self._next_beat = self._clock.monotonic() + RETRY_S

    def _carry_out(self, instruction: m.Instruction) -> None:
        match instruction:
            case m.Spawn():
                self._spawn()
            case m.Signal(number, targets):
                self._send(number, targets)
            case m.Record():
                self._note(instruction)
            case m.Finish():
                pass  # the loop ends by itself: the phase says so

    def _send(self, number: int, targets: frozenset[Identity]) -> None:
        for target in targets:
            # Bubblewrap takes its sandbox with it at once. It ends by itself when what is inside has ended in order.
            if number != signal.SIGTERM or process_table.name_of(target.pid) != "bwrap":
                processes.send(target, number)

    def _spawn(self) -> None:
        self._starts += 1
        launch = self._launch
        reason = self._family.spawn(launch.argv, launch.cwd, launch.environment, launch.limits, self._at.output)
        now = self._clock.monotonic()
        self._watch.restart(now)
        self._pulse_s, self._next_beat = FIRST_PULSE_S, now + FIRST_PULSE_S
        self._record.set(
            **process_columns("child", self._family.main),
            restarts=self._starts - 1,
            ports="[]",
            ready_by="",
            ready_s=None,
        )
        if reason:
            self._handle(m.NotSpawned(now, reason))

    def _note(self, record: m.Record) -> None:
        reason = record.reason
        now = self._clock.monotonic()
        if record.status == "running":
            self._record_ports(now)
            reason = reason or self._remark()
        if record.ready_by:
            self._record.set(ready_by=record.ready_by, ready_s=round(now - self._watch.began, 3))
        ended = self.machine.phase in ("ended", "waiting")
        if ended:
            self._record.set(child_pid=None, child_started=None, ports="[]")
        if self.machine.phase == "ended":
            self._record.set(ended_at=iso(self._clock.now()))
        self._record.set(status=record.status, reason=reason, exit_code=self.machine.exit_code)
        self._record.note(
            record.what, "service.failed" if record.status == "failed" else "ok", status=record.status, reason=reason,
            pid=None if ended or self._family.main is None else self._family.main.pid, exit_code=self.machine.exit_code,
        )  # fmt: skip

    def _record_ports(self, now: float) -> None:
        self._watch.look(now, (one.pid for one in self._family.find()))
        port = self._watch.port(now)
        self._record.set(ports=json.dumps(self._watch.ports()), **({} if port is None else {"port": port}))

    def _remark(self) -> str:
        if hidden := self._watch.out_of_reach():
            return f"listens on {', '.join(map(str, hidden))} inside its sandbox, out of reach: it has no network"
        return ""

    def _finish(self) -> None:
        """Write the rest of the output and the last record; then the lock goes with the process."""
        while self._read_output(_CHUNKS_A_TURN):
            pass
        self._log.close()
        deadline = self._clock.monotonic() + LAST_WORDS_S
        while self._record.unwritten and not self._record.flush() and self._clock.monotonic() < deadline:
            self._clock.sleep(RETRY_S)
        with contextlib.suppress(OSError):
            Path(self._at.output).unlink()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
