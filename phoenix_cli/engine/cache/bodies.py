"""Bodies that are too large for a row: files by their SHA-256, in folders of two levels.

A file is written aside and renamed into its place inside the transaction that refers to it first; it is removed inside a
transaction, too, and only when nothing refers to it. So no put can lose its file to a sweep that has begun before. A crash
leaves at worst a file that nothing refers to, which ``collect`` removes. Whoever reads verifies the hash.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
from collections.abc import Iterator
from pathlib import Path

from phoenix_cli.engine.cache.model import Body

INLINE_BYTES = 8_192
_CHUNK = 1 << 20


class Bodies:
    """The files of one store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "bodies"
        self.asides = folder / "aside"

    def path(self, hash: bytes) -> Path:
        """Return where a body is."""
        name = hash.hex()
        return self.folder / name[:2] / name[2:4] / name

    def write_aside(self, data: bytes) -> str:
        """Write a body to a file of its own; return its path. Raises ``OSError``, and leaves nothing then."""
        with self._aside() as (aside, handle):
            _write(handle, data)
        return str(aside)

    def copy_aside(self, source: int) -> Body:
        """Copy an open file; return the body with its hash. Raises ``OSError``, and leaves nothing then."""
        digest, size = hashlib.sha256(), 0
        with self._aside() as (aside, handle):
            while part := os.read(source, _CHUNK):
                digest.update(part)
                size += len(part)
                _write(handle, part)
        return Body(digest.digest(), size, None, str(aside))

    @contextlib.contextmanager
    def _aside(self) -> Iterator[tuple[Path, int]]:
        self.asides.mkdir(parents=True, exist_ok=True, mode=0o700)
        aside = self.asides / f"{os.getpid()}.{os.urandom(8).hex()}"
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            yield aside, handle
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
        finally:
            os.close(handle)

    def install(self, body: Body) -> None:
        """Rename a body into its place; raises ``OSError``."""
        place = self.path(body.hash)
        try:
            os.rename(body.aside, place)
        except FileNotFoundError:
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.rename(body.aside, place)

    def read(self, hash: bytes, size: int) -> bytes | None:
        """Return a body, None when it is gone or is not what was put."""
        try:
            data = self.path(hash).read_bytes()
        except OSError:
            return None
        return data if len(data) == size and hashlib.sha256(data).digest() == hash else None

    def copy_to(self, hash: bytes, inline: bytes | None, target: int) -> bool:
        """Copy a body into an open file; False when it is gone or is not what was put. Raises ``OSError`` of the target."""
        try:
            source = io.BytesIO(inline) if inline is not None else self.path(hash).open("rb", buffering=0)
        except OSError:
            return False
        digest = hashlib.sha256()
        with source:
            while part := source.read(_CHUNK):
                digest.update(part)
                _write(target, part)
        return digest.digest() == hash

    def sound(self, hash: bytes) -> bool:
        """Tell whether a body is there and is what was put."""
        try:
            with self.path(hash).open("rb") as file:
                return hashlib.file_digest(file, "sha256").digest() == hash
        except OSError:
            return False

    def unlink(self, hash: bytes) -> None:
        """Remove a body's file; harmless when it is gone."""
        with contextlib.suppress(OSError):
            self.path(hash).unlink(missing_ok=True)

    def files(self) -> Iterator[list[Path]]:
        """Yield the files of one folder after the other."""
        for first in _children(self.folder):
            for second in _children(first):
                yield _children(second)

    def left_aside(self) -> list[Path]:
        """Return files that a process which is gone left half-written."""
        return [one for one in _children(self.asides) if not _lives(one.name.partition(".")[0])]


def _write(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _children(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _lives(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ValueError, OverflowError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True
