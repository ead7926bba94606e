"""Secrets in what recent commits added, also where a later commit took it out again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from phoenix_cli.ecosystem.checks.findings import Finding, Seen
from phoenix_cli.ecosystem.checks.secrets import found_in
from phoenix_cli.ecosystem.checks.sources import Sources, Text
from phoenix_cli.vcs.objects import Blobs
from phoenix_cli.vcs.repository import head_of
from phoenix_cli.vcs.runner import Place

MAX_COMMITS = 1_000
MAX_BLOBS = 20_000
MAX_BLOB = 500_000
MAX_BYTES = 200_000_000
MAX_LINES = 1_000_000  # remembered as having been looked at: about 100 MB
_COMMIT = "\x01"
_ADDED = re.compile(r":\d{6} (100\d{3}) [0-9a-f]{40,64} ([0-9a-f]{40,64}) [AM]\t(.*)")


class Version(NamedTuple):
    """One content of one file, and the commit that brought it."""

    blob: str
    path: str
    commit: str


def check_history(sources: Sources) -> Seen:
    """Look through every content that the last ``MAX_COMMITS`` commits brought and that is not in the tree any more."""
    place = sources.place
    if place is None:
        return Seen([], ["this is no checkout of its own: it has no history"])
    commits, versions = _versions(sources, place)
    notes = [f"{commits:,} commits were looked at"]
    if (place.git_dir / "shallow").exists():
        notes.append("the history is cut off here: bring in all of it with phoenix ecosystem import SOURCE --full")
    if commits == MAX_COMMITS or len(versions) > MAX_BLOBS:
        notes.append(f"older ones were not: the limits are {MAX_COMMITS:,} commits and {MAX_BLOBS:,} contents")
    return Seen(list(_found(sources, place, versions[:MAX_BLOBS], notes)), notes)


def _versions(sources: Sources, place: Place) -> tuple[int, list[Version]]:
    words = ("log", f"--max-count={MAX_COMMITS}", "--raw", "--no-abbrev", "--no-renames", "--diff-filter=AM", "--root",
             "--diff-merges=off", "--no-color", "--no-show-signature", f"--format={_COMMIT}%H", "HEAD", "--")  # fmt: skip
    if head_of(sources.git, place).commit is None:
        return 0, []
    listing = sources.git.run(*words, at=place)  # a history that git cannot read is a failure, not one without secrets
    now = {one.blob for one in sources.tracked}
    commit, commits, found = "", 0, dict[str, Version]()
    for line in listing.decode("utf-8", "surrogateescape").split("\n"):
        if line.startswith(_COMMIT):
            commit, commits = line[1:], commits + 1
        elif (match := _ADDED.fullmatch(line)) and match[2] not in now:
            found.setdefault(match[2], Version(match[2], match[3], commit))
    return commits, list(found.values())


def _found(sources: Sources, place: Place, versions: list[Version], notes: list[str]) -> Iterator[Finding]:
    """Yield one finding for each file and kind: its first line of the kind, and the newest commit that had it."""
    found: dict[tuple[str, str, str], Finding] = {}
    lines = NewLines()
    for version, data in _contents(sources, place, versions, notes):
        text = lines.of(data.decode("latin-1"))
        for one in found_in([Text(version.path, text)]):
            told = replace(one, line=None, message=f"{one.message}, in commit {version.commit[:12]}")
            found.setdefault((one.rule, one.file, one.message), told)
    yield from found.values()


def _contents(
    sources: Sources, place: Place, versions: list[Version], notes: list[str]
) -> Iterator[tuple[Version, bytes]]:
    blobs = Blobs(sources.git, place)
    missing = total = 0
    try:
        contents = blobs.read([one.blob for one in versions], MAX_BLOB)
        for version, (_, data) in zip(versions, contents, strict=True):
            missing += data is None
            total += len(data or b"")
            if total > MAX_BYTES:
                notes.append(f"only the newest {MAX_BYTES // 1_000_000} MB were read")
                break
            if data and b"\0" not in data[:8_192]:
                yield version, data
    finally:
        blobs.close()
    if missing:
        notes.append(f"{missing:,} contents are not on this machine and were not looked at")


class NewLines:
    """Drops the lines that were there before: most of a file's versions are the same, and each is looked at once."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def of(self, text: str) -> str:
        """Return the lines that are new, in their order."""
        if len(self._seen) > MAX_LINES:
            self._seen.clear()
        new = [line for line in text.split("\n") if hash(line) not in self._seen]
        self._seen.update(map(hash, new))
        return "\n".join(new)
