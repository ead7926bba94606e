"""Parsed files in SQLite, by file state. A warm look at 10,000 files stats them and reads one table.

A file is taken as unchanged when size, mtime, ctime and inode are those that were noted, and it was at rest for two
seconds when they were: a second write within one tick of the file system's clock would not show (git's "racy" rule).
A file that was not at rest is compared by its hash.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.state import State
from phoenix_cli.workstreams.files.folder import Folder, Seen, assemble, look, read_bytes, uncollected, unread
from phoenix_cli.workstreams.files.packing import FORMAT, pack, unpack
from phoenix_cli.workstreams.files.reading import PROGRAMME_NAME, ReadWorkstream, read_workstream

REST_NS = 2_000_000_000
_ROWS = """SELECT name, size, mtime_ns, ctime_ns, inode, settled, hash, body FROM workstream_files
    WHERE folder = (SELECT id FROM workstream_folders WHERE path = ?) AND format = ?"""
_KEEP = """INSERT INTO workstream_files (folder, name, size, mtime_ns, ctime_ns, inode, settled, hash, format, body)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (folder, name) DO UPDATE SET size = excluded.size,
    mtime_ns = excluded.mtime_ns, ctime_ns = excluded.ctime_ns, inode = excluded.inode, settled = excluded.settled,
    hash = excluded.hash, format = excluded.format, body = excluded.body"""


class Kept(NamedTuple):
    """A row of the cache: the state of the file, as its four numbers, and what was read."""

    name: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    settled: int
    hash: bytes
    body: bytes


def load_cached(path: Path, state: State, clock: Clock) -> Folder:
    """Read all files of a folder, parsing only what changed; the cache is brought up to date."""
    place = str(path.resolve())
    with uncollected():
        return _load(path, place, state, int(clock.now().timestamp() * 1_000_000_000))


def _load(path: Path, place: str, state: State, now_ns: int) -> Folder:
    kept = _kept(place, state)
    changed: dict[str, Kept] = {}
    seen = [one for one in look(path) if one.name != PROGRAMME_NAME]
    folder = assemble(path, _read(seen, kept, changed, now_ns))
    gone = kept.keys() - {one.name for one in seen}
    if changed or gone:
        _write(place, state, changed, gone)
    return folder


def _kept(place: str, state: State) -> dict[str, Kept]:
    found = state.connection.cursor()
    found.row_factory = None  # plain tuples: half the time of rows
    return {row[0]: Kept._make(row) for row in found.execute(_ROWS, (place, FORMAT))}


def _read(
    seen: list[Seen], kept: Mapping[str, Kept], changed: dict[str, Kept], now_ns: int
) -> Iterator[tuple[str, ReadWorkstream]]:
    for one in seen:
        known = kept.get(one.name)
        if known is not None and known.settled and known[1:5] == one.state:
            yield one.name, unpack(known.body)
            continue
        try:
            data = read_bytes(one.path)
        except OSError as error:  # said each time, never kept
            yield one.name, ReadWorkstream(None, (unread(one.name, error),))
            continue
        hash_ = hashlib.blake2b(data, digest_size=16).digest()
        settled = max(one.state.mtime_ns, one.state.ctime_ns) + REST_NS < now_ns
        if known is not None and known.hash == hash_:
            read, body = unpack(known.body), known.body
        else:
            read = read_workstream(data, one.name)
            body = pack(read)
        new = Kept(one.name, *one.state, settled, hash_, body)
        if known is None or new != known:
            changed[one.name] = new
        yield one.name, read


def _write(place: str, state: State, changed: Mapping[str, Kept], gone: set[str]) -> None:
    with state.write() as connection:
        folder = _folder(connection, place)
        connection.executemany(
            _KEEP,
            [(folder, *one[:7], FORMAT, one.body) for one in changed.values()],
        )
        connection.executemany(
            "DELETE FROM workstream_files WHERE folder = ? AND name = ?", [(folder, name) for name in gone]
        )


def _folder(connection: sqlite3.Connection, place: str) -> int:
    connection.execute("INSERT INTO workstream_folders (path) VALUES (?) ON CONFLICT DO NOTHING", (place,))
    return int(connection.execute("SELECT id FROM workstream_folders WHERE path = ?", (place,)).fetchone()[0])
