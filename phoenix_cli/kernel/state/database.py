"""Open the database so that fifty processes can use it at once.

WAL, ``busy_timeout``, and ``BEGIN IMMEDIATE`` for every write: of 500 read-modify-write transactions in 50 processes
all succeed; with Python's own deferred ``BEGIN`` 130 of them fail at once whatever the timeout (SQLITE_BUSY_SNAPSHOT).
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from phoenix_cli.kernel.errors import Conflict, Failed, PhoenixError, Unavailable
from phoenix_cli.kernel.files import unusable
from phoenix_cli.kernel.state.version import APPLICATION_ID, SCHEMA_VERSION

BUSY_TIMEOUT_S = 30.0


class State:
    """The database of one home. Nothing is touched before the first ``read`` or ``write``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection: sqlite3.Connection | None = None

    @property
    def connection(self) -> sqlite3.Connection:
        """Return the open connection, in autocommit; makes and migrates the database when needed."""
        if self._connection is None:
            with _explained(self.path):
                self._connection = _open(self.path)
        return self._connection

    def read(self, sql: str, parameters: tuple[object, ...] | dict[str, object] = ()) -> list[sqlite3.Row]:
        """Run one query and return its rows."""
        with _explained(self.path):
            return self.connection.execute(sql, parameters).fetchall()

    def read_one(self, sql: str, parameters: tuple[object, ...] | dict[str, object] = ()) -> sqlite3.Row | None:
        """Run one query and return its first row, None without any."""
        with _explained(self.path):
            row: sqlite3.Row | None = self.connection.execute(sql, parameters).fetchone()
            return row

    @contextlib.contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Hold the write lock for the body; commit at its end, roll back when it raises."""
        connection = self.connection
        with _explained(self.path):
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                if connection.in_transaction:  # a full disk has rolled it back already
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def exists(self) -> bool:
        """Tell whether there is a database yet, without making one; lost state is an error, not a fresh home."""
        with _explained(self.path):
            _refuse_lost_state(self.path)
            return self.path.exists()

    def close(self) -> None:
        """Close the connection; the next use opens it again. Needed before a fork."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __del__(self) -> None:
        """Close it with its owner: Python 3.13 warns of a connection that is left to the collector."""
        self.close()


def _open(path: Path) -> sqlite3.Connection:
    _refuse_lost_state(path)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    connection = connect(path)
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version != SCHEMA_VERSION or not _is_ours(connection):
            _bring_up_to_date(path, connection)
        return connection
    except BaseException:
        connection.close()
        raise


def connect(path: Path) -> sqlite3.Connection:
    """Open the file with our settings and nothing else."""
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection


def read_only(path: Path) -> str:
    """Return the URI that opens the file to look at it, and never makes or changes it."""
    return f"{path.absolute().as_uri()}?mode=ro"


def marker(path: Path) -> Path:
    """Return the file that stands beside a database that was made once: it tells lost state from a fresh home."""
    return path.with_name("state.id")


def _refuse_lost_state(path: Path) -> None:
    lost = marker(path).exists() and (not path.exists() or path.stat().st_size == 0)
    if lost:
        raise Failed(
            f"the state of {path.parent} is lost: {path.name} is {'empty' if path.exists() else 'gone'}",
            code="state.lost",
            hints=("put a backup of it back", f"or start anew: remove {marker(path)}"),
        )


def _bring_up_to_date(path: Path, connection: sqlite3.Connection) -> None:
    from phoenix_cli.kernel.locks import locked

    with locked(path.with_name("state.lock")):
        version = connection.execute("PRAGMA user_version").fetchone()[0]  # another process may have been first
        if version > SCHEMA_VERSION:
            raise Conflict(
                f"the state of {path.parent} was written by a newer phoenix",
                code="state.too_new",
                cause=f"its schema is {version}, this phoenix knows {SCHEMA_VERSION}",
                hints=("upgrade this phoenix; nothing was changed",),
            )
        if not _is_ours(connection) and connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            raise Failed(
                f"{path} is a database of some other program",
                code="state.foreign",
                hints=("nothing was changed; choose another home with --home or PHOENIX_HOME",),
            )
        if version < SCHEMA_VERSION:
            from phoenix_cli.kernel.state.migrations import migrate

            migrate(connection)
            marker(path).touch()


def _is_ours(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID)


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise explain(error, path) from error
    except OSError as error:
        told = unusable(error, path.parent)
        if told is None:
            raise
        raise told from error


def explain(error: sqlite3.DatabaseError, path: Path) -> PhoenixError:
    """Turn SQLite's word into ours."""
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
        return Unavailable("the disk is full or failing: nothing was changed", code="state.disk", cause=str(error))
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return Failed(
            f"the state file {path} is damaged", code="state.damaged", cause=str(error), hints=("phoenix doctor",)
        )
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return Conflict(f"the state file was busy for {BUSY_TIMEOUT_S:.0f} s", code="state.busy", hints=("try again",))
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")):
        return Unavailable(
            f"cannot use the state file {path}",
            code="state.unusable",
            cause=str(error),
            hints=("choose another home with --home or PHOENIX_HOME",),
        )
    raise error  # a wrong statement of ours is a bug, not the state's fault
