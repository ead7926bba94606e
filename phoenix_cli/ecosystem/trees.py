"""The files of one repository at one state, wherever they are: a folder on disk, or a commit in git's object store."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

#: Folders that hold what tools made or fetched, never what the maintainers wrote.
SKIPPED_FOLDERS = frozenset(
    (".git", ".hg", ".svn", "node_modules", ".venv", "venv", ".tox", ".nox", "__pycache__", ".gradle", ".mypy_cache",
     ".pytest_cache", ".ruff_cache", ".eggs", "Pods", "bower_components", ".bundle", ".dart_tool", ".terraform", ".next", ".nuxt",
     ".svelte-kit", ".turbo", ".direnv", ".stack-work", "dist-newstyle", "_build", ".elixir_ls", ".cache", ".yarn-cache")
)  # fmt: skip
MAX_FILES = 400_000
MAX_DEPTH = 64


class Tree(Protocol):
    """A list of regular files, and their bytes. Symbolic links and submodules are not files."""

    commit: str | None

    def paths(self) -> Iterable[str]:
        """Yield every regular file's path, posix, relative; non-UTF-8 bytes as surrogate escapes."""

    def prefetch(self, paths: Iterable[str]) -> None:
        """Get these files ready in one go; a hint only."""

    def read(self, path: str, limit: int) -> bytes | None:
        """Return at most ``limit`` + 1 bytes, or None when there is no such regular file inside the tree."""


class FolderTree:
    """A folder on disk. Links are never followed, so nothing outside of it is read."""

    def __init__(self, root: Path, commit: str | None = None, listed: Iterable[str] | None = None) -> None:
        self.root = root
        self.commit = commit
        self._prefix = f"{os.fspath(root)}/"  # joining paths by hand: there may be many thousands
        self.listed = listed
        self.opened: set[str] = set()  # what an answer about this folder rests on

    def paths(self) -> Iterator[str]:
        """Walk the folder, leaving out what tools made; or yield those of the listed paths that are regular files."""
        if self.listed is not None:
            listed = [path for path in self.listed if self._is_file(path)]
            self.opened.update(path for path in listed if path.endswith(".gitignore"))  # they decide what is listed
            yield from listed
            return
        count = 0
        pending: list[tuple[str, int]] = [("", 0)]
        while pending:
            folder, depth = pending.pop()
            for entry in self._entries(folder):
                path = f"{folder}/{entry.name}" if folder else entry.name
                if entry.is_dir(follow_symlinks=False):
                    if entry.name not in SKIPPED_FOLDERS and depth < MAX_DEPTH:
                        pending.append((path, depth + 1))
                elif entry.is_file(follow_symlinks=False):
                    count += 1
                    if count > MAX_FILES:
                        return
                    yield path

    def _is_file(self, path: str) -> bool:
        try:
            return stat.S_ISREG(os.lstat(self._prefix + path).st_mode)
        except (OSError, ValueError):
            return False

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self._prefix + folder) as entries:
                return list(entries)
        except OSError:
            return []  # unreadable to us, or gone since: there is nothing to tell about it

    def prefetch(self, paths: Iterable[str]) -> None:
        """Do nothing: the page cache is good at this."""

    def read(self, path: str, limit: int) -> bytes | None:
        """Open without following links, at any level, and read a regular file."""
        self.opened.add(path)
        try:
            handle = self._open(path)
        except OSError:
            return None
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                return None  # a pipe or a device would block us for ever
            with os.fdopen(os.dup(handle), "rb") as file:
                return file.read(limit + 1)
        except OSError:
            return None
        finally:
            os.close(handle)

    def _open(self, path: str) -> int:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        parent = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        *folders, name = path.split("/")
        try:
            for folder in folders:
                child = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
                os.close(parent)
                parent = child
            return os.open(name, flags, dir_fd=parent)
        finally:
            os.close(parent)
