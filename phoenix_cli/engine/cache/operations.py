"""What people and programs may do with the cache, as plain functions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from phoenix_cli.engine.cache.exchange import export_lines, import_lines
from phoenix_cli.engine.cache.matching import Match, Pattern
from phoenix_cli.engine.cache.model import POLICIES, Entry, Imported, Policy, Stats, Verified
from phoenix_cli.engine.cache.store import Store
from phoenix_cli.kernel.clock import iso
from phoenix_cli.kernel.errors import NotFound, Unavailable, Usage, did_you_mean
from phoenix_cli.kernel.events import Events
from phoenix_cli.kernel.records import record
from phoenix_cli.kernel.state import State


@record
class Listed:
    """One entry as it is shown: sizes in bytes, times as UTC ISO 8601."""

    key: str
    scope: str
    kind: str
    size: int
    hash: str
    cost_s: float
    hits: int
    tags: tuple[str, ...]
    created_at: str
    last_used_at: str
    expires_at: str | None


@record
class Value:
    """One entry with its body: JSON as a value, bytes as bytes."""

    entry: Listed
    value: Any


def cache_stats(*, cache: Store) -> Stats:
    """Return how large the cache is and how useful it was."""
    return cache.stats()


def list_entries(*, cache: Store, pattern: str = "", tag: str = "") -> list[Listed]:
    """List entries by key: all, those whose key fits a glob, or those with a tag."""
    return [_listed(cache, one) for one in cache.entries(_pattern(pattern, tag))]


def get_entry(*, cache: Store, key: str, scope: str = "") -> Value:
    """Return one entry and its value, which does not count as a use; raise ``NotFound``."""
    entry = _scope(cache, scope).entry(key)
    data = cache.peek(entry) if entry else None
    if entry is None or data is None:
        near = did_you_mean(key, [one.key for one in cache.entries()])
        raise NotFound(f"the cache has no {key!r}", code="cache.no_entry", hints=(*near, "phoenix cache list"))
    return Value(_listed(cache, entry), json.loads(data) if entry.kind == "json" else data)


def delete_entries(
    *,
    cache: Store,
    state: State,
    events: Events,
    patterns: Sequence[str],
    regex: bool = False,
    tag: str = "",
    dry_run: bool = False,
) -> list[Match]:
    """Delete what globs, or regular expressions, or a tag mean, in every scope; return it. With ``dry_run`` only say what."""
    wanted = [Pattern(regex=one) if regex else Pattern(glob=one) for one in patterns] + (
        [Pattern(tag=tag)] if tag else []
    )
    if not wanted or not all(patterns):
        raise Usage(
            "which entries?", code="cache.pattern", hints=("phoenix cache delete 'step/*'", "phoenix cache clear")
        )
    found = dict.fromkeys(match for one in wanted for match in cache.matches(one))
    if not dry_run and found:
        cache.remove(found)
        _record(
            state,
            events,
            "cache.delete",
            arguments={"patterns": list(patterns), "regex": regex, "tag": tag},
            after=len(found),
        )
    return list(found)


def clear_cache(*, cache: Store, state: State, events: Events, dry_run: bool = False) -> Stats:
    """Delete everything; return what was there. With ``dry_run`` only say what."""
    was = cache.stats()
    if not dry_run and was.entries:
        cache.drop()
        cache.collect()
        _record(state, events, "cache.clear", before={"entries": was.entries, "bytes": was.bytes})
    return was


def limit_cache(*, cache: Store, state: State, events: Events, max_bytes: int | None = None, policy: str = "") -> Stats:
    """Change the limit in bytes, or who leaves first when it is reached (lru, lfu, ttl, cost); what is too much leaves now."""
    if policy and policy not in POLICIES:
        raise Usage(
            f"no policy {policy!r}", hints=(*did_you_mean(policy, POLICIES), f"policies: {', '.join(POLICIES)}")
        )
    if max_bytes is not None and not 0 <= max_bytes < 1 << 62:
        raise Usage("a limit is a number of bytes", code="cache.limit")
    before = cache.stats()
    chosen: Policy | None = next((one for one in POLICIES if one == policy), None)
    if not cache.settle(max_bytes=max_bytes, policy=chosen):
        raise Unavailable("the cache cannot be written", code="cache.unwritable", cause=cache.problem)
    _record(
        state, events, "cache.limit", before={"max_bytes": before.max_bytes, "policy": before.policy},
        after={"max_bytes": cache.stats().max_bytes, "policy": cache.stats().policy},
    )  # fmt: skip
    return cache.stats()


def export_cache(*, cache: Store, pattern: str = "", tag: str = "") -> Iterator[bytes]:
    """Yield entries as JSON lines, each with its line end, for ``import_cache``."""
    return export_lines(cache, _pattern(pattern, tag))


def import_cache(*, cache: Store, state: State, events: Events, source: BinaryIO) -> Imported:
    """Take entries from JSON lines; lines that are wrong are refused, one by one. Raises ``Usage``, ``Failed``."""
    result = import_lines(cache, source)
    _record(state, events, "cache.import", after={"taken": result.taken, "refused": result.refusals})
    return result


def verify_cache(*, cache: Store, state: State, events: Events, repair: bool = False) -> Verified:
    """Read every body and compare its hash; find files that nothing refers to. ``repair`` removes both."""
    found = cache.verify(repair=repair)
    if repair and (found.orphans or not found.sound):
        _record(state, events, "cache.verify", after={"damaged": len(found.damaged), "orphans": len(found.orphans)})
    return found


def _pattern(glob: str, tag: str) -> Pattern | None:
    if glob and tag:
        raise Usage("a pattern or a tag, not both", code="cache.pattern")
    return Pattern(glob=glob, tag=tag) if glob or tag else None


def _scope(cache: Store, scope: str) -> Store:
    for name in scope.split("/") if scope else ():
        cache = cache.child(name)
    return cache


def _listed(cache: Store, one: Entry) -> Listed:
    return Listed(
        one.key, one.scope, one.kind, one.size, one.hash, one.cost_s, one.hits, one.tags, iso(cache.moment(one.created)),
        iso(cache.moment(one.last_used)), None if one.expires is None else iso(cache.moment(one.expires)),
    )  # fmt: skip


def _record(state: State, events: Events, operation: str, **told: Any) -> None:
    with state.write() as connection:
        events.append(connection, operation, **told)
