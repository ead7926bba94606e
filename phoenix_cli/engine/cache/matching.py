"""Which keys are meant by a prefix, a glob, a tag or a regular expression."""

from __future__ import annotations

import fnmatch
import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from typing import NamedTuple

from phoenix_cli.kernel.errors import Usage

REGEX_S = 2.0
_ABOVE = "\U0010ffff"  # no key has it twice in a row at the end of a prefix that anyone would write
_REGEX = """
import json, re, sys
pattern, keys = json.load(sys.stdin)
try:
    find = re.compile(pattern).search
except (re.error, RecursionError, OverflowError) as error:
    json.dump({"wrong": str(error)}, sys.stdout)
else:
    json.dump({"found": [at for at, key in enumerate(keys) if find(key)]}, sys.stdout)
"""


class Pattern(NamedTuple):
    """One way to say which entries are meant; the others are empty. ``scope`` None means every scope."""

    prefix: str = ""
    glob: str = ""
    tag: str = ""
    regex: str = ""
    scope: str | None = None


class Match(NamedTuple):
    """An entry that is meant."""

    id: int
    scope: str
    key: str


def matches(connection: sqlite3.Connection, pattern: Pattern) -> list[Match]:
    """Return the entries that a pattern means, by key; raise ``Usage`` for an expression that is wrong or too slow."""
    if sum(map(bool, pattern[:4])) != 1:
        raise Usage("one of prefix, glob, tag and regex is needed", code="cache.pattern")
    if not "".join(pattern[:4]).isascii():
        _check_text("".join(pattern[:4]))
    if pattern.tag:
        return _rows(connection, "id IN (SELECT entry FROM tags WHERE tag = ?)", (pattern.tag,), pattern.scope)
    if pattern.regex:
        rows = _rows(connection, "1", (), pattern.scope)
        return [rows[at] for at in _searched(pattern.regex, [one.key for one in rows])]
    prefix = pattern.prefix or _literal(pattern.glob)
    rows = _rows(connection, "key >= ? AND key < ?", (prefix, prefix + _ABOVE * 2), pattern.scope)
    if pattern.prefix:
        return rows
    fits = re.compile(fnmatch.translate(pattern.glob)).match  # which does not backtrack
    return [one for one in rows if fits(one.key)]


def _check_text(text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise Usage("the pattern is no text", code="cache.pattern", cause=ascii(text[:60])) from None


def _rows(connection: sqlite3.Connection, where: str, values: tuple[str, ...], scope: str | None) -> list[Match]:
    if scope is not None:
        where, values = f"scope = ? AND {where}", (scope, *values)
    return [
        Match(*row)
        for row in connection.execute(f"SELECT id, scope, key FROM entries WHERE {where} ORDER BY key, scope", values)
    ]


def _literal(glob: str) -> str:
    """Return what every key that fits begins with."""
    return re.split(r"[*?\[]", glob, maxsplit=1)[0]


def _searched(regex: str, keys: Sequence[str]) -> list[int]:
    """Return which keys an expression is found in. In a process of its own: only that can be stopped (``re`` cannot)."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", _REGEX], input=json.dumps([regex, keys]), capture_output=True, text=True,
            timeout=REGEX_S, check=True,
        )  # fmt: skip
        answer = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise Usage(
            f"the expression takes more than {REGEX_S:.0f} s on {len(keys):,} keys",
            code="cache.regex",
            hints=("use a glob",),
        ) from None
    except (subprocess.CalledProcessError, ValueError) as error:
        raise Usage("the expression cannot be used", code="cache.regex", cause=str(error)) from None
    if "wrong" in answer:
        raise Usage("the expression is wrong", code="cache.regex", cause=answer["wrong"])
    return list(answer["found"])
