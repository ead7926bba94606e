"""The step kind ``repo``: both forms, what is wrong with others, and the command that each comes to."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_cli.ecosystem.flows.repo_step import command_of, mistake_in, step_kinds
from phoenix_cli.engine.flow_file import read_flow
from phoenix_cli.kernel.errors import Usage

HOME = Path("/home/me/phoenix")
KINDS = step_kinds(HOME)


def words(body):
    """Return what comes after ``phoenix ... ecosystem``."""
    argv = command_of(body, HOME).argv
    assert argv[1:7] == ("-m", "phoenix_cli", "--home", str(HOME), "--no-input", "ecosystem")
    return argv[7:]


def mistakes(text):
    return [(one.code, one.message) for one in read_flow(text, KINDS).problems]


def test_the_short_form():
    assert words("test click") == ("run", "--", "click", "test")
    assert words("make:test 'my shop' -k 'a b'") == ("run", "--", "my shop", "make:test", "-k", "a b")
    assert words("sync click") == ("sync", "--", "click")
    assert words("detect click") == ("detect", "--", "click")


def test_the_long_form():
    body = {
        "run": "test",
        "on": "repo_1",
        "arguments": ["--net", 3],
        "trust": "sandbox",
        "net": True,
        "env": ["CI=1", "TOKEN"],
    }
    expected = ("run", "--sandbox", "--net", "--env", "CI=1", "--env", "TOKEN", "--", "repo_1", "test", "--net", "3")
    assert words(body) == expected
    assert words({"run": "lint", "on": "shop", "trust": "as-is", "net": "false"}) == ("run", "--", "shop", "lint")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("test", "needs a command and a repository"), ("", "needs a command and a repository"), ("test 'a", "quote"),
        ("test ${{ inputs.x }}", "no expressions"), (3, "text or a mapping"), (None, "text or a mapping"), ([], "text or a mapping"),
        ({}, "needs run"), ({"run": "test"}, "needs on"), ({"run": "test", "on": " "}, "needs on"),
        ({"run": "--help", "on": "a"}, "dash"), ({"run": "a", "on": "-h"}, "dash"), ("test -h", "dash"),
        ({"run": "a", "on": "b", "argument": []}, "no key argument; did you mean arguments?"),
        ({"run": "a", "on": "b", "arguments": "c d"}, "list"), ({"run": "a", "on": "b", "arguments": [{}]}, "text"),
        ({"run": "a", "on": "b", "trust": "trust"}, "cannot trust"), ({"run": "a", "on": "b", "net": "maybe"}, "true or false"),
        ({"run": "a", "on": "b", "env": ["A B=c"]}, "no variable"), ({"run": "sync", "on": "b", "net": True}, "nothing but on"),
        ({"run": ["a"], "on": "b"}, "text"), ({"run": "a\0", "on": "b"}, "text"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(body, told):
    assert told in mistake_in(body)
    with pytest.raises(Usage):
        command_of(body, HOME)


def test_expressions_are_looked_at_when_they_are_filled_in():
    body = {
        "run": "${{ inputs.x }}",
        "on": "${{ item }}",
        "arguments": "${{ inputs.list }}",
        "net": "${{ inputs.net }}",
    }
    assert mistake_in(body) == ""
    with pytest.raises(Usage):
        command_of({**body, "run": "test", "on": "--help", "arguments": [], "net": True}, HOME)


def test_in_a_flow_file_it_is_a_step_like_others():
    text = "name: a\nsteps:\n  t: {repo: 'test click', retry: 1, timeout: 5m}\n  u: {needs: [t], repo: {run: lint, on: click}}\n"
    assert mistakes(text) == []
    assert [code for code, _ in mistakes("name: a\nsteps:\n  t: {repo: {run: lint, off: click}}\n")] == ["flow.kind"]
    assert "both run and repo" in mistakes("name: a\nsteps:\n  t: {repo: 'a b', run: c}\n")[0][1]


TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(TEXTS, TEXTS, st.lists(TEXTS, max_size=4))
def test_nothing_that_is_filled_in_becomes_an_option(run, on, arguments):
    body = {"run": run, "on": on, "arguments": arguments}
    try:
        argv = command_of(body, HOME).argv
    except Usage:
        assert (
            run.startswith("-") or on.startswith("-") or not run.strip() or not on.strip() or run in ("sync", "detect")
        )
        return
    rest = argv[argv.index("--", 7) + 1 :]
    assert rest == ((on,) if run in ("sync", "detect") else (on, run, *arguments))
