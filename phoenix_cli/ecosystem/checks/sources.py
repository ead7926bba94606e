"""The files of a checkout that git tracks, with their modes; read without following links, within limits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from phoenix_cli.ecosystem.files import Files
from phoenix_cli.ecosystem.trees import FolderTree
from phoenix_cli.vcs.repository import find_place
from phoenix_cli.vcs.runner import Git, Place

MAX_FILE = 2_000_000
MAX_TOTAL = 400_000_000
_SNIFFED = 8_192  # git's own measure: a NUL so early means a binary file
LINK, SUBMODULE = "120000", "160000"


class Tracked(NamedTuple):
    """One entry of the index: ``100644``, ``100755``, ``120000`` (a link) or ``160000`` (a submodule)."""

    path: str
    mode: str
    blob: str


class Text(NamedTuple):
    """One file's content. Latin-1 gives every byte a letter, so nothing is lost and every place is a byte's."""

    path: str
    text: str


@dataclass
class Sources:
    """A checkout as checks see it. ``notes`` gathers what was left out on the way."""

    root: Path
    git: Git
    notes: list[str] = field(default_factory=list)

    @cached_property
    def place(self) -> Place | None:
        """The repository, None for a plain folder."""
        place = find_place(self.root)
        return place if place is not None and place.work_tree == self.root else None

    @cached_property
    def tracked(self) -> list[Tracked]:
        """Every entry of the index; in a plain folder every file."""
        if self.place is None:
            return [Tracked(path, "100644", "") for path in FolderTree(self.root).paths()]
        listing = self.git.run("ls-files", "-z", "--stage", "--full-name", at=self.place)
        entries = (one.partition("\t") for one in listing.decode("utf-8", "surrogateescape").split("\0") if one)
        found = (Tracked(path, *about.split(" ")[:2]) for about, _, path in entries)
        return list({one.path: one for one in found}.values())  # a conflict lists a path up to three times

    @cached_property
    def tree(self) -> FolderTree:
        """The regular files among them."""
        return FolderTree(self.root, listed=[one.path for one in self.tracked if one.mode not in (LINK, SUBMODULE)])

    @cached_property
    def files(self) -> Files:
        """The same, with parsers that have limits."""
        return Files(self.tree)

    def texts(self) -> Iterator[Text]:
        """Yield the content of every text file, until ``MAX_TOTAL`` bytes."""
        total = large = 0
        for path in self.tree.paths():
            data = self.tree.read(path, MAX_FILE)
            if data is None or b"\0" in data[:_SNIFFED]:
                continue
            large += len(data) > MAX_FILE
            total += len(data)
            if total > MAX_TOTAL:
                self.notes.append(f"only the first {MAX_TOTAL // 1_000_000} MB were read")
                break
            yield Text(path, data[:MAX_FILE].decode("latin-1"))
        if large:
            self.notes.append(f"of {large} large files only the first {MAX_FILE // 1_000_000} MB were read")


def line_at(text: str, at: int) -> int:
    """Return the line, from 1, on which a character stands."""
    return text.count("\n", 0, at) + 1
