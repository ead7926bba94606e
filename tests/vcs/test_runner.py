from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from phoenix_cli.kernel.errors import Auth, Conflict, NotFound, PhoenixError, Refused, Unavailable
from phoenix_cli.vcs.environment import reach_of
from phoenix_cli.vcs.failures import explain
from phoenix_cli.vcs.runner import Git, Place
from phoenix_cli.vcs.sources import Source, parse_source
from phoenix_cli.vcs.warden import marked
from tests.vcs.forge import Forge, publish
from tests.vcs.repos import make_repo


def source(text: str) -> Source:
    return parse_source(text, is_folder=lambda _: False)


def look(git: Git, text: str) -> bytes:
    found = source(text)
    return git.run("ls-remote", "--", found.url, "HEAD", reach=reach_of(found), what="a look")


def test_without_git_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="not installed") as caught:
        Git({"PATH": str(tmp_path)}).run("--version")
    assert caught.value.code == "git.missing" and "install git" in caught.value.hints[0]


@pytest.mark.parametrize("said", ["git version 2.31.8", "git version 1.8.3.1", "no git at all"])
def test_a_git_that_reads_no_settings_is_refused(tmp_path: Path, said: str) -> None:
    program = tmp_path / "git"
    program.write_text(f"#!/bin/sh\necho {said}\n")
    program.chmod(0o755)
    with pytest.raises(Unavailable) as caught:
        Git({"PATH": f"{tmp_path}:{os.environ['PATH']}"}).run("status")
    assert caught.value.code == "git.too_old" and said in caught.value.cause


def test_a_git_in_the_repository_is_not_the_git_that_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trap = tmp_path / "git"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/canary\n")
    trap.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    Git({"PATH": f".:{os.environ['PATH']}"}).run("--version")
    assert not (tmp_path / "canary").exists()


def test_an_outer_git_does_not_lead_astray(tmp_path: Path) -> None:
    one, other = make_repo(tmp_path / "one"), make_repo(tmp_path / "other", {"x": "y"})
    git = Git({**os.environ, "GIT_DIR": str(other / ".git"), "GIT_INDEX_FILE": str(other / ".git/index")})
    assert git.run("ls-files", at=Place.of(one)) == b"Makefile\nsrc/main.c\n"


def test_much_input_and_output_at_once(git: Git, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "r")
    oid = git.run("rev-parse", "HEAD:Makefile", at=Place.of(repo)).decode().strip()
    said = git.run("cat-file", "--batch", at=Place.of(repo), input=f"{oid}\n".encode() * 50_000)
    assert said.count(b"echo hello") == 50_000


def test_one_that_never_stops_talking_is_ended_by_its_time_limit(tmp_path: Path) -> None:
    program = tmp_path / "git"
    program.write_text(
        "#!/bin/sh\n[ $1 = --version ] && exec echo git version 2.39.5\nwhile :; do echo word; sleep 0.01; done\n"
    )
    program.chmod(0o755)
    with pytest.raises(Unavailable, match="given up after 0\\.3 s"):
        Git({"PATH": f"{tmp_path}:{os.environ['PATH']}"}).run("status", timeout_s=0.3)


def test_a_remote_that_hangs_is_given_up(forge: Forge, tmp_path: Path) -> None:
    publish(forge.root, make_repo(tmp_path / "r"))
    forge.faults["r"] = "hang"
    began = time.monotonic()
    with pytest.raises(Unavailable) as caught:
        look(Git(dict(os.environ), patience_s=1), f"{forge.url}/acme/r")
    assert caught.value.code == "git.network" and time.monotonic() - began < 5


def test_a_daemon_that_hangs_is_given_up_with_all_its_helpers() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        git = Git(dict(os.environ), patience_s=0.3)
        with git.guarded():
            mark = b"=".join(os.fsencode(part) for part in next(iter(git._guard.mark.items())))
            with pytest.raises(Unavailable, match=r"given up after 0\.3 s"):
                look(git, f"git://127.0.0.1:{server.getsockname()[1]}/a/b")
            assert marked(mark) == set()


def test_stop_ends_what_runs_and_starts_no_more(forge: Forge) -> None:
    forge.faults["r"] = "hang"
    git = Git(dict(os.environ))
    errors: list[PhoenixError] = []

    def work() -> None:
        try:
            look(git, f"{forge.url}/acme/r")
        except PhoenixError as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    while not forge.requests:
        thread.join(0.01)
    git.stop()
    thread.join(5)
    assert [error.code for error in errors] == ["git.stopped"]
    with pytest.raises(Unavailable, match="stopped"):
        git.run("--version")


SCRIPT = """
import os, sys
from phoenix_cli.vcs.environment import reach_of
from phoenix_cli.vcs.runner import Git
from phoenix_cli.vcs.sources import parse_source
git, source = Git(dict(os.environ)), parse_source(sys.argv[1])
with git.guarded():
    print("=".join(next(iter(git._guard.mark.items()))), flush=True)
    git.run("ls-remote", "--", source.url, reach=reach_of(source))
"""


def test_kill_nine_leaves_no_git_behind(forge: Forge) -> None:
    forge.faults["r"] = "hang"
    words = [sys.executable, "-c", SCRIPT, f"{forge.url}/acme/r"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as phoenix:
        assert phoenix.stdout is not None
        mark = phoenix.stdout.readline().strip()
        wait_for(lambda: bool(forge.requests))
        assert len(marked(mark)) >= 2  # git and git-remote-http
        phoenix.send_signal(signal.SIGKILL)
    wait_for(lambda: not marked(mark))


def wait_for(true) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (404, NotFound, "git.remote_not_found"),
        (403, Auth, "git.auth"),
        (429, Unavailable, "git.rate_limited"),
        (503, Unavailable, "git.server_error"),
    ],
)
def test_what_a_server_answers(git: Git, forge: Forge, status: int, kind: type[PhoenixError], code: str) -> None:
    forge.faults["r"] = [status, status, status]
    with pytest.raises(kind) as caught:
        look(git, f"{forge.url}/acme/r")
    assert caught.value.code == code
    assert str(status) in caught.value.cause or "not found" in caught.value.cause


def test_nobody_listens(git: Git) -> None:
    with pytest.raises(Unavailable) as caught:
        look(git, "http://127.0.0.1:1/a/b")
    assert caught.value.code == "git.network" and caught.value.hints


def test_a_login_from_the_url_is_used_and_seen_nowhere(git: Git, forge: Forge, tmp_path: Path) -> None:
    publish(forge.root, make_repo(tmp_path / "r"))
    forge.login = "ann:s3cret"
    assert b"HEAD" in look(git, f"http://ann:s3cret@127.0.0.1:{forge.port}/acme/r")
    with pytest.raises(Auth) as caught:
        look(git, f"http://ann:wr0ng@127.0.0.1:{forge.port}/acme/r")
    assert "wr0ng" not in f"{caught.value.message} {caught.value.cause}"


def test_the_users_helper_is_asked_only_after_the_server_asked(forge: Forge, tmp_path: Path) -> None:
    publish(forge.root, make_repo(tmp_path / "r"))
    helper = tmp_path / "helper"
    helper.write_text(
        f"#!/bin/sh\necho $1 >> {tmp_path}/calls\n[ $1 = get ] && printf 'username=ann\\npassword=s3cret\\n'\n"
    )
    helper.chmod(0o755)
    (tmp_path / ".gitconfig").write_text(f"[credential]\n\thelper = {helper}\n")
    git = Git({**os.environ, "HOME": str(tmp_path)})
    look(git, f"{forge.url}/acme/r")
    assert not (tmp_path / "calls").exists()
    forge.login = "ann:s3cret"
    assert b"HEAD" in look(git, f"{forge.url}/acme/r")
    assert "get" in (tmp_path / "calls").read_text()


def test_https_does_not_follow_to_a_file(git: Git, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "r")
    with pytest.raises(Refused) as caught:
        git.run("ls-remote", "--", repo.as_uri(), reach=reach_of(source("a/b")), what="a look")
    assert caught.value.code == "git.protocol"


@pytest.mark.parametrize(
    ("said", "kind", "code"),
    [
        ("fatal: write error: No space left on device", Unavailable, "git.disk_full"),
        ("fatal: could not read Username for 'https://h': terminal prompts disabled", Auth, "git.auth"),
        ("git@h: Permission denied (publickey).\nfatal: Could not read from remote repository.", Auth, "git.auth"),
        (
            "ERROR: Repository not found.\nfatal: Could not read from remote repository.",
            NotFound,
            "git.remote_not_found",
        ),
        ("Host key verification failed.\nfatal: Could not read from remote repository.", Auth, "git.host_key"),
        ("fatal: Remote branch x not found in upstream origin", NotFound, "git.branch_not_found"),
        ("fatal: unable to access 'https://h/': Could not resolve host: h", Unavailable, "git.network"),
        ("error: RPC failed; curl 18 transfer closed\nfatal: early EOF", Unavailable, "git.broken_off"),
        ("fatal: server certificate verification failed. CAfile: none", Unavailable, "git.certificate"),
        ("fatal: detected dubious ownership in repository at '/x'", Refused, "git.ownership"),
        ("fatal: Unable to create '/x/.git/index.lock': File exists.", Conflict, "git.busy"),
    ],
)
def test_what_git_says(said: str, kind: type[PhoenixError], code: str) -> None:
    error = explain("clone of x", said)
    assert type(error) is kind and error.code == code


def test_a_cause_carries_neither_logins_nor_control_characters() -> None:
    error = explain("clone", "fatal: unable to access 'https://ann:s3cret@h/a': \x1b[31mbad\x07")
    assert error.cause == "fatal: unable to access 'https://h/a': \\x1b[31mbad\\x07"
