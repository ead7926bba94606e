from __future__ import annotations

import pytest

from phoenix_cli.kernel.errors import Usage
from phoenix_cli.vcs.source_lists import Wanted, read_source_list


def test_one_on_a_line_with_comments() -> None:
    text = "\ufeff# mine\npsf/requests\n\n  ./local   # a copy\r\nhttps://h.org/a#b\npsf/requests\n"
    assert read_source_list(text) == [Wanted("psf/requests"), Wanted("./local"), Wanted("https://h.org/a#b")]


def test_vcstool() -> None:
    text = """
repositories:
  core/app: {type: git, url: https://h.org/a/app.git, version: v1.10}
  lib:
    url: https://h.org/a/lib
    version: "1.10"
"""
    assert read_source_list(text) == [Wanted("https://h.org/a/app.git", "v1.10"), Wanted("https://h.org/a/lib", "1.10")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("# nothing\n", "names no repository"),
        ("repositories: [a, b]", "not a mapping"),
        ("repositories:\n  a: {type: hg, url: x}", "only git"),
        ("repositories:\n  a: {version: x}", "no url"),
        ("repositories:\n  a: {url: [", "line"),
        ("repositories:\n  a: {url: x, version: 1.10}", "reads as a number"),
        ("x" * 2_000_001, "larger than"),
    ],
)
def test_what_cannot_be_read(text: str, says: str) -> None:
    with pytest.raises(Usage, match=says):
        read_source_list(text, "my.repos")
