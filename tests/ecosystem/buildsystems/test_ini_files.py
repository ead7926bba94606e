"""INI files as strangers write them."""

from __future__ import annotations

from phoenix_cli.ecosystem.buildsystems.ini_files import read_ini, value_of


def test_continuation_lines_comments_and_line_numbers() -> None:
    text = "# top\n[a]\nOne = 1 ; why\ntwo:\n    x\n    # not this\n    y  # nor this\n\n[b:c]\nurl = http://h:1/p\n"
    parsed = read_ini(text)
    assert parsed["a"]["one"].value == "1"
    assert parsed["a"]["two"].lines() == ["x", "y"]
    assert parsed["a"]["two"].line == 4
    assert value_of(parsed, "b:c", "url") == "http://h:1/p"


def test_nothing_is_fatal_or_interpolated() -> None:
    parsed = read_ini("stray = 1\n[a]\nx = %(home)s/{envdir}\n[a]\ny = 2\n]broken[\n[b\n")
    assert {section: list(options) for section, options in parsed.items()} == {"a": ["x", "y"]}
    assert value_of(parsed, "a", "x") == "%(home)s/{envdir}"
    assert value_of(parsed, "nowhere", "x") == ""
