"""Globs over folder paths, as workspace lists write them: ``packages/*``, ``apps/**``, ``libs/{a,b}``."""

from __future__ import annotations

import re
from collections.abc import Iterable

_TOKEN = re.compile(r"/\*\*(?=/|$)|\*\*/?|\*|\?|\{[^{}]*\}|[@+?]\([^()]*\)|.", re.DOTALL)


def any_of(globs: Iterable[str]) -> re.Pattern[str]:
    """Compile globs to one expression that is matched against a whole relative path; without globs nothing matches."""
    parts = [expression(glob) for glob in globs]
    return re.compile("|".join(f"(?:{part})" for part in parts) if parts else r"(?!)", re.DOTALL)


def expression(glob: str) -> str:
    """Return one glob as the text of a regular expression."""
    path = normal(glob)
    return "".join(_piece(token) for token in _TOKEN.findall(path))


def normal(path: str) -> str:
    """Strip what writers add around a relative folder: ``./packages/a/`` and ``packages/a/package.json`` mean one thing."""
    path = path.strip().replace("\\", "/")
    path = re.sub(r"/(?:package|deno)\.jsonc?$", "", path)
    while path.startswith("./"):
        path = path[2:]
    return "" if path == "." else path.strip("/")


def _piece(token: str) -> str:
    if token == "/**":
        return "(?:/.*)?"
    if token.startswith("**"):
        return "(?:.*/)?" if token.endswith("/") else ".*"
    if token == "*":
        return "[^/]*"
    if token == "?":
        return "[^/]"
    if token[0] == "{" and len(token) > 1:
        return f"(?:{'|'.join(expression(part) for part in token[1:-1].split(','))})"
    if token[0] in "@+?" and len(token) > 1:
        return f"(?:{'|'.join(expression(part) for part in token[2:-1].split('|'))})"
    return re.escape(token)
