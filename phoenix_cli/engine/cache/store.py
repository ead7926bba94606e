"""The store: values by key, in scopes, for all processes of a home at once. A cache: what it holds can be made again.

Nothing that happens to its files is an error for its user: what cannot be read is a miss, what cannot be written is not kept.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from phoenix_cli.engine.cache import checking
from phoenix_cli.engine.cache.bodies import INLINE_BYTES
from phoenix_cli.engine.cache.eviction import rank_all
from phoenix_cli.engine.cache.front import FRONT_BYTES
from phoenix_cli.engine.cache.listing import NOTHING, entries_of, entry_at, stats_of
from phoenix_cli.engine.cache.matching import Match, Pattern, matches
from phoenix_cli.engine.cache.model import Body, Entry, Kind, New, Policy, Stats, Verified
from phoenix_cli.engine.cache.shared import Shared
from phoenix_cli.engine.cache.table import ledger_of, make_room, rank_some
from phoenix_cli.engine.cache.uses import MANY
from phoenix_cli.engine.cache.values import chain, checked_key, checked_scope, checked_tags, decode, encode
from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.errors import Usage
from phoenix_cli.kernel.processes import boot_id

_MISSING: Any = object()
_FAR_S = 30e9  # about a thousand years: what a calendar can hold


class Store:
    """A scope of the store. Methods may be called from any thread; a store is not to be carried across a fork."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        max_bytes: int | None = None,
        policy: Policy | None = None,
        front_bytes: int = FRONT_BYTES,
        boot: str = "",
    ) -> None:
        """Use ``folder/store.db``, opened when first needed. Limit (at first 100 MB) and policy are kept in it, for everyone."""
        self.scope = ""
        self.shared = Shared(folder, clock, boot or boot_id(), front_bytes)
        if max_bytes is not None or policy is not None:
            self.settle(max_bytes=max_bytes, policy=policy)

    @property
    def problem(self) -> str:
        """Return what kept the store from its work last, "" while all is well."""
        return self.shared.problem

    # --- reading ----------------------------------------------------------------------------------------------

    def get(self, key: str, default: Any = None, *, counts: bool = True) -> Any:
        """Return the value of a key, here or in the nearest scope around; ``default`` when there is none.

        What does not ``count`` is left out of the hit rate: questions that Phoenix asks for itself.
        """
        shared, found = self.shared, None
        checked_key(key)
        with shared.lock:
            with shared.excused():
                found = shared.found(self.scope, key)
            if found is None:
                shared.uses.misses += counts
                return default
            shared.uses.hit(found.id, shared.database.time.now(), counts)
            if len(shared.uses) >= MANY:
                self.flush()
        try:
            return decode(found.kind, found.data)
        except (ValueError, RecursionError):  # an import brought a nest that is too deep for where we are
            return default

    def entry(self, key: str) -> Entry | None:
        """Return what is known of an entry, here or around; this does not count as a use."""
        with self.shared.lock, self.shared.excused():
            for scope in chain(self.scope) if self.shared.database.there() else ():
                now = self.shared.database.now()
                if found := entry_at(self.shared.database.connection, now, scope, checked_key(key)):
                    return found
        return None

    def entries(self, pattern: Pattern | None = None) -> list[Entry]:
        """Return the entries that a pattern means (default: all, of every scope) and whose time is not over, by key."""
        with self.shared.lock, self.shared.excused():
            if self.shared.database.there():
                now = self.shared.database.now()
                return entries_of(self.shared.database.connection, now, pattern)
        return []

    def peek(self, entry: Entry) -> bytes | None:
        """Return the body of an entry that was listed, None when it is gone; this does not count as a use."""
        with self.shared.lock, self.shared.excused():
            connection, hash = self.shared.database.connection, bytes.fromhex(entry.hash)
            row = connection.execute("SELECT data FROM bodies WHERE hash = ? AND refs > 0", (hash,)).fetchone()
            if row is not None and row[0] is not None:
                return row[0] if hashlib.sha256(row[0]).digest() == hash else None
            return self.shared.bodies.read(hash, entry.size) if row is not None else None
        return None

    def copy_to(self, hash: str, target: int) -> bool:
        """Copy a body, by its SHA-256, into an open file; False when it is gone or damaged. Raises ``OSError`` of the file."""
        raw = bytes.fromhex(hash)
        row = None
        with self.shared.lock, self.shared.excused():
            connection = self.shared.database.connection
            row = connection.execute("SELECT data, size FROM bodies WHERE hash = ? AND refs > 0", (raw,)).fetchone()
        if row is None:
            return False
        if self.shared.bodies.copy_to(raw, row[0], target):
            return True
        with self.shared.lock, self.shared.excused():
            self.shared.discard(raw)
        return False

    # --- writing ----------------------------------------------------------------------------------------------

    def put(
        self, key: str, value: Any, *, ttl_s: float | None = None, cost_s: float = 0.0, tags: Iterable[str] = ()
    ) -> bool:
        """Keep a value, JSON or bytes, in this scope; ``cost_s`` is what it took to make.

        False when it cannot be kept: ``problem`` tells why, and what was there stays. Raises ``Usage`` for a value, a key or
        tags that cannot be stored.
        """
        kind, data = encode(value)
        body = Body(hashlib.sha256(data).digest(), len(data), data if len(data) <= INLINE_BYTES else None)
        with self.shared.lock, self.shared.excused():
            return self.shared.write(self._new(key, kind, ttl_s, cost_s, tags), body, data)
        return False

    def put_file(
        self, key: str, source: int, *, ttl_s: float | None = None, cost_s: float = 0.0, tags: Iterable[str] = ()
    ) -> str:
        """Keep what an open file holds from here on, of any size; return its SHA-256, "" when it cannot be kept."""
        with self.shared.lock, self.shared.excused():
            new = self._new(key, "bytes", ttl_s, cost_s, tags)
            body = self.shared.bodies.copy_aside(source)
            return body.hash.hex() if self.shared.write(new, body, b"") else ""
        return ""

    def write(self, new: New, body: Body, data: bytes) -> bool:
        """Keep an entry as it is, scope and times included; False when it cannot be kept."""
        with self.shared.lock, self.shared.excused():
            return self.shared.write(new, body, data)
        return False

    def _new(self, key: str, kind: Kind, ttl_s: float | None, cost_s: float, tags: Iterable[str]) -> New:
        if not math.isfinite(cost_s) or (ttl_s is not None and not math.isfinite(ttl_s)):
            raise Usage("costs and times to live are numbers of seconds", code="cache.value")
        now = self.shared.database.now()
        return New(self.scope, checked_key(key), kind, cost_s, now, _end(now, ttl_s), checked_tags(tags))

    def touch(self, key: str, ttl_s: float | None = None) -> bool:
        """Count an entry of this scope as used, and with ``ttl_s`` let it live so long from now; False when there is none."""
        with self.shared.lock, self.shared.excused():
            if self.shared.database.there():
                now = self.shared.database.now()
                id = self._living(checked_key(key), now)
                if id is not None and ttl_s is not None:
                    self._renew(id, key, now + ttl_s)
                if id is not None:
                    self.shared.uses.hit(id, now, False)
                return id is not None
        return False

    def _living(self, key: str, now: float) -> int | None:
        row = self.shared.database.connection.execute(
            "SELECT id FROM entries WHERE scope = ? AND key = ? AND (expires IS NULL OR expires > ?)",
            (self.scope, key, now),
        ).fetchone()
        return row[0] if row else None

    def _renew(self, id: int, key: str, expires: float) -> None:
        with self.shared.database.write() as connection:
            connection.execute("UPDATE entries SET expires = ? WHERE id = ?", (expires, id))
            rank_some(connection, ledger_of(connection), [id])
        self.shared.front.forget(self.scope, key)

    def get_or_make(
        self, key: str, make: Callable[[], Any], *, ttl_s: float | None = None, tags: Iterable[str] = ()
    ) -> Any:
        """Return the value of a key, made and kept where there is none; what it cost is measured.

        Two that ask at once may both make it; the later one stays.
        """
        value = self.get(key, _MISSING)
        if value is not _MISSING:
            return value
        begun = self.shared.clock.monotonic()
        value = make()
        self.put(key, value, ttl_s=ttl_s, cost_s=self.shared.clock.monotonic() - begun, tags=tags)
        return value

    # --- taking away ------------------------------------------------------------------------------------------

    def delete(self, key: str) -> bool:
        """Delete an entry of this scope; one in a scope around it shows again. False when there was none."""
        checked_key(key)
        with self.shared.lock, self.shared.excused():
            if self.shared.database.there():
                rows = self.shared.database.connection.execute(
                    "SELECT id FROM entries WHERE scope = ? AND key = ?", (self.scope, key)
                ).fetchall()
                return self.shared.remove([one for (one,) in rows]) > 0
        return False

    def matches(self, pattern: Pattern) -> list[Match]:
        """Return what a pattern means; raise ``Usage`` for a wrong or slow expression."""
        with self.shared.lock, self.shared.excused():
            if self.shared.database.there():
                return matches(self.shared.database.connection, pattern)
        return []

    def remove(self, found: Iterable[Match]) -> int:
        """Delete entries that ``matches`` returned; return how many were still there."""
        with self.shared.lock, self.shared.excused():
            return self.shared.remove([one.id for one in found])
        return 0

    def invalidate(self, pattern: Pattern) -> list[Match]:
        """Delete every entry that a pattern means and return them; raise ``Usage`` for a wrong or slow expression."""
        found = self.matches(pattern)
        if found:
            self.remove(found)
        return found

    def child(self, name: str) -> Store:
        """Return a scope inside this one: it sees what this one has, and what it writes stays in it."""
        inner = object.__new__(Store)
        inner.shared = self.shared
        inner.scope = checked_scope(self.scope, name)
        return inner

    def drop(self) -> int:
        """Delete every entry of this scope and of those inside it; return how many there were."""
        with self.shared.lock, self.shared.excused():
            if self.shared.database.there():
                rows = self.shared.database.connection.execute(
                    "SELECT id FROM entries WHERE ?1 = '' OR scope = ?1 OR substr(scope, 1, length(?1) + 1) = ?1 || '/'",
                    (self.scope,),
                ).fetchall()
                return self.shared.remove([one for (one,) in rows])
        return 0

    # --- time -------------------------------------------------------------------------------------------------

    def now(self) -> float | None:
        """Return the store's time, None when it cannot be opened."""
        with self.shared.lock, self.shared.excused():
            return self.shared.database.now()
        return None

    def moment(self, time: float) -> datetime:
        """Return the wall time of a time of an entry, as the wall clock counts now."""
        with self.shared.lock, self.shared.excused():
            ago = self.shared.database.now() - time
            return self.shared.clock.now() - timedelta(seconds=min(max(ago, -_FAR_S), _FAR_S))
        return self.shared.clock.now()

    # --- the whole --------------------------------------------------------------------------------------------

    def settle(self, *, max_bytes: int | None = None, policy: Policy | None = None) -> bool:
        """Change limit or policy, for every process; what is too much is evicted at once. False when it cannot be written."""
        with self.shared.lock, self.shared.excused():
            with self.shared.database.write() as connection:
                if policy is not None and policy != ledger_of(connection).policy:
                    rank_all(connection, policy)
                if max_bytes is not None:
                    connection.execute("UPDATE ledger SET max_bytes = ?", (max_bytes,))
                make_room(connection, ledger_of(connection), self.shared.database.time.now())
            self.shared.front.clear()
            self.shared.sweep()
            return True
        return False

    @property
    def max_bytes(self) -> int:
        """Return the limit."""
        with self.shared.lock, self.shared.excused():
            if self.shared.database.there():
                return ledger_of(self.shared.database.connection).max_bytes
        return NOTHING.max_bytes

    def stats(self) -> Stats:
        """Return the sums over all processes."""
        with self.shared.lock, self.shared.excused():
            if self.shared.database.there():
                return stats_of(self.shared.database.connection, self.shared.uses.hits, self.shared.uses.misses)
        return NOTHING

    def verify(self, *, repair: bool = False) -> Verified:
        """Read every body and compare hashes, look for files without a row, add sums up again; ``repair`` puts it right."""
        with self.shared.lock, self.shared.excused():
            if self.shared.database.there():
                return checking.verify(self.shared, repair=repair)
        return Verified(0, 0, (), (), False, False)

    def collect(self) -> int:
        """Remove what crashes left: files that nothing refers to. Returns how many; ``close`` does it once a day."""
        with self.shared.lock, self.shared.excused():
            if self.shared.database.there():
                return checking.collect(self.shared)
        return 0

    def flush(self) -> None:
        """Write down what reads have to tell; when that cannot be done, it is forgotten."""
        with self.shared.lock:
            with self.shared.excused():
                self.shared.flush()
            self.shared.uses.clear()

    def close(self) -> None:
        """Flush and close; a later use opens it again."""
        with self.shared.lock:
            used = self.shared.database.open
            self.flush()
            with self.shared.excused():
                if used and self.shared.collect_is_due():
                    checking.collect(self.shared)
            self.shared.front.clear()
            self.shared.database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _end(now: float, ttl_s: float | None) -> float | None:
    return None if ttl_s is None else now + ttl_s
