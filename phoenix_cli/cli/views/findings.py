"""Findings for people: where, how bad, what, and what could not be looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from phoenix_cli.cli.console import Console

MOST = 40
_SEVERITY_SIGNS = {"high": "failed", "medium": "warn", "low": "none"}
_STATUS_SIGNS = {"succeeded": "done", "done": "done", "failed": "failed", "blocked": "failed", "cancelled": "failed"}
_COLOURS = {"severity": "sign", "status": "sign", "note": "dim"}


def show_result(console: Console, result: Any) -> None:
    """Show one check: its findings, then its notes."""
    _show(console, ({"severity": one.severity, "file": one.file, "line": one.line, "message": one.message,
                     "hint": one.hint} for one in result.findings[:MOST]), len(result.findings))  # fmt: skip
    for note in result.notes:
        console.note(f"note: {note}")
    if not result.findings:
        console.done(f"{result.check}: nothing found in {result.repo}")


def show_review(console: Console, review: Any) -> None:
    """Show a row for each step, then the worst findings."""
    rows = [_row(console, one) for one in review.rows]
    console.table(("step", "status", "high", "medium", "low", "note"), rows, colours=_COLOURS)
    if review.findings:
        console.line()
    _show(console, review.findings[:MOST], len(review.findings))


def _row(console: Console, one: Any) -> tuple[object, ...]:
    counts = [one.counts[severity] if one.counts else "" for severity in ("high", "medium", "low")]
    sign = console.plain_sign(_STATUS_SIGNS.get(one.status, "none"))
    return (one.step, f"{sign} {one.status}", *counts, "; ".join(one.notes))


def _show(console: Console, findings: Iterable[Mapping[str, Any]], total: int) -> None:
    rows = [
        (f"{console.plain_sign(_SEVERITY_SIGNS[one['severity']])} {one['severity']}", _place(one), _told(one))
        for one in findings
    ]
    console.table(("severity", "place", "finding"), rows, colours=_COLOURS, places=("place",))
    if total > MOST:
        console.note(f"{total - MOST} more: --json shows all")


def _place(one: Mapping[str, Any]) -> str:
    return f"{one['file']}:{one['line']}" if one["line"] else str(one["file"])


def _told(one: Mapping[str, Any]) -> str:
    return f"{one['message']} ({one['hint']})" if one["hint"] else str(one["message"])
