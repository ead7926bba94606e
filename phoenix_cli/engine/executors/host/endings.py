"""End a tree without waiting in one place: a look now and then, TERM, time to leave, KILL, until nothing is found."""

from __future__ import annotations

from collections.abc import Callable
from signal import SIGKILL, SIGTERM

from phoenix_cli.engine.executors.host import trees
from phoenix_cli.engine.executors.host.trees import Table
from phoenix_cli.kernel.process_table import Entry

Who = tuple[int, str]  # pid and start; parents and groups change
LOOK_S = 0.05
KILLING_LOOK_S = 0.01  # something may fork as fast as it is found


class Ending:
    """``find`` returns what is left. ``why`` is told of the job when nothing is."""

    __slots__ = ("_asked", "_find", "_not_ours", "kill_at", "look_at", "why")

    def __init__(self, find: Callable[[Table], set[Entry]], now: float, grace_s: float, why: str) -> None:
        self._find = find
        self._asked: set[Who] = set()
        self._not_ours: set[Who] = set()
        self.kill_at = now + grace_s
        self.look_at = now
        self.why = why

    def hasten(self, kill_at: float) -> None:
        """Kill sooner: somebody asked again, with less patience."""
        self.kill_at = min(self.kill_at, kill_at)
        self.look_at = min(self.look_at, kill_at)

    def over(self, table: Table, now: float) -> bool:
        """Signal what is left; True when nothing is."""
        left = {(one.pid, one.started): one for one in self._find(table)}
        left = {who: one for who, one in left.items() if who not in self._not_ours}
        killing = now >= self.kill_at
        for who, one in left.items():
            if (killing or who not in self._asked) and not trees.send(one, SIGKILL if killing else SIGTERM):
                self._not_ours.add(who)  # it became another user's; waiting for it would be for ever
        self._asked.update(left)
        self.look_at = now + KILLING_LOOK_S if killing else min(now + LOOK_S, self.kill_at)
        return not left
