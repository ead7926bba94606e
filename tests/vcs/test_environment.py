from __future__ import annotations

import os
from pathlib import Path

from phoenix_cli.vcs.environment import Reach, build_environment, reach_of
from phoenix_cli.vcs.runner import Git, Place
from phoenix_cli.vcs.sources import parse_source
from phoenix_cli.vcs.user_settings import choose
from tests.vcs.repos import make_repo

OUTER = {
    "PATH": "/usr/bin:.:relative:/bin",
    "HOME": "/home/me",
    "GIT_DIR": "/elsewhere/.git",
    "GIT_SSH_COMMAND": "evil",
    "GIT_CONFIG_PARAMETERS": "'core.pager'='evil'",
    "GIT_EXTERNAL_DIFF": "evil",
    "GITHUB_TOKEN": "s3cret",
    "SSH_AUTH_SOCK": "/agent",
    "SSH_ASKPASS": "evil",
    "https_proxy": "http://proxy:1",
    "LD_PRELOAD": "evil.so",
}


def source(text: str):
    return parse_source(text, is_folder=lambda _: False)


def test_nothing_of_outside_gets_in_unnamed() -> None:
    inner = build_environment(OUTER)
    assert "evil" not in "".join(inner.values()) and "s3cret" not in "".join(inner.values())
    assert "GIT_DIR" not in inner and "SSH_AUTH_SOCK" not in inner and "https_proxy" not in inner
    assert (inner["PATH"], inner["HOME"], inner["GIT_ALLOW_PROTOCOL"]) == ("/usr/bin:/bin", os.devnull, "none")


def test_each_kind_of_source_reaches_only_its_own() -> None:
    allowed = {
        text: build_environment(OUTER, reach_of(source(text)))["GIT_ALLOW_PROTOCOL"]
        for text in ("a/b", "http://h.org/a", "git@h.org:a/b", "git://h.org/a", "/srv/a")
    }
    assert list(allowed.values()) == ["https", "http:https", "ssh", "git", "file"]


def test_the_agent_is_for_ssh_and_the_home_for_helpers() -> None:
    ssh = build_environment(OUTER, reach_of(source("git@h.org:a/b")))
    assert ssh["SSH_AUTH_SOCK"] == "/agent" and ssh["HOME"] == os.devnull
    web = build_environment(OUTER, reach_of(source("a/b")))
    assert "SSH_AUTH_SOCK" not in web and web["HOME"] == os.devnull and web["https_proxy"] == "http://proxy:1"
    assert build_environment(OUTER, reach_of(source("a/b"), helpers=True))["HOME"] == "/home/me"


def test_a_login_goes_through_the_environment_and_is_not_shown() -> None:
    reach = reach_of(source("https://ann:s3cret@h.org/a/b"))
    inner = build_environment(OUTER, reach)
    assert "Authorization: Basic YW5uOnMzY3JldA==" in inner.values() and "YW5u" not in repr(reach)


def test_a_later_setting_overrules(git: Git, tmp_path: Path) -> None:
    repo = make_repo(tmp_path / "r")
    place = Place.of(repo)
    assert git.run("config", "--get", "core.fsmonitor", at=place) == b"false\n"
    assert git.run("config", "--get", "a.b", at=place, settings=(("a.b", "x\ny"),)) == b"x\ny\n"


def test_of_the_users_settings_only_the_networks_are_handed_on() -> None:
    kept = choose(
        iter(
            [
                ("core.sshcommand", "evil"),
                ("http.proxy", "p"),
                ("http.https://h.org/.sslcainfo", "ca"),
                ("http.cookiefile", "c"),
                ("credential.helper", "store"),
                ("credential.https://h.org.username", "ann"),
                ("url.ext::.insteadof", "https://"),
                ("alias.st", "!evil"),
            ]
        )
    )
    assert kept.web == (("http.proxy", "p"), ("http.https://h.org/.sslcainfo", "ca"))
    assert kept.credentials == (("credential.helper", "store"), ("credential.https://h.org.username", "ann"))


def test_no_reach_by_default() -> None:
    assert Reach().protocols == ()
