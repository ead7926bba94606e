"""The ``.gitattributes`` under which a merge is made: those of its first side, as in a real one.

They say what is binary, what is joined by ``union``, how lines end. Drivers that they name do not exist in a quarantine, so git
merges such files as text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from phoenix_cli.vcs.merging.changes import changes
from phoenix_cli.vcs.merging.quarantine import Quarantine
from phoenix_cli.vcs.objects import Blobs

NAME = ".gitattributes"
_PATHSPEC = f":(glob)**/{NAME}"
_LONGEST = 1_000_000
Sources = Mapping[str, str]  # path of an attributes file -> id of its blob


class Attributes:
    """The attributes files of trees, known by what they differ in from trunk's."""

    def __init__(self, quarantine: Quarantine, trunk_tree: str) -> None:
        self._quarantine = quarantine
        self._trunk = trunk_tree
        self._known: dict[str, Sources] = {trunk_tree: self._list(trunk_tree)}

    def of(self, trees: Iterable[str]) -> list[Sources]:
        """Return the files of each tree."""
        asked = list(trees)
        new = [tree for tree in dict.fromkeys(asked) if tree not in self._known]
        for tree, found in zip(
            new, changes(self._quarantine, [(self._trunk, tree) for tree in new], _PATHSPEC), strict=True
        ):
            files = dict(self._known[self._trunk])
            for change in found:
                files.pop(change.path, None)
                if change.new_mode.startswith("100"):
                    files[change.path] = change.new
            self._known[tree] = files
        return [self._known[tree] for tree in asked]

    def _list(self, tree: str) -> Sources:
        empty = "4b825dc642cb6eb9a060e54bf8d69288fbee4904" if self._quarantine.digest == "sha1" else (
            "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"
        )  # fmt: skip
        found = changes(self._quarantine, [(empty, tree)], _PATHSPEC)[0]
        return {change.path: change.new for change in found if change.new_mode.startswith("100")}

    def lay_out(self, files: Sources) -> Path:
        """Return a folder that holds just these files, for git to be started in."""
        name = hashlib.sha256(repr(sorted(files.items())).encode("utf-8", "surrogateescape")).hexdigest()[:16]
        folder = self._quarantine.desk / name
        if not folder.exists():
            folder.mkdir()
            self._write(folder, files)
        return folder

    def _write(self, folder: Path, files: Sources) -> None:
        blobs = Blobs(self._quarantine.git, self._quarantine.place)
        try:
            found = dict(blobs.read(sorted(set(files.values())), _LONGEST)) if files else {}
        finally:
            blobs.close()
        for path, oid in files.items():
            target = folder / PurePosixPath(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((found[oid] or b"")[:_LONGEST])
