"""Everything that a folder is, to the byte."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path


def bytes_of(folder: Path) -> dict[str, tuple[int, int, str]]:
    """Return mode, time of change and hash of every file below a folder, links as what they say.

    No times of objects: git marks one that it meets again as lately used, so that no clean-up takes it away.
    """
    found = {}
    for top, folders, names in os.walk(folder):
        for name in (*names, *folders):
            path = Path(top) / name
            state = path.lstat()
            if path.is_symlink():
                text = os.readlink(path)
            elif path.is_file():
                text = hashlib.sha256(path.read_bytes()).hexdigest()
            else:
                text = "folder" if path.is_dir() else "special"
            found[str(path.relative_to(folder))] = (
                state.st_mode,
                0 if text == "folder" or "/objects/" in str(path) else state.st_mtime_ns,
                text,
            )
    return found
