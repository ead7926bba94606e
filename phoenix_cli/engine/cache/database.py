"""One open file of the store: queries, transactions, its time. What goes wrong with it is never its user's fault."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from phoenix_cli.engine.cache import schema
from phoenix_cli.engine.cache.store_time import StoreTime
from phoenix_cli.kernel.clock import Clock


class Database:
    """Opens ``store.db`` when first needed. One for each process; not to be carried across a fork."""

    def __init__(self, path: Path, clock: Clock, boot: str) -> None:
        self.path = path
        self.time = StoreTime(clock, boot)
        self._connection: sqlite3.Connection | None = None
        self._inode = 0
        self._version = -1

    @property
    def connection(self) -> sqlite3.Connection:
        """Return the open connection, in autocommit; raises ``OSError`` and ``sqlite3.Error``."""
        if self._connection is None:
            self._take(schema.open_file(self.path))
        assert self._connection is not None
        return self._connection

    def _take(self, connection: sqlite3.Connection) -> None:
        try:
            self.time.anchor(connection)
        except BaseException:
            connection.close()
            raise
        self._connection, self._inode, self._version = connection, schema.inode(self.path), -1

    @property
    def open(self) -> bool:
        """Tell whether this process has the file open."""
        return self._connection is not None

    def now(self) -> float:
        """Return the store's time, known from the file."""
        if self._connection is None:
            self._take(schema.open_file(self.path))
        return self.time.now()

    def there(self) -> bool:
        """Tell whether there is a store yet, without making one."""
        return self._connection is not None or self.path.exists()

    def changed(self) -> bool:
        """Tell whether another connection has committed since this was asked last."""
        version: int = self.connection.execute("PRAGMA data_version").fetchone()[0]
        was, self._version = self._version, version
        return was != version

    @contextlib.contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Hold the write lock for the body; commit at its end, roll back when it raises."""
        connection = self.connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # a full disk may have rolled it back already
                connection.execute("ROLLBACK")
            raise

    def recover(self, error: Exception) -> bool:
        """Begin with a new file when an error says that this one is damaged; tell whether it was so."""
        if not isinstance(error, sqlite3.Error) or not schema.damaged(error):
            return False
        self.close()
        with contextlib.suppress(OSError, sqlite3.Error):
            self._take(schema.replace(self.path, self._inode or schema.inode(self.path)))
        return True

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __del__(self) -> None:
        """Close it with its owner: Python 3.13 warns of a connection that is left to the collector."""
        self.close()
