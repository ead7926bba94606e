"""Mistakes of a flow file, with the line they stand on."""

from __future__ import annotations

import re
from typing import Any

from phoenix_cli.cli.console import Console, harmless, one_line
from phoenix_cli.cli.drawing import cells

LINES = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # where YAML counts a new line


def show_mistakes(console: Console, file: str, found: Any) -> None:
    """Print ``file:line:column: message`` for each; on a terminal with the line, a caret, and the hint."""
    lines = LINES.split(found.source.text.removeprefix("\ufeff")) if console.terminal else []
    both = sorted([*found.errors, *found.warnings], key=lambda one: (one.place.line, one.place.column))
    for one in both:
        _show(console, file, one, lines)
    errors, warnings = len(found.errors), len(found.warnings)
    if errors:
        console.done(_counted(errors, "mistake") + (f", {_counted(warnings, 'warning')}" if warnings else ""), "failed")
    elif warnings:
        console.done(f"{one_line(file)} can run; {_counted(warnings, 'warning')}", "warn")
    else:
        console.done(f"{one_line(file)} can run")


def _show(console: Console, file: str, one: Any, lines: list[str]) -> None:
    told = one.as_dict()
    place = f"{one_line(file)}:{told['line']}:{told['column']}:" if told["line"] else f"{one_line(file)}:"
    kind = console.paint("warning: ", "yellow") if one.warning else ""
    hint = f"  ({one_line(told['hint'])})" if told["hint"] and not console.terminal else ""
    console.line(f"{console.paint(place, 'bold')} {kind}{one_line(told['message'])}{hint}")
    if not console.terminal:
        return
    for text in _excerpt(told, lines, console.width):
        console.line(text)
    if told["hint"]:
        console.line(f"  {console.paint('hint:', 'cyan')} {harmless(told['hint'])}")


def _excerpt(told: dict[str, Any], lines: list[str], width: int) -> list[str]:
    """Return the source line around a column, and a caret below it."""
    if not 0 < told["line"] <= len(lines):
        return []
    room, at = width - 4, max(0, told["column"] - 1)
    text = lines[told["line"] - 1]
    first = max(0, at - room // 2) if len(text) > room else 0
    before, after = one_line(text[first:at]), one_line(text[at : first + room])
    shown = before + after
    while cells(shown) > room:
        shown = shown[:-1]
    return [f"    {shown}", f"    {' ' * cells(before)}^"]


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'s' * (count != 1)}"
