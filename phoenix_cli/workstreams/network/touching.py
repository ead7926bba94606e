"""Whether two workstreams can mean the same file: the forecast of a conflict before there is any code."""

from __future__ import annotations

from collections.abc import Sequence

from phoenix_cli.vcs.merging.forecast import may_meet


def touch(one: Sequence[str], other: Sequence[str]) -> tuple[str, str] | None:
    """Return the first two globs of two workstreams that can mean the same file, None without any."""
    return next(((a, b) for a in one for b in other if may_meet(a, b)), None)
