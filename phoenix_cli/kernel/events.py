"""The event log: who did what, to what, with which outcome. Append-only; every live view and audit reads it."""

from __future__ import annotations

import builtins
import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

from phoenix_cli.kernel.clock import Clock, iso
from phoenix_cli.kernel.ids import new_id
from phoenix_cli.kernel.records import record
from phoenix_cli.kernel.state import State

_SECRET_NAME = re.compile(r"token|secret|password|passwd|api[-_]?key|credential|authorization", re.IGNORECASE)
_USERINFO = re.compile(r"(?<=://)[^/\n]+@")
_CHOSEN = "substr(operation, 1, length(?)) = ? AND (? = '' OR target = ?)"  # LIKE would take _ for any character
POLL_S = 0.25


@record
class Event:
    """One row. ``outcome`` is ``ok`` or an error's code; ``before`` and ``after`` are JSON values."""

    seq: int
    id: str
    at: str
    actor: str
    operation: str
    target: str
    arguments: dict[str, Any]
    before: Any
    after: Any
    outcome: str


class Events:
    """Append to the log and read it."""

    def __init__(self, state: State, clock: Clock, actor: str = "") -> None:
        self._state = state
        self._clock = clock
        self.actor = actor

    def append(
        self,
        connection: sqlite3.Connection,
        operation: str,
        target: str = "",
        *,
        arguments: Mapping[str, Any] | None = None,
        before: Any = None,
        after: Any = None,
        outcome: str = "ok",
    ) -> str:
        """Add one row in the caller's transaction, so that the change and its record stand or fall together."""
        now = self._clock.now()
        event_id = new_id("evt", now)
        connection.execute(
            "INSERT INTO events (id, at, actor, operation, target, arguments, before, after, outcome)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                event_id,
                iso(now),
                self.actor,
                operation,
                target,
                json.dumps(without_secrets(dict(arguments or {})), default=str),
                None if before is None else json.dumps(without_secrets(before), default=str),
                None if after is None else json.dumps(without_secrets(after), default=str),
                outcome,
            ),
        )
        return event_id

    def list(self, *, after: int = 0, limit: int = 100, operation: str = "", target: str = "") -> builtins.list[Event]:
        """Return events whose sequence number is above ``after``, oldest first."""
        rows = self._state.read(
            f"SELECT * FROM events WHERE seq > ? AND {_CHOSEN} ORDER BY seq LIMIT ?",
            (after, operation, operation, target, target, limit),
        )
        return [_event(row) for row in rows]

    def last(self, limit: int, *, operation: str = "", target: str = "") -> builtins.list[Event]:
        """Return the newest events, oldest of them first."""
        rows = self._state.read(
            f"SELECT * FROM events WHERE {_CHOSEN} ORDER BY seq DESC LIMIT ?",
            (operation, operation, target, target, limit),
        )
        return [_event(row) for row in reversed(rows)]

    def follow(self, *, after: int, operation: str = "", target: str = "") -> Iterator[Event]:
        """Yield events as they come, for ever."""
        while True:
            batch = self.list(after=after, operation=operation, target=target)
            yield from batch
            after = batch[-1].seq if batch else after
            if not batch:
                self._clock.sleep(POLL_S)


def list_events(
    *, state: State, events: Events, limit: int = 50, after: int = 0, operation: str = "", target: str = ""
) -> list[Event]:
    """List the newest events, or with ``after`` those that came after a sequence number; oldest first."""
    if not state.exists():
        return []
    if after:
        return events.list(after=after, limit=limit, operation=operation, target=target)
    return events.last(limit, operation=operation, target=target)


def last_number(*, state: State) -> int:
    """Return the sequence number of the newest event, 0 when there is none."""
    row = state.read_one("SELECT max(seq) FROM events") if state.exists() else None
    return (row[0] or 0) if row else 0


def without_secrets(value: Any) -> Any:
    """Return the value with passwords in URLs and values under telling names replaced by ``***``."""
    if isinstance(value, Mapping):
        return {
            str(key): "***" if _SECRET_NAME.search(str(key)) and item else without_secrets(item)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [without_secrets(item) for item in value]
    return _USERINFO.sub("***@", value) if isinstance(value, str) else value


def _event(row: sqlite3.Row) -> Event:
    return Event(
        seq=row["seq"],
        id=row["id"],
        at=row["at"],
        actor=row["actor"],
        operation=row["operation"],
        target=row["target"],
        arguments=json.loads(row["arguments"]),
        before=json.loads(row["before"]) if row["before"] else None,
        after=json.loads(row["after"]) if row["after"] else None,
        outcome=row["outcome"],
    )
