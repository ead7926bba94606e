"""From paths in conflict to lines: the merged files with their markers, and both sides, in two processes for all."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from phoenix_cli.vcs.merging.lines import Range, hunk_ranges
from phoenix_cli.vcs.merging.quarantine import Quarantine
from phoenix_cli.vcs.merging.records import Clash, Record
from phoenix_cli.vcs.merging.verdicts import FileClash
from phoenix_cli.vcs.objects import Blobs

_LARGEST = 4_000_000
_BLOB = re.compile(rb"([0-9a-f]{40,64}) blob [0-9]+")
Ranges = tuple[tuple[Range, ...], tuple[Range, ...]]


def file_clashes(quarantine: Quarantine, records: Sequence[Record | None]) -> list[tuple[FileClash, ...]]:
    """Return the files in conflict of each record, with the lines that conflict in each side; none for None."""
    asked = [(record.tree, clash) for record in records if record for clash in record.clashes if clash.has_hunks]
    ranges = _ranges(quarantine, list(dict.fromkeys(asked)))
    return [
        tuple(_clash(clash, ranges.get((record.tree, clash), ((), ()))) for clash in record.clashes) if record else ()
        for record in records
    ]


def _clash(clash: Clash, ranges: Ranges) -> FileClash:
    return FileClash(clash.path, clash.kind, *ranges, note=clash.said)


def _ranges(quarantine: Quarantine, asked: Sequence[tuple[str, Clash]]) -> dict[tuple[str, Clash], Ranges]:
    if not asked:
        return {}
    merged = find_blobs(quarantine, [(tree, clash.path) for tree, clash in asked])
    sides = {key: _sides(oid, key[1]) for oid, key in zip(merged, asked, strict=True)}
    texts = read_blobs(quarantine, sorted({oid for three in sides.values() if three for oid in three}))

    @functools.cache
    def placed(oid: str, ours: str, theirs: str) -> Ranges:
        three = [texts.get(one) for one in (oid, ours, theirs)]
        return ((), ()) if None in three else hunk_ranges(*(one or b"" for one in three))

    return {key: placed(*three) for key, three in sides.items() if three}


def _sides(merged: str | None, clash: Clash) -> tuple[str, str, str] | None:
    return (merged, clash.ours.oid, clash.theirs.oid) if merged and clash.ours and clash.theirs else None


def find_blobs(quarantine: Quarantine, places: Sequence[tuple[str, str]]) -> list[str | None]:
    """Return the id of the file at each (tree, path), None where there is none."""
    fit = [place for place in dict.fromkeys(places) if "\n" not in place[1]]
    if not fit:
        return [None] * len(places)
    text = "".join(f"{tree}:{path}\n" for tree, path in fit).encode("utf-8", "surrogateescape")
    lines = quarantine.git.run(
        "cat-file", "--batch-check", at=quarantine.place, input=text, what="find files"
    ).splitlines()
    found = {
        place: match[1].decode() for place, line in zip(fit, lines, strict=True) if (match := _BLOB.fullmatch(line))
    }
    return [found.get(place) for place in places]


def read_blobs(quarantine: Quarantine, oids: Sequence[str]) -> dict[str, bytes]:
    """Return the contents of blobs by id, without those larger than 4 MB."""
    blobs = Blobs(quarantine.git, quarantine.place)
    try:
        return {oid: data for oid, data in blobs.read(oids, _LARGEST) if data is not None and len(data) <= _LARGEST}
    finally:
        blobs.close()
