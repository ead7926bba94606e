"""A commit of a bare repository as a tree of files: no checkout, one ``git cat-file`` for all reads."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path


class CommitTree:
    """The regular files of one commit; symbolic links and submodules are left out."""

    def __init__(self, git_dir: Path, commit: str) -> None:
        self.git_dir = git_dir
        self.commit: str | None = commit
        self._blobs = dict(self._listed())
        self._cat = subprocess.Popen(
            ["git", f"--git-dir={git_dir}", "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def _listed(self) -> Iterable[tuple[str, str]]:
        listing = subprocess.run(
            ["git", f"--git-dir={self.git_dir}", "ls-tree", "-r", "-z", "--full-tree", str(self.commit)],
            capture_output=True, check=True,
        ).stdout  # fmt: skip
        for line in filter(None, listing.decode("utf-8", "surrogateescape").split("\0")):
            mode, _, blob = line.partition("\t")[0].split(" ")
            if mode.startswith("100"):
                yield line.partition("\t")[2], blob

    def paths(self) -> Iterable[str]:
        """Return every file's path."""
        return iter(self._blobs)

    def prefetch(self, paths: Iterable[str]) -> None:
        """Do nothing: every object is here."""
        for _ in paths:
            pass

    def read(self, path: str, limit: int) -> bytes | None:
        """Return at most ``limit`` + 1 bytes of a file, None when there is none."""
        blob = self._blobs.get(path)
        if blob is None:
            return None
        stdin, stdout = self._cat.stdin, self._cat.stdout
        assert stdin is not None and stdout is not None
        stdin.write(blob.encode() + b"\n")
        stdin.flush()
        header = stdout.readline().split()
        if header[-1] == b"missing":
            return None  # a snapshot without its largest files
        data = stdout.read(int(header[2]))
        stdout.read(1)
        return data[: limit + 1]

    def close(self) -> None:
        """End the reading process."""
        assert self._cat.stdin is not None and self._cat.stdout is not None
        self._cat.stdin.close()
        self._cat.stdout.close()
        self._cat.wait()


def has_commit(git_dir: Path, commit: str) -> bool:
    """Tell whether a repository holds a commit."""
    asked = subprocess.run(
        ["git", f"--git-dir={git_dir}", "cat-file", "-e", f"{commit}^{{commit}}"], capture_output=True
    )
    return asked.returncode == 0
