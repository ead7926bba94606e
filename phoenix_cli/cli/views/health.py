"""The checks of ``phoenix doctor`` for people: what Phoenix itself needs, then what repositories may need."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from phoenix_cli.cli.console import Console, one_line

_SIGNS = {"ok": "done", "note": "none", "broken": "failed"}
_OWN = ("git", "bwrap", "state", "sandbox")


def show_checks(console: Console, checks: Sequence[Any]) -> None:
    """Print what is found, and of each gap what it costs and how to close it."""
    if not console.terminal:
        for check in checks:
            cells = (check.id, check.status, check.found, check.version or "", check.costs, check.hint)
            console.line("\t".join(one_line(cell) for cell in cells))
        return
    own = [check for check in checks if check.id.partition(".")[0] in _OWN]
    others = [check for check in checks if check not in own]
    console.line(console.paint("PHOENIX ITSELF", "dim"))
    for check in own:
        _show_own(console, check, max(len(one.id) for one in own))
    console.line("\n" + console.paint("TOOLS FOR REPOSITORIES", "dim"))
    _show_tools(console, others)
    console.line("\n" + _summary(own, others))


def _show_own(console: Console, check: Any, width: int) -> None:
    told = check.version if check.version and check.status == "ok" else f"{check.found} {check.version or ''}"
    lines = _folded(told, console.width - width - 4)
    lines += _folded(f"costs: {check.costs}", console.width - width - 4) if check.costs else []
    lines += [console.paint(line, "cyan") for line in _folded(check.hint, console.width - width - 4)]
    console.line(f"{console.sign(_SIGNS[check.status])} {check.id.ljust(width)}  {lines[0]}")
    for line in lines[1:]:
        console.line(f"{' ' * (width + 4)}{line}")


def _show_tools(console: Console, checks: Sequence[Any]) -> None:
    there = ", ".join(f"{_tool(check)}\u00a0{check.version}" for check in checks if check.status == "ok")
    for number, line in enumerate(_folded(there, console.width - 2)):
        console.line(f"{console.sign('done') if number == 0 else ' '} {line}".replace("\u00a0", " "))
    gaps = [check for check in checks if check.status != "ok"]
    width = max((len(_tool(check)) for check in gaps), default=0)
    told = {check.id: check.costs if check.version is None else f"{check.found}: {check.costs}" for check in gaps}
    column = max((len(text) for text in told.values()), default=0)
    for check in gaps:
        line = f"{console.sign(_SIGNS[check.status])} {_tool(check).ljust(width)}  {told[check.id]}"
        gap = column - len(told[check.id]) + 2
        if width + column + len(check.hint) + 6 > console.width:
            console.line(line)
            line, gap = "", width + 4
        console.line(f"{line}{' ' * gap}{console.paint(check.hint, 'cyan')}")


def _tool(check: Any) -> str:
    return str(check.id.partition(".")[0])


def _folded(text: str, width: int) -> list[str]:
    return textwrap.wrap(one_line(text), max(20, width), break_on_hyphens=False, break_long_words=False)


def _summary(own: Sequence[Any], others: Sequence[Any]) -> str:
    broken = [check.id for check in own if check.status == "broken"]
    found = sum(check.status == "ok" for check in others)
    state = f"Not ready: {', '.join(broken)}" if broken else "Ready"
    return f"{state}; {found} of {len(others)} tools for repositories are here."
