"""What this process has read lately, so that reading it again costs no query. Right only as long as nobody else wrote:
its owner empties it when the file's ``data_version`` says that another connection did."""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

from phoenix_cli.engine.cache.model import Kind

FRONT_BYTES = 8 << 20
_LARGEST = FRONT_BYTES // 32
_EACH = 300  # bytes that an item takes beside its body


class Found(NamedTuple):
    """An entry with its body; ``expires`` is the entry's own end: being read does not renew it."""

    id: int
    kind: Kind
    data: bytes
    expires: float | None


class Front:
    """Items by (scope that was asked, key), the least recently used leave first."""

    def __init__(self, max_bytes: int = FRONT_BYTES) -> None:
        self.max_bytes = max_bytes
        self.bytes = 0
        self._items: OrderedDict[tuple[str, str], Found] = OrderedDict()
        self._scopes: set[str] = set()

    def get(self, scope: str, key: str) -> Found | None:
        """Return what was kept."""
        place = (scope, key)
        found = self._items.get(place)
        if found is not None:
            self._items.move_to_end(place)
        return found

    def keep(self, scope: str, key: str, found: Found) -> None:
        """Keep an answer unless it is large."""
        self._drop((scope, key))
        if len(found.data) > _LARGEST:
            return
        self._items[scope, key] = found
        self._scopes.add(scope)
        self.bytes += len(found.data) + _EACH
        while self.bytes > self.max_bytes:
            self._drop(next(iter(self._items)))

    def forget(self, scope: str, key: str) -> None:
        """Forget the answers about a key that a write in a scope may have changed: those of this scope and inside it."""
        self._drop((scope, key))
        if len(self._scopes) > 1 or scope not in self._scopes:
            for inner in self._scopes:
                if not scope or inner.startswith(f"{scope}/"):
                    self._drop((inner, key))

    def clear(self) -> None:
        """Forget everything."""
        self._items.clear()
        self._scopes.clear()
        self.bytes = 0

    def _drop(self, place: tuple[str, str]) -> None:
        old = self._items.pop(place, None)
        if old is not None:
            self.bytes -= len(old.data) + _EACH
