"""The commands in a host's hands: started, looked at now and then, ended, and told of."""

from __future__ import annotations

import math
import os
import signal
import time
from collections.abc import Callable, Mapping

from phoenix_cli.engine.executors.host import trees
from phoenix_cli.engine.executors.host.commands import Command
from phoenix_cli.engine.executors.host.connections import Untold
from phoenix_cli.engine.executors.host.endings import Ending
from phoenix_cli.engine.executors.host.logs import Log
from phoenix_cli.engine.executors.host.spawning import Unstarted, open_log
from phoenix_cli.engine.executors.host.wire import line
from phoenix_cli.kernel import process_table

STARTED_S = 0.05  # how long the news of a start may wait for the news of the end, to be one message
LIMIT_GRACE_S = 5.0
OUTPUT_S = 0.9  # the looks are a second apart
STOPPED = "it was stopped"
TOO_LONG = "it took longer than its time limit, while no phoenix was there"


class Performing:
    """Commands by tag and by pid. ``say`` sends a message to the driver, at the latest after so many seconds.

    ``env`` are the variables that each command's are told by their difference from.
    """

    def __init__(self, say: Callable[[bytes, float], None], log_bytes: int) -> None:
        self.commands: dict[str, Command] = {}
        self.untold = Untold()
        self.env: Mapping[str, str] = {}
        self._pids: dict[int, Command] = {}
        self._say = say
        self._log_bytes = log_bytes

    def run(
        self,
        tag: str,
        parts: list[list[str]],
        folder: str,
        changes: Mapping[str, str | None],
        log: str,
        outputs: list[str],
        limit_s: float | None,
        tells: bool,
    ) -> None:
        """Start a job; the second time the same is nothing."""
        if tag in self.commands:
            return
        handle = open_log(log)
        if isinstance(handle, Unstarted):
            self._tell_end(tag, *handle, outputs)
            return
        if outputs:
            _remove(outputs[0])
        now = time.monotonic()
        limit_at = now + limit_s if limit_s else None
        kept = Log(handle, self._log_bytes, log)
        one = Command(tag, parts, folder, self._variables(tag, changes), kept, outputs, limit_at, tells, now)
        self.commands[tag] = one
        if self._start_next(one):
            self._begun(one)

    def _begun(self, one: Command) -> None:
        self._say(line("started", one.tag, one.pid), STARTED_S)

    def _variables(self, tag: str, changes: Mapping[str, str | None]) -> dict[str, str]:
        env = {**self.env, **changes, process_table.TREE_VARIABLE: tag}
        return {name: value for name, value in env.items() if value is not None}

    def _start_next(self, one: Command) -> bool:
        unstarted = one.start_next()
        if unstarted is None:
            self._pids[one.pid] = one
            return True
        self._end(one, *unstarted)
        return False

    def adopt(self, one: Command, pid: int) -> None:
        """Take over a job whose process has become a child of this one."""
        one.pid = one.session = pid
        self.commands[one.tag] = self._pids[pid] = one

    def stop(self, tag: str, grace_s: float, why: str = STOPPED) -> None:
        """End the tree of a job that has not ended."""
        one = self.commands.get(tag)
        if one is None:
            return
        now = time.monotonic()
        if one.ending is not None:
            one.ending.hasten(now + grace_s)
        else:
            one.ending = Ending(lambda table: trees.of_job(one.session, one.tag, table), now, grace_s, why)

    def reap(self) -> None:
        """Go on with the jobs whose processes have ended. Others that come to a subreaper are let go."""
        while (ended := _next_end()) is not None:
            one = self._pids.pop(ended[0], None)
            if one is not None:
                self._part_ended(one, os.waitstatus_to_exitcode(ended[1]))

    def _part_ended(self, one: Command, code: int) -> None:
        one.pid, one.code = 0, code
        if one.ending is not None:
            one.ending.look_at = 0.0
        elif code != 0:
            self._end(one, "failed", code, "")
        elif not one.parts:
            self._end(one, "", 0, "")
        else:
            self._start_next(one)

    def _end(self, one: Command, error: str, code: int | None, message: str) -> None:
        del self.commands[one.tag]
        try:
            one.log.settle()
        except OSError:
            pass  # no room: it stays as it is, with a hole
        os.close(one.log.handle)
        self._tell_end(one.tag, error, code, message, one.outputs)

    def _tell_end(self, tag: str, error: str, code: int | None, message: str, outputs: list[str]) -> None:
        self._say(self.untold.add(tag, error, code, message, outputs), 0.0)

    # ---- looks

    def wake_at(self) -> float:
        """Return when to look next."""
        wake = math.inf
        for one in self.commands.values():
            wake = min(wake, one.look_at, one.ending.look_at if one.ending else math.inf)
        return wake

    def look(self, *, limited: bool) -> None:
        """See to logs and to trees that are to end, each when it is its time; ``limited``: to time limits, too."""
        if not self.commands:
            return
        now = time.monotonic()
        table: trees.Table | None = None
        for one in list(self.commands.values()):
            if one.look_at <= now:
                self._look_at_log(one, now)
            if limited and one.limit_at is not None and one.limit_at <= now and one.ending is None:
                self.stop(one.tag, LIMIT_GRACE_S, TOO_LONG)
            if one.ending is not None and one.ending.look_at <= now:
                table = table or process_table.table()
                if one.ending.over(table, now) and not one.pid:
                    self._end(one, "failed", one.code or -signal.SIGTERM, one.ending.why)

    def _look_at_log(self, one: Command, now: float) -> None:
        one.grown = one.look(now, self._log_bytes) or one.grown
        if one.tells and one.grown and now - one.told_at >= OUTPUT_S:
            one.told_at, one.grown = now, False
            self._say(line("output", one.tag), 0.0)


def _next_end() -> tuple[int, int] | None:
    try:
        ended = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return None
    return ended if ended[0] else None


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except (OSError, ValueError):
        pass  # it is not there; or the command finds that it cannot write there
