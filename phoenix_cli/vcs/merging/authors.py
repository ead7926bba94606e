"""Who wrote the lines that conflict. Asked for one pair at a time: blaming walks the history of each file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from phoenix_cli.vcs.merging.lines import Range
from phoenix_cli.vcs.merging.quarantine import Quarantine
from phoenix_cli.vcs.merging.verdicts import FileClash


def with_authors(quarantine: Quarantine, files: Iterable[FileClash], a: str, b: str) -> tuple[FileClash, ...]:
    """Return the files with the authors of both sides' lines; ``a`` and ``b`` are the commits (trials, where there are any)."""
    return tuple(
        replace(
            one,
            authors_a=authors(quarantine, a, one.path, one.lines_a),
            authors_b=authors(quarantine, b, one.path_b or one.path, one.lines_b),
        )
        for one in files
    )


def authors(quarantine: Quarantine, commit: str, path: str, ranges: Sequence[Range]) -> tuple[str, ...]:
    """Return who wrote these lines, ``Name <mail>``, in the order of the lines; nobody where the file is not there."""
    wanted = [f"-L{one.first},{one.last}" for one in ranges if one.last >= one.first]
    if not wanted:
        return ()
    answer = quarantine.git.ask(
        "blame",
        "--line-porcelain",
        "--no-textconv",
        *wanted,
        commit,
        "--",
        path,
        at=quarantine.place,
        what="ask who wrote lines",
    )
    found: list[str] = []
    name = ""
    for line in answer.out.decode("utf-8", "replace").splitlines() if answer.code == 0 else ():
        word, _, rest = line.partition(" ")
        if word == "author":
            name = rest
        elif word == "author-mail":
            found.append(f"{name} {rest}")
    return tuple(dict.fromkeys(found))
