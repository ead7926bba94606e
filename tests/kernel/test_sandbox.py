"""The sandbox: what is inside, what is not, and what is said where it does not work."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from phoenix_cli.kernel import sandbox
from phoenix_cli.kernel.errors import Unavailable

works = pytest.mark.skipif(bool(sandbox.broken()), reason=f"the sandbox does not work here: {sandbox.broken()}")


@pytest.fixture
def box(tmp_path):
    """Return a box around one repository, with a user's home that holds a secret beside it."""
    for folder in ("user/.ssh", "user/.cargo/bin", "user/work/repo/.git/hooks", "user/work/other", "private", "state"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "user/.ssh/id").write_text("secret")
    (tmp_path / "user/.cargo/bin/tool").write_text("#!/bin/sh\necho tool\n")
    (tmp_path / "user/.cargo/bin/tool").chmod(0o755)
    return sandbox.Box(
        writable=tmp_path / "user/work/repo", home=tmp_path / "private", user_home=tmp_path / "user",
        readable=(Path(sys.prefix), Path(sys.base_prefix)), hidden=(tmp_path / "state",),
    )  # fmt: skip


def run(box, *argv, environment=None, cwd=None):
    """Run a command in the box; return what it said and how it ended."""
    given = {"PATH": os.defpath, **(environment or {})}
    words = sandbox.wrap(box, argv, cwd or box.writable, given)
    done = subprocess.run(
        words, env=sandbox.variables(box, given), capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout.strip() + done.stderr.strip(), done.returncode


@works
def test_the_repository_is_there_and_writable(box):
    assert run(box, "sh", "-c", "pwd; echo made > file") == (str(box.writable), 0)
    assert (box.writable / "file").read_text() == "made\n"


@works
def test_the_folder_of_git_cannot_be_written(box):
    said, status = run(box, "sh", "-c", "echo x > .git/hooks/post-checkout")
    assert status != 0
    assert "Read-only" in said
    assert not (box.writable / ".git/hooks/post-checkout").exists()


@works
@pytest.mark.parametrize("place", ["user/.ssh/id", "user/work/other", "state"])
def test_what_is_beside_it_is_not_there(box, tmp_path, place):
    said, status = run(box, "ls", "-A", str(tmp_path / place))
    assert status != 0 or said == "", "gone, or empty"


@works
def test_the_state_folder_is_covered_where_a_place_around_it_is_visible(box, tmp_path):
    (tmp_path / "state" / "phoenix.db").write_text("rows")
    around = sandbox.Box(box.writable, box.home, box.user_home, readable=(tmp_path,), hidden=box.hidden)
    assert run(around, "ls", "-A", str(tmp_path / "state")) == ("", 0)


@works
def test_home_is_a_private_one_that_is_kept(box):
    assert run(box, "sh", "-c", 'echo "$HOME"; echo x > ~/kept') == (str(box.home), 0)
    assert (box.home / "kept").exists()


@works
def test_toolchains_of_the_user_are_there_to_read(box, tmp_path):
    tool = tmp_path / "user/.cargo/bin/tool"
    assert run(box, str(tool)) == ("tool", 0)
    assert run(box, "sh", "-c", f"echo x >> {tool}")[1] != 0


@works
def test_the_environment_is_exactly_what_is_given(box, monkeypatch):
    monkeypatch.setenv("GITHUB_TOKEN", "hunter2")
    said, _ = run(box, "env", environment={"A": "b c"})
    names = {line.partition("=")[0] for line in said.splitlines()}
    assert "A=b c" in said.splitlines()
    assert names <= {"A", "PATH", "HOME", "TMPDIR", "PWD", "SHLVL", "_"}


@works
def test_other_processes_are_not_seen(box):
    said, _ = run(box, "sh", "-c", "ls /proc | grep -c '^[0-9]'")
    assert int(said) < 10


@works
@pytest.mark.parametrize("network", [False, True])
def test_there_is_a_network_only_when_it_is_asked_for(box, network):
    open_box = sandbox.Box(box.writable, box.home, box.user_home, network=network, readable=box.readable)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        code = f"import socket; socket.create_connection(('127.0.0.1', {port}), 5)"
        assert (run(open_box, sys.executable, "-I", "-S", "-c", code)[1] == 0) is network


@works
@pytest.mark.skipif(os.getuid() != 0, reason="only root can read it outside")
def test_passwords_of_the_system_cannot_be_read(box):
    said, status = run(box, "cat", "/etc/shadow")
    assert status != 0 or said == ""
    assert "root:" not in said


@works
def test_a_folder_inside_can_be_the_working_one(box):
    (box.writable / "sub").mkdir()
    assert run(box, "pwd", cwd=box.writable / "sub") == (str(box.writable / "sub"), 0)


@works
def test_a_link_in_place_of_the_git_folder_leads_nowhere(box, tmp_path):
    repo = tmp_path / "user/work/linked"
    repo.mkdir()
    (repo / ".git").symlink_to(tmp_path / "user/.ssh")
    linked = sandbox.Box(repo, box.home, box.user_home)
    assert run(linked, "cat", ".git/id")[1] != 0


def test_of_the_environment_only_harmless_names_go_in(tmp_path):
    source = {"PATH": "/bin", "LANG": "C", "AWS_SECRET": "x", "SSH_AUTH_SOCK": "/s", "DISPLAY": ":0"}
    assert sandbox.environment(source, tmp_path) == {"PATH": "/bin", "LANG": "C"}
    (tmp_path / ".pyenv").mkdir()
    assert sandbox.environment({}, tmp_path) == {"PYENV_ROOT": str(tmp_path / ".pyenv")}


def test_folders_of_the_path_are_readable_but_never_the_whole_home(tmp_path):
    (tmp_path / "tools").mkdir()
    path = f"/usr/bin:relative:{tmp_path}:{tmp_path / 'tools'}:{tmp_path / 'none'}"
    assert sandbox._path_folders({"PATH": path}, tmp_path) == [tmp_path / "tools"]


def test_limits_are_words_for_the_keeper():
    names = dict(part.split("=") for part in sandbox.limits().split(","))
    assert names["CORE"] == "0"
    assert int(names["DATA"]) > 1 << 20


def test_where_it_does_not_work_the_way_out_is_said(monkeypatch):
    monkeypatch.setattr(sandbox.shutil, "which", lambda _: None)
    sandbox.broken.cache_clear()
    try:
        with pytest.raises(Unavailable) as caught:
            sandbox.require()
    finally:
        sandbox.broken.cache_clear()
    assert caught.value.cause == "bubblewrap is not installed"
    assert "--trust" in caught.value.hints[-1]
