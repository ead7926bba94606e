"""Errors as people and scripts see them: text, problem object, exit status."""

from __future__ import annotations

from typing import Any

from phoenix_cli.kernel.errors import PhoenixError

#: kind -> (exit status, HTTP status of the same problem, what it is for); docs and ``phoenix help exit-codes`` print it.
EXIT_CODES: dict[str, tuple[int, int, str]] = {
    "failed": (1, 422, "it ran, and the result is bad"),
    "usage": (2, 400, "the words are off"),
    "not_found": (3, 404, "no such thing"),
    "auth": (4, 401, "a credential is missing or too weak"),
    "conflict": (5, 409, "exists, locked, changed meanwhile"),
    "unavailable": (6, 503, "down, timed out, tool missing"),
    "refused": (7, 403, "policy, trust, grant"),
    "pending": (8, 202, "not finished yet"),
}
BUG = 70


def exit_code(error: PhoenixError) -> int:
    """Return the exit status of an error's kind."""
    return EXIT_CODES[error.kind][0]


def problem(error: PhoenixError) -> dict[str, Any]:
    """Return the problem object (RFC 9457 with ``code`` and ``hints``), the same over HTTP and under ``--json``."""
    body: dict[str, Any] = {
        "type": f"phoenix:{error.kind}",
        "title": error.message,
        "status": EXIT_CODES[error.kind][1],
        "code": error.code,
        "hints": list(error.hints),
    }
    if error.cause:
        body["detail"] = error.cause
    if error.details:
        body["details"] = error.details
    return body


def text(error: PhoenixError) -> list[tuple[str, str]]:
    """Return (label, text) lines: what failed, why, what to type next."""
    lines = [("error:", error.message)]
    if error.cause:
        lines.append(("  cause:", error.cause))
    lines += [("  hint:", hint) for hint in error.hints]
    return lines
