"""Every failure that Phoenix expects, by kind.

    PhoenixError
    ├── Failed        it ran, and the result is bad
    ├── Usage         the words are off
    ├── NotFound      no such thing (with a near name where there is one)
    ├── Auth          a credential is missing or too weak
    ├── Conflict      exists, locked, changed meanwhile
    ├── Unavailable   down, timed out, tool missing
    ├── Refused       policy, trust, grant
    └── Pending       not finished yet

The surfaces alone know which exit status or HTTP status a kind becomes.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any


class PhoenixError(Exception):
    """Say what failed, why, and what to type next.

    ``message`` says what failed, ``cause`` why, ``hints`` are next commands, ``code`` is a stable dotted string
    that scripts may test, ``details`` is JSON-ready.
    """

    kind = "error"

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        cause: str = "",
        hints: Iterable[str] = (),
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.kind
        self.cause = cause
        self.hints = tuple(hints)
        self.details = dict(details or {})


class Failed(PhoenixError):
    """It ran, and the result is bad."""

    kind = "failed"


class Usage(PhoenixError):
    """The words are off."""

    kind = "usage"


class NotFound(PhoenixError):
    """There is no such thing."""

    kind = "not_found"


class Auth(PhoenixError):
    """A credential is missing or too weak."""

    kind = "auth"


class Conflict(PhoenixError):
    """It exists already, is locked, or changed meanwhile."""

    kind = "conflict"


class Unavailable(PhoenixError):
    """It is down, timed out, or its tool is missing."""

    kind = "unavailable"


class Refused(PhoenixError):
    """Policy, trust or a missing grant forbids it."""

    kind = "refused"


class Pending(PhoenixError):
    """It has not finished yet."""

    kind = "pending"


KINDS: tuple[type[PhoenixError], ...] = (Failed, Usage, NotFound, Auth, Conflict, Unavailable, Refused, Pending)


def did_you_mean(wrong: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return at most one hint that names the known word nearest to a wrong one."""
    near = difflib.get_close_matches(wrong, list(known), n=1, cutoff=0.6)
    return tuple(f"did you mean {word}?" for word in near)
