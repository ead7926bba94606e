"""One job in the hands of a host: its parts one after the other, its log, its end."""

from __future__ import annotations

from collections.abc import Mapping

from phoenix_cli.engine.executors.host.endings import Ending
from phoenix_cli.engine.executors.host.logs import Log
from phoenix_cli.engine.executors.host.spawning import Unstarted, spawn

FIRST_LOOK_S = 0.05
LEAST_LOOK_S, MOST_LOOK_S = 0.01, 1.0
SPARE = 4  # look again before what may be kept has come a quarter more


class Command:
    """``pid`` is that of the part that runs, 0 for none; ``session`` stays after it. ``code`` is the last part's."""

    __slots__ = (
        "code",
        "dir",
        "ending",
        "env",
        "grown",
        "limit_at",
        "log",
        "look_at",
        "looked_at",
        "outputs",
        "parts",
        "pid",
        "session",
        "tag",
        "tells",
        "told_at",
    )  # fmt: skip

    def __init__(
        self, tag: str, parts: list[list[str]], folder: str, env: Mapping[str, str], log: Log, outputs: list[str],
        limit_at: float | None, tells: bool, now: float,
    ) -> None:  # fmt: skip
        self.tag, self.parts, self.dir, self.env, self.log, self.outputs = tag, list(parts), folder, env, log, outputs
        self.limit_at, self.tells = limit_at, tells
        self.pid = self.session = 0
        self.code: int | None = None
        self.ending: Ending | None = None
        self.looked_at, self.look_at = now, now + FIRST_LOOK_S
        self.grown, self.told_at = False, 0.0

    def start_next(self) -> Unstarted | None:
        """Start the next part; return why it did not begin."""
        begun = spawn(self.parts.pop(0), self.dir, self.env, self.log.handle)
        if isinstance(begun, Unstarted):
            return begun
        self.pid = self.session = begun
        return None

    def look(self, now: float, most: int) -> bool:
        """Look at the log, sooner again the faster it grows; True when it grew."""
        before = self.log.size
        grew = self.log.look()
        pace = max(0, self.log.size - before) / max(now - self.looked_at, 1e-3)
        patience = most / SPARE / pace if pace else MOST_LOOK_S
        self.looked_at, self.look_at = now, now + min(max(patience, LEAST_LOOK_S), MOST_LOOK_S)
        return grew
