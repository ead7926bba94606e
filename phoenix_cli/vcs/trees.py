"""The files of one commit, straight from git's object store: no checkout is needed, and no link can be followed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import IO

from phoenix_cli.kernel.documents import MAX_BYTES
from phoenix_cli.vcs.objects import Blobs
from phoenix_cli.vcs.repository import Head, head_of
from phoenix_cli.vcs.runner import Git, Place

MAX_FILES = 400_000
_REGULAR = b"100"  # 100644 and 100755; 120000 is a symbolic link, 160000 a submodule
_PIECE = 1 << 20

Fetch = Callable[[Sequence[str]], None]


class GitTree:
    """One commit's regular files. A context manager: it keeps a git process.

    ``missing`` are blobs that are still at the remote, ``fetch`` gets them: all that a ``prefetch`` needs in one call.
    Commit and tree are None in a repository without a commit.
    """

    def __init__(
        self,
        git: Git,
        place: Place,
        revision: str = "HEAD",
        *,
        missing: frozenset[str] = frozenset(),
        fetch: Fetch | None = None,
    ) -> None:
        self._git = git
        self._place = place
        self._fetch = fetch
        self._missing = set(missing)
        self._contents: dict[str, bytes | None] = {}
        self._oids: dict[str, str] | None = None
        self._blobs = Blobs(git, place)
        self.head: Head = head_of(git, place, revision)
        self.commit = self.head.commit
        self.tree = self.head.tree
        self.truncated = False

    def __enter__(self) -> GitTree:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the git process."""
        self._blobs.close()

    def paths(self) -> Iterable[str]:
        """Return every regular file's path, posix, relative; bytes that are not UTF-8 as surrogate escapes."""
        return self._index().keys()

    def prefetch(self, paths: Iterable[str]) -> None:
        """Get these files in one go, their first ``MAX_BYTES`` each."""
        index = self._index()
        oids = list(dict.fromkeys(index[path] for path in paths if path in index))
        self._load([oid for oid in oids if oid not in self._contents])

    def read(self, path: str, limit: int) -> bytes | None:
        """Return at most ``limit`` + 1 bytes, None when the commit has no such regular file."""
        oid = self._index().get(path)
        if oid is None:
            return None
        if oid not in self._contents:
            self._load([oid])
        kept = self._contents[oid]
        if kept is not None and limit > MAX_BYTES and len(kept) > MAX_BYTES:
            return next(data for _, data in list(self._blobs.read([oid], limit)))
        return None if kept is None else kept[: limit + 1]

    def _load(self, oids: list[str]) -> None:
        if self._fetch is not None and (lacking := [oid for oid in oids if oid in self._missing]):
            self._fetch(lacking)
            self._missing.difference_update(lacking)
        self._contents.update(self._blobs.read(oids, MAX_BYTES))

    def _index(self) -> dict[str, str]:
        if self._oids is None:
            self._oids = dict(self._list()) if self.tree else {}
        return self._oids

    def _list(self) -> Iterator[tuple[str, str]]:
        """Stream the listing: twelve objects can name 10^10 files, so it is cut at ``MAX_FILES``."""
        assert self.tree is not None
        process = self._git.start("ls-tree", "-r", "-z", "--full-tree", self.tree, at=self._place, quiet=True)
        assert process.stdout is not None
        try:
            for number, entry in enumerate(_entries(process.stdout)):
                if number == MAX_FILES:
                    self.truncated = True
                    return
                meta, _, path = entry.partition(b"\t")
                yield path.decode("utf-8", "surrogateescape"), meta[12:].decode("ascii")
        finally:
            self._git.end(process)


def _entries(listing: IO[bytes]) -> Iterator[bytes]:
    rest = b""
    while piece := listing.read(_PIECE):
        *entries, rest = (rest + piece).split(b"\0")
        yield from (entry for entry in entries if entry.startswith(_REGULAR))
