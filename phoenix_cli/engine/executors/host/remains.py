"""What a host leaves in the folder of its run: the note in its lock, and ends that nobody was there to be told of.

``host.lock`` is locked as long as a host lives. Its note names the host's process; a host that leaves in order takes the note
back, so a note in a lock that nobody holds means that the host was killed, with commands perhaps still running.
"""

from __future__ import annotations

import json
import os
from typing import Any

from phoenix_cli.kernel import process_table

LOCK, ENDS = "host.lock", "host.json"


def sign(lock: int, host: int = 0) -> None:
    """Write into the lock whose it is: this process's, or another's that has been handed it."""
    pid = host or os.getpid()
    found = process_table.entry(pid)
    _write(lock, f"{pid} {found.started if found else ''}\n".encode())


def sign_off(lock: int) -> None:
    """Take the note back."""
    _write(lock, b"")


def _write(lock: int, note: bytes) -> None:
    try:
        os.ftruncate(lock, 0)
        os.pwrite(lock, note, 0)
    except OSError:
        pass  # a full disk: at worst a host that left in order looks as if it had been killed


def read_note(folder: str) -> tuple[int, str] | None:
    """Return pid and start of the process that holds the lock, or held it and was killed; None for neither."""
    try:
        with open(os.path.join(folder, LOCK), encoding="ascii") as file:
            pid, _, started = file.read().strip().partition(" ")
        return int(pid), started
    except (OSError, ValueError):
        return None


def keep(folder: str, ends: list[list[Any]]) -> bool:
    """Add ends to those that are there from before; False when there is no room, and one had better stay."""
    if not ends:
        return True
    from pathlib import Path  # a host needs these once, at its end: 3 MB that it can do without until then

    from phoenix_cli.kernel.files import write_atomically

    merged = {end[0]: end for end in (*read_ends(folder), *ends)}
    try:
        write_atomically(Path(folder, ENDS), json.dumps(list(merged.values())).encode())
    except OSError:
        return False
    return True


def read_ends(folder: str) -> list[list[Any]]:
    """Return the ends that hosts have left: tag, error, code, message, outputs."""
    try:
        with open(os.path.join(folder, ENDS), "rb") as file:
            found = json.loads(file.read())
    except (OSError, ValueError):
        return []
    return [one for one in found if isinstance(one, list) and len(one) == 5] if isinstance(found, list) else []
