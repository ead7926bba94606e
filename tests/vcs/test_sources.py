from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_cli.kernel.errors import Usage
from phoenix_cli.vcs.sources import Source, parse_source, printable, safe_name


def parse(text: str, folders: tuple[str, ...] = ()) -> Source:
    return parse_source(text, cwd=Path("/home/me"), user_home=Path("/home/me"), is_folder=lambda path: path in folders)


@pytest.mark.parametrize(
    ("text", "kind", "url", "key"),
    [
        ("psf/requests", "https", "https://github.com/psf/requests", "github.com/psf/requests"),
        ("PSF/Requests", "https", "https://github.com/PSF/Requests", "github.com/psf/requests"),
        ("https://github.com/psf/requests.git", "https", "https://github.com/psf/requests.git", "github.com/psf/requests"),
        ("https://github.com/psf/requests/", "https", "https://github.com/psf/requests", "github.com/psf/requests"),
        ("https://GitHub.com:443/psf/requests", "https", "https://github.com/psf/requests", "github.com/psf/requests"),
        ("git@github.com:psf/requests.git", "ssh", "git@github.com:psf/requests.git", "github.com/psf/requests"),
        ("ssh://git@github.com/psf/requests", "ssh", "ssh://git@github.com/psf/requests", "github.com/psf/requests"),
        ("git+ssh://git@h.org:2222/a/b", "ssh", "ssh://git@h.org:2222/a/b", "h.org:2222/a/b"),
        ("http://127.0.0.1:8080/a/b.git", "http", "http://127.0.0.1:8080/a/b.git", "127.0.0.1:8080/a/b"),
        ("http://[::1]:8080/a/b", "http", "http://[::1]:8080/a/b", "[::1]:8080/a/b"),
        ("git://h.org/b", "git", "git://h.org/b", "h.org/b"),
        ("https://gitlab.com/group/sub/deep/app", "https", "https://gitlab.com/group/sub/deep/app",
         "gitlab.com/group/sub/deep/app"),
        ("https://h.org/~ann/app", "https", "https://h.org/~ann/app", "h.org/~ann/app"),
        ("./here", "local", "/home/me/here", "/home/me/here"),
        ("../up.git", "local", "/home/up.git", "/home/up.git"),
        ("~/mine/.git", "local", "/home/me/mine", "/home/me/mine"),
        ("file:///srv/a%20b", "local", "/srv/a b", "/srv/a b"),
        (".", "local", "/home/me", "/home/me"),
    ],
)  # fmt: skip
def test_reads_what_people_type(text: str, kind: str, url: str, key: str) -> None:
    source = parse(text)
    assert (source.kind, source.url, source.key) == (kind, url, key)


def test_owner_and_name() -> None:
    source = parse("https://gitlab.com/group/sub/app.git")
    assert (source.host, source.owner, source.name, source.folder) == (
        "gitlab.com", "group/sub", "app", "gitlab.com/group/sub/app",
    )  # fmt: skip


def test_a_folder_wins_over_a_short_name() -> None:
    assert parse("tests/repo", ("/home/me/tests/repo",)).kind == "local"
    assert parse("tests/repo").kind == "https"
    assert parse("repo", ("/home/me/repo",)).url == "/home/me/repo"


def test_another_forge() -> None:
    source = parse_source("a/b", forge="http://127.0.0.1:99/git/", is_folder=lambda _: False)
    assert (source.url, source.key) == ("http://127.0.0.1:99/git/a/b", "127.0.0.1:99/git/a/b")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "source.empty"),
        ("   ", "source.empty"),
        ("-oProxyCommand=touch x", "source.option"),
        ("--upload-pack=touch x", "source.option"),
        ("ext::sh -c touch% x", "source.protocol"),
        ("fd::17", "source.protocol"),
        ("::x", "source.protocol"),
        ("ftp://h/a/b", "source.protocol"),
        ("javascript://h/a", "source.protocol"),
        ("a/b\nc", "source.control_character"),
        ("a/\x1b[31mb", "source.control_character"),
        ("./a\u202eb", "source.control_character"),
        ("./a\udcffb", "source.control_character"),
        ("https://h.org/a%0ab/c", "source.control_character"),
        ("https://h.org/a\\b/c", "source.control_character"),
        ("https://h.org/a/../../etc", "source.path"),
        ("https://h.org/a/%2e%2e/b", "source.path"),
        ("https://h.org/-x/b", "source.path"),
        ("https://h.org/", "source.path"),
        ("https://h.org/a/.git", "source.path"),
        ("git@h.org:../b", "source.path"),
        ("owner/..", "source.path"),
        ("owner/.git", "source.path"),
        ("https:///a/b", "source.url"),
        ("https://-h/a/b", "source.url"),
        ("ssh://-oProxyCommand=x/a/b", "source.url"),
        ("ssh://-x@h/a/b", "source.url"),
        ("https://h.org:port/a/b", "source.url"),
        ("file://elsewhere/a", "source.url"),
        ("https://h.org/a/b?x=1", "source.url"),
        ("https://github.com/a/b/tree/main/src", "source.page"),
        ("-", "source.option"),
        ("word", "source.unknown"),
        ("a/b/c", "source.unknown"),
        ("own er/repo", "source.unknown"),
        ("x" * 3_000, "source.too_long"),
    ],
)
def test_refuses_with_a_hint(text: str, code: str) -> None:
    with pytest.raises(Usage) as caught:
        parse(text)
    assert caught.value.code == code
    assert caught.value.hints
    assert printable(caught.value.message) == caught.value.message


@pytest.mark.parametrize(
    "text",
    ["https://ann:s3cret@h.org/a/b", "https://s3cret@h.org/a/b", "https://ann:s3c%2Fs3cret@h.org/a/b"],
)
def test_a_login_is_kept_apart(text: str) -> None:
    source = parse(text)
    assert "s3cret" in source.credential
    assert "s3cret" not in f"{source.url} {source.key} {source!r} {source}"
    assert source.url == "https://h.org/a/b"


@pytest.mark.parametrize(
    "text",
    [
        "https://ann:s3cret/x@h.org/a/b",
        "https://ann:s3cret@h.org:x/a",
        "https://ann:s3cret@h.org/a?b",
        "x://a:s3cret@h/b",
    ],
)
def test_a_refusal_shows_no_login(text: str) -> None:
    with pytest.raises(Usage) as caught:
        parse(text)
    error = caught.value
    assert "s3cret" not in f"{error.message} {error.cause} {error.hints} {error.details}"


@given(st.text(max_size=60) | st.from_regex(r"[a-z]{2,5}://[-a-z:@/.%~\\]{1,20}", fullmatch=True))
def test_any_text_is_a_source_or_a_usage_error(text: str) -> None:
    try:
        source = parse(text)
    except Usage as error:
        assert printable(error.message) == error.message
        return
    assert not source.url.startswith("-")
    assert source.kind == "local" or "::" not in source.url.partition("//")[0]
    assert ".." not in source.folder.split("/")
    assert source.kind == "local" or ".." not in source.key.split("/")
    assert not source.folder.startswith("/")
    assert parse(source.url).key == source.key


@given(st.text())
def test_a_safe_name_is_one_plain_folder(text: str) -> None:
    name = safe_name(text)
    assert name and name not in (".", "..") and not name.startswith("-") and len(name) <= 100
    assert name.isascii() and "/" not in name and name.isprintable() and " " not in name
