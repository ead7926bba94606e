"""Write down what a supervisor sees. A busy or full disk delays the record, never the service."""

from __future__ import annotations

import sqlite3
from typing import Any

from phoenix_cli.ecosystem.services import store
from phoenix_cli.kernel.clock import Clock, iso
from phoenix_cli.kernel.errors import PhoenixError
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.state import State

#: A record that cannot be written at once waits: the output of the service is to be read meanwhile.
BUSY_TIMEOUT_MS = 300
_MOST_EVENTS = 1_000


class Recorder:
    """The supervisor's side of one row: columns that changed, and events, written together."""

    def __init__(self, state: State, clock: Clock, service_id: str, repo_id: str, name: str, tag: str) -> None:
        self._state = state
        self._clock = clock
        self._events = Events(state, clock, "supervisor")
        self._id, self._repo_id, self._name, self._tag = service_id, repo_id, name, tag
        self._columns: dict[str, Any] = {}
        self._notes: list[tuple[str, dict[str, Any], str]] = []
        self._tuned = False
        self.orphaned = False

    def set(self, **columns: Any) -> None:
        """Change columns of the row by the next ``flush``."""
        self._columns.update(columns)

    def note(self, what: str, outcome: str, **after: Any) -> None:
        """Add an event by the next ``flush``."""
        self._notes.append((f"service.{what}", after, outcome))
        del self._notes[:-_MOST_EVENTS]

    def flush(self) -> bool:
        """Write what has gathered; False when that did not work now. ``orphaned``: the row is no longer ours."""
        try:
            self._tune()
            with self._state.write() as connection:
                columns = {**self._columns, "heartbeat_at": iso(self._clock.now())}
                self.orphaned = not store.update(connection, self._id, self._tag, columns)
                for operation, after, outcome in () if self.orphaned else self._notes:
                    self._events.append(
                        connection,
                        operation,
                        self._repo_id,
                        arguments={"service": self._name},
                        after=after,
                        outcome=outcome,
                    )
        except (PhoenixError, sqlite3.Error, OSError):
            self._state.close()  # a failed commit may have left its transaction open
            self._tuned = False
            return False
        self._columns, self._notes = {}, []
        return True

    def _tune(self) -> None:
        if not self._tuned:
            self._state.connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS:d}")
            self._state.connection.execute("PRAGMA cache_size = -256")  # KiB: one row is all that we touch
            self._tuned = True

    @property
    def unwritten(self) -> bool:
        """Tell whether something waits to be written."""
        return bool(self._columns or self._notes)
