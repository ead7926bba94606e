"""Where repositories stand, where they are made, and whose turn it is.

Everything about one repository happens under one lock, which is named after its key. What is being made or unmade stands
in ``repos/.aside/``, under a name from the same key: what is there while its lock is free was left by a killed phoenix.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from phoenix_cli.kernel.locks import FileLock
from phoenix_cli.kernel.paths import Home
from phoenix_cli.vcs.sources import Source, safe_name

ASIDE = ".aside"


def digest_of(key: str) -> str:
    """Return a short name for a key that every file system takes."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def aside_of(home: Home, key: str) -> Path:
    """Return the folder in which a repository is made or unmade."""
    return home.repos / ASIDE / digest_of(key)


def _lock_path(home: Home, digest: str) -> Path:
    return home.locks / f"repo-{digest}.lock"


@contextlib.contextmanager
def its_turn(home: Home, key: str, *, wait: bool = True) -> Iterator[bool]:
    """For the body, be the only phoenix that makes, syncs or removes this repository; wait for the one that does.

    With ``wait=False`` the body gets False at once when another one is at it.
    """
    lock = FileLock(_lock_path(home, digest_of(key)))
    mine = lock.acquire(wait=wait)
    try:
        yield mine
    finally:
        lock.release()


def clear_aside(home: Home) -> None:
    """Delete what killed processes left behind; what somebody works on is left alone."""
    try:
        left = os.listdir(home.repos / ASIDE)
    except FileNotFoundError:
        return
    for digest in left:
        lock = FileLock(_lock_path(home, digest))
        if lock.acquire(wait=False):
            try:
                delete_tree(home.repos / ASIDE / digest)
            finally:
                lock.release()


def delete_tree(path: Path) -> None:
    """Delete a folder with everything in it, also what a build made read-only; a link is unlinked, never followed."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path, onerror=_allow_and_repeat)


def _allow_and_repeat(function: Callable[[str], object], path: str, info: object) -> None:
    if not os.path.lexists(path):
        return
    for each in (os.path.dirname(path), path):
        if not os.path.islink(each):
            os.chmod(each, os.stat(each).st_mode | stat.S_IRWXU)
    if function in (os.scandir, os.open, os.lstat):
        shutil.rmtree(path)
    else:
        function(path)


def candidate_paths(home: Home, source: Source) -> tuple[Path, Path]:
    """Return where a repository may stand: ``host/owner/name``, else one flat folder that is certainly its own."""
    preferred = home.repos / source.folder
    flat = "-".join(
        safe_name(part) for part in (*source.owner.split("/"), source.name, digest_of(source.key)[:6]) if part
    )
    return preferred, home.repos / safe_name(source.host) / flat


def free_path(connection: sqlite3.Connection, home: Home, source: Source) -> Path:
    """Return the first place where nothing stands or is about to, and which is not inside another repository."""
    preferred, flat = candidate_paths(home, source)
    above = [str(parent) for parent in preferred.parents if home.repos in parent.parents]
    marks = ", ".join("?" * (len(above) + 1))
    taken = connection.execute(
        f"SELECT 1 FROM repos WHERE path IN ({marks})"
        " UNION ALL SELECT 1 FROM import_journal WHERE path = ? AND key <> ? AND repo_id IS NULL",
        (*above, str(preferred), str(preferred), source.key),
    ).fetchone()
    return flat if taken or os.path.lexists(preferred) else preferred


def free_name(connection: sqlite3.Connection, source: Source) -> str:
    """Return a name that no other repository has: its own, then with its owner, then with a part of its key's digest."""
    longer = f"{safe_name(source.owner.replace('/', '-'))}-{source.name}" if source.owner else source.name
    names = [safe_name(source.name), safe_name(longer), f"{safe_name(source.name)[:90]}-{digest_of(source.key)[:6]}"]
    marks = ", ".join("?" * len(names))
    taken = {row[0] for row in connection.execute(f"SELECT name FROM repos WHERE name IN ({marks})", names)}
    return next((name for name in names if name not in taken), names[-1])
