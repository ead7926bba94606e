"""Edits of files on the disk: one writer at a time, the old file or the new one, no finding that was not there."""

from __future__ import annotations

import stat
from collections.abc import Callable, Sequence
from pathlib import Path

from phoenix_cli.kernel.errors import Conflict, Failed, NotFound, Usage
from phoenix_cli.kernel.files import write_atomically
from phoenix_cli.kernel.locks import folder_locked
from phoenix_cli.workstreams.files.edits import Edit, edited
from phoenix_cli.workstreams.files.reading import PROGRAMME_NAME, read_programme, read_workstream
from phoenix_cli.workstreams.files.yaml_tree import Unreadable, decode
from phoenix_cli.workstreams.findings import Finding

ATTEMPTS = 5  # when an editor, which knows no lock, saves at the same time
Deciding = Callable[[str], Sequence[Edit]]


def edit_file(path: Path, edits: Sequence[Edit] | Deciding) -> str:
    """Carry out edits, all or none, and return the new text. A function decides from the text as it is under the lock.

    Raise ``NotFound`` without the file, ``Usage`` when an edit would make an error in it, ``Failed`` for an unreadable
    file, and what ``edited`` raises.
    """
    path = path.resolve()
    with folder_locked(path.parent):
        for _ in range(ATTEMPTS):
            old = _read(path)
            new = _edited(old, path, edits)
            if new == old or _read(path) == old:
                break
        else:
            raise Conflict(f"{path.name} changes all the time", code="workstream.changing", hints=("close its editor",))
        if new != old:
            _forget_halves(path)
            write_atomically(path, new, mode=stat.S_IMODE(path.stat().st_mode))
    return new.decode()


def create_file(path: Path, text: str) -> None:
    """Write a file that must not be there yet; raise ``Conflict`` when it is, ``Usage`` when there is an error in it."""
    with folder_locked(path.parent):
        if path.exists():
            raise Conflict(f"{path.name} is there already", code="workstream.exists", hints=("choose another id",))
        _refuse_errors(_errors(text.encode(), path.name), ())
        write_atomically(path, text.encode())


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise NotFound(f"there is no file {path.name}", code="workstream.no_file") from None


def _edited(old: bytes, path: Path, edits: Sequence[Edit] | Deciding) -> bytes:
    try:
        text = decode(old)
        for one in edits(text) if callable(edits) else edits:
            text = edited(text, one)
    except Unreadable as error:
        where = error.finding._replace(file=path.name).where
        raise Failed(f"{where}: {error.finding.message}", code="workstream.unreadable") from None
    try:
        new = text.encode()
    except UnicodeEncodeError:
        raise Usage("the value holds a character that cannot be written", code="workstream.value") from None
    _refuse_errors(_errors(new, path.name), _errors(old, path.name))
    return new


def _errors(data: bytes, name: str) -> tuple[Finding, ...]:
    found = read_programme(data).findings if name == PROGRAMME_NAME else read_workstream(data, name).findings
    return tuple(one for one in found if one.level == "error")


def _refuse_errors(new: Sequence[Finding], old: Sequence[Finding]) -> None:
    known = {(one.code, one.message) for one in old}
    for one in new:
        if (one.code, one.message) not in known:
            raise Usage(one.message, code="workstream.value", hints=(one.hint,) if one.hint else ())


def _forget_halves(path: Path) -> None:
    """Remove what a killed writer left; we hold the lock, so nobody is writing."""
    for one in path.parent.glob(f".{path.name}.*.tmp"):
        one.unlink(missing_ok=True)
