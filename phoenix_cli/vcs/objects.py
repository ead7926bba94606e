"""Read many blobs through one ``git cat-file --batch`` process."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from typing import IO

from phoenix_cli.kernel.errors import Failed
from phoenix_cli.vcs.runner import Git, Place

#: Requests of one chunk are written before the first answer is read: 500 lines of 41 bytes (65 with SHA-256) fit into a
#: pipe (64 KiB, 16 KiB on some systems with many pipes open), so writing never waits for a git that waits for us.
CHUNK = 200
_PIECE = 65_536


class Blobs:
    """Blobs by object id. The process starts with the first request and ends with ``close``."""

    def __init__(self, git: Git, place: Place) -> None:
        self._git = git
        self._place = place
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, oids: Iterable[str], limit: int) -> Iterator[tuple[str, bytes | None]]:
        """Yield (id, at most ``limit`` + 1 bytes) in order; None for what is no blob here. Consume all of it."""
        chunk: list[str] = []
        for oid in oids:
            chunk.append(oid)
            if len(chunk) == CHUNK:
                yield from self._ask(chunk, limit)
                chunk = []
        if chunk:
            yield from self._ask(chunk, limit)

    def _ask(self, oids: list[str], limit: int) -> Iterator[tuple[str, bytes | None]]:
        requests, answers = self._pipes()
        requests.write("".join(f"{oid}\n" for oid in oids).encode())
        requests.flush()
        for oid in oids:
            yield oid, _answer(answers, limit)

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._process is None:
            self._process = self._git.start("cat-file", "--batch", at=self._place, stdin=True, quiet=True)
        assert self._process.stdin is not None and self._process.stdout is not None
        return self._process.stdin, self._process.stdout

    def close(self) -> None:
        """End the process; harmless when there is none."""
        if self._process is not None:
            assert self._process.stdin is not None
            self._process.stdin.close()
            self._git.end(self._process)
            self._process = None


def _answer(answers: IO[bytes], limit: int) -> bytes | None:
    words = answers.readline().split()
    if len(words) == 2 and words[1] == b"missing":
        return None
    if len(words) != 3:
        raise Failed("git cat-file ended in the middle of its answer", code="git.failed")
    size = int(words[2])
    data = answers.read(min(size, limit + 1))
    _skip(answers, size - len(data) + 1)  # a newline ends each answer
    return data if words[1] == b"blob" else None


def _skip(answers: IO[bytes], count: int) -> None:
    while count > 0:
        piece = answers.read(min(count, _PIECE))
        if not piece:
            raise Failed("git cat-file ended in the middle of its answer", code="git.failed")
        count -= len(piece)
