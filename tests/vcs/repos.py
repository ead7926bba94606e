"""Make real repositories for tests with plain git, as a stranger would."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

PLAIN = {
    "PATH": os.environ["PATH"],
    "HOME": os.devnull,
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_AUTHOR_NAME": "A Stranger",
    "GIT_AUTHOR_EMAIL": "stranger@example.invalid",
    "GIT_COMMITTER_NAME": "A Stranger",
    "GIT_COMMITTER_EMAIL": "stranger@example.invalid",
    "GIT_AUTHOR_DATE": "2026-01-02T03:04:05Z",
    "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z",
}


def plain_git(folder: Path, *words: str | bytes | Path, input: bytes = b"", check: bool = True) -> str:
    """Run git as any user would, without our hardening."""
    done = subprocess.run(
        ["git", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always", *words],
        cwd=folder, env=PLAIN, input=input, capture_output=True, check=False,
    )  # fmt: skip
    assert not check or done.returncode == 0, done.stderr.decode()
    return done.stdout.decode("utf-8", "surrogateescape").strip()


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def make_repo(folder: Path, files: Mapping[str, str | bytes] | None = None) -> Path:
    """Make a repository with one commit of these files."""
    folder.mkdir(parents=True, exist_ok=True)
    plain_git(folder, "init", "-q")
    if files is None:
        files = {"Makefile": "all:\n\techo hello\n", "src/main.c": "int main(void) { return 0; }\n"}
    if files:
        commit(folder, files)
    return folder


def commit(folder: Path, files: Mapping[str, str | bytes], message: str = "a commit") -> str:
    """Add a commit and return its id."""
    write(folder, files)
    plain_git(folder, "add", "-A")
    plain_git(folder, "commit", "-q", "--allow-empty", "-m", message)
    return plain_git(folder, "rev-parse", "HEAD")


def commit_tree(folder: Path, listing: bytes) -> str:
    """Commit a tree that is given as ``git mktree -z`` input: names that no file system would take are fine."""
    tree = plain_git(folder, "mktree", "-z", "--missing", input=listing)
    made = plain_git(folder, "commit-tree", "-m", "odd", tree)
    plain_git(folder, "update-ref", "HEAD", made)
    return made


def blob(folder: Path, content: bytes) -> str:
    return plain_git(folder, "hash-object", "-w", "--stdin", input=content)
