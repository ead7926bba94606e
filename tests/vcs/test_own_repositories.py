from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from phoenix_cli.kernel.errors import Conflict, Failed, NotFound
from phoenix_cli.vcs.own_repositories import Author, branches, commit_all, create_branch, make_repository
from phoenix_cli.vcs.runner import Git
from tests.vcs.repos import plain_git, write

ANN = Author("Ann", "ann@example.invalid")


@pytest.fixture
def made(git: Git, tmp_path: Path) -> Path:
    folder = tmp_path / "made"
    make_repository(git, folder)
    write(folder, {"a": "1", "d/b": "2", "x.o": "", ".gitignore": "*.o\n"})
    return folder


def test_a_repository_with_commits_and_branches(git: Git, made: Path) -> None:
    first = commit_all(git, made, "first", ANN)
    assert plain_git(made, "log", "-1", "--format=%H %an %ce %s") == f"{first} Ann ann@example.invalid first"
    assert plain_git(made, "ls-files").split() == [".gitignore", "a", "d/b"]
    create_branch(git, made, "topic/one")
    write(made, {"a": "2"})
    second = commit_all(git, made, "second", ANN)
    assert plain_git(made, "rev-parse", "topic/one", "main").split() == [second, first]
    create_branch(git, made, "back", start="main")
    assert (made / "a").read_text() == "1" and branches(git, made) == ["back", "main", "topic/one"]
    assert plain_git(made, "status", "--porcelain") == "" and plain_git(made, "fsck") == ""


def test_errors(git: Git, made: Path, tmp_path: Path) -> None:
    commit_all(git, made, "first", ANN)
    with pytest.raises(Conflict, match="nothing has changed"):
        commit_all(git, made, "again", ANN)
    with pytest.raises(Conflict, match="exists already"):
        create_branch(git, made, "main")
    with pytest.raises(NotFound, match="has no nowhere"):
        create_branch(git, made, "x", start="nowhere")
    with pytest.raises(Failed):
        create_branch(git, made, "--upload-pack=x")
    with pytest.raises(NotFound):
        commit_all(git, tmp_path, "no repository", ANN)


def test_no_hook_runs_and_no_outer_git_leads_astray(
    made: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("pre-commit", "post-commit", "post-checkout", "commit-msg", "post-index-change"):
        hook = made / ".git/hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/canary\n")
        hook.chmod(0o755)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "elsewhere.index"))
    git = Git({"PATH": "/usr/bin:/bin"})
    commit_all(git, made, "first", ANN)
    create_branch(git, made, "topic")
    assert not (tmp_path / "canary").exists()


def test_gitpython_is_imported_only_when_needed() -> None:
    script = "import sys, phoenix_cli.vcs.own_repositories, phoenix_cli.vcs.cloning; assert 'git' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
