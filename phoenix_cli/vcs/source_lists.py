"""Read many sources at once: a plain list, one on a line, or the ``.repos`` YAML of vcstool."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from phoenix_cli.kernel.documents import MAX_BYTES, DocumentError, load_yaml
from phoenix_cli.kernel.errors import Usage

_REPOS_FILE = re.compile(r"^repositories\s*:", re.MULTILINE)
_COMMENT = re.compile(r"(?:^|\s)#.*$")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One entry: ``source`` as a person would type it, ``branch`` a branch, tag or commit, "" for the default."""

    source: str
    branch: str = ""


def read_source_list(text: str, name: str = "the list") -> list[Wanted]:
    """Return the entries of a list, each once; raise ``Usage`` when it cannot be read or holds none."""
    if len(text) > MAX_BYTES:
        raise Usage(f"{name} is larger than {MAX_BYTES:,} bytes", code="source.list")
    text = text.removeprefix("\ufeff")
    entries = list(dict.fromkeys(_of_vcstool(text, name) if _REPOS_FILE.search(text) else _of_lines(text)))
    if not entries:
        raise Usage(f"{name} names no repository", code="source.list", hints=("one owner/repo, URL or path on a line",))
    return entries


def _of_lines(text: str) -> Iterator[Wanted]:
    for line in text.splitlines():
        if word := _COMMENT.sub("", line).strip():
            yield Wanted(word)


def _of_vcstool(text: str, name: str) -> Iterator[Wanted]:
    try:
        document = load_yaml(text)
    except DocumentError as error:
        where = f"{name}, line {error.line}" if error.line else name
        raise Usage(f"{where}: {error}", code="source.list") from None
    repositories = document.get("repositories") if isinstance(document, dict) else None
    if not isinstance(repositories, dict):
        raise Usage(f"{name}: repositories is not a mapping of names", code="source.list")
    for folder, entry in repositories.items():
        yield _entry(str(folder), entry, name)


def _entry(folder: str, entry: Any, name: str) -> Wanted:
    if not isinstance(entry, dict) or not isinstance(entry.get("url"), str):
        raise Usage(f"{name}: {folder} has no url", code="source.list")
    if entry.get("type", "git") != "git":
        raise Usage(f"{name}: {folder} is of type {entry['type']}; only git can be imported", code="source.list")
    version = entry.get("version") or ""
    if not isinstance(version, str):  # 1.10 is the number 1.1 by now
        raise Usage(
            f"{name}: the version of {folder} reads as a number", code="source.list", hints=('version: "1.10"',)
        )
    return Wanted(entry["url"], version)
