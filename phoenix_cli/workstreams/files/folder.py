"""A folder of workstream files as one value. Files that did not change since the last look are not parsed again."""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from typing import NamedTuple

from phoenix_cli.kernel.errors import NotFound
from phoenix_cli.workstreams.files.reading import (
    PROGRAMME_NAME,
    ReadProgramme,
    ReadWorkstream,
    read_programme,
    read_workstream,
)
from phoenix_cli.workstreams.files.yaml_tree import MAX_BYTES
from phoenix_cli.workstreams.findings import Finding
from phoenix_cli.workstreams.model import Programme, Workstream


class FileState(NamedTuple):
    """What tells that a file is the one that was read."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


class Seen(NamedTuple):
    """A file at one look."""

    name: str
    path: str
    state: FileState


@dataclass(frozen=True, slots=True)
class Folder:
    """All workstreams of a folder by id, in the order of ids, its programme, and what is wrong with single files.

    ``refused`` are the stems of files that make no workstream: names that are not unknown, only unusable.
    """

    path: str
    workstreams: Mapping[str, Workstream]
    programme: Programme
    findings: tuple[Finding, ...]
    refused: frozenset[str]


def look(path: Path) -> list[Seen]:
    """Return the ``.yaml`` files of a folder by name, without opening any; raise ``NotFound``."""
    try:
        with os.scandir(path) as entries:
            named = [one for one in entries if one.name.endswith(".yaml") and not one.name.startswith(".")]
            return sorted([Seen(one.name, one.path, state) for one in named if (state := _state(one)) is not None])
    except FileNotFoundError:
        hints = ("name another with --dir", "phoenix workstream new ID")
        raise NotFound(f"there is no folder {path}", code="workstream.no_folder", hints=hints) from None
    except NotADirectoryError:
        raise NotFound(f"{path} is no folder", code="workstream.no_folder") from None


def _state(entry: os.DirEntry[str]) -> FileState | None:
    """Return the state of a file, None for folders and pipes; a link that leads nowhere has a state that no file has."""
    try:
        found = entry.stat()
    except OSError:
        return FileState(-1, 0, 0, 0)
    if not S_ISREG(found.st_mode):
        return None
    return FileState(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


def read_bytes(path: str) -> bytes:
    """Return a file's bytes, one more than allowed at most."""
    with open(path, "rb", buffering=0) as file:
        return file.read(MAX_BYTES + 1) or b""


def unread(name: str, error: OSError) -> Finding:
    """Return the finding of a file that cannot be opened."""
    return Finding("E-READ", f"the file cannot be read: {os.strerror(error.errno or 0).lower()}", name)


def load(path: Path) -> Folder:
    """Read all files of a folder, without a cache."""
    with uncollected():
        return assemble(path, [(one.name, _parsed(one)) for one in look(path) if one.name != PROGRAMME_NAME])


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Keep the collector from walking what is made here, all of which stays: it would take as long as the rest."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _parsed(seen: Seen) -> ReadWorkstream:
    try:
        return read_workstream(read_bytes(seen.path), seen.name)
    except OSError as error:
        return ReadWorkstream(None, (unread(seen.name, error),))


def assemble(path: Path, read: Iterable[tuple[str, ReadWorkstream]]) -> Folder:
    """Return the folder of what was read of its files, in the order of their names; the programme is read anew."""
    read_first = _programme(path / PROGRAMME_NAME)
    programme = read_first.programme or Programme(file=PROGRAMME_NAME)
    findings = list(read_first.findings)
    workstreams: dict[str, Workstream] = {}
    refused = set()
    for name, one in read:
        findings += one.findings
        if one.workstream is None:
            refused.add(name.removesuffix(".yaml"))
        elif one.workstream.id in workstreams:
            findings.append(_twice(one.workstream, workstreams[one.workstream.id]))
        else:
            workstreams[one.workstream.id] = one.workstream
    return Folder(str(path), dict(sorted(workstreams.items())), programme, tuple(findings), frozenset(refused))


def _programme(path: Path) -> ReadProgramme:
    """Read the programme; a folder need not have one."""
    try:
        return read_programme(read_bytes(str(path))) if path.is_file() else ReadProgramme(None, ())
    except OSError as error:
        return ReadProgramme(None, (unread(PROGRAMME_NAME, error),))


def _twice(second: Workstream, first: Workstream) -> Finding:
    place = second.place_of("id")
    where = f"{first.file}:{first.place_of('id')[0]}"
    return Finding("E-TWICE", f"the id {second.id} is taken by {where}", second.file, *place, "choose another id")
