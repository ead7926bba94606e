"""Files that only pin a version."""

from __future__ import annotations

import pytest

from phoenix_cli.ecosystem.buildsystems import version_files
from tests.ecosystem.buildsystems.yielded import facts_from, versions_from


@pytest.mark.parametrize(
    ("name", "text", "pinned"),
    [
        (".nvmrc", "v20.11.1\n", ("node", "20.11.1")),
        (".nvmrc", "lts/iron\n", ("node", "lts/iron")),
        (".python-version", "# managed\n3.12\n3.11\n", ("python", "3.12")),
        (".python-version", "pypy3.10-7.3.12\n", ("python", "pypy3.10-7.3.12")),
        ("runtime.txt", "python-3.12.4\n", ("python", "3.12.4")),
        (".sdkmanrc", "# sdk env\njava=21.0.2-tem\n", ("java", "21.0.2-tem")),
        (".prototools", 'node = "20"\n[plugins]\nx = "y"\n', ("node", "20")),
        (".tool-versions", "golang 1.22.0\n", ("go", "1.22.0")),
    ],
)
def test_pins(name: str, text: str, pinned: tuple[str, str]) -> None:
    assert versions_from(version_files, {name: text}) == {pinned}


def test_what_is_no_version_is_left_out() -> None:
    for text in ("", "system\n", "please read the docs\n", "<<<<<<< HEAD\n"):
        assert versions_from(version_files, {".nvmrc": text}) == set()


def test_the_line_is_told_and_fixtures_pin_nothing() -> None:
    files = {".python-version": "# x\n3.12\n", "tests/fixtures/app/.python-version": "2.7\n"}
    assert [one.source.line for one in facts_from(version_files, files)] == [2]  # type: ignore[union-attr]
    assert facts_from(version_files, files, "tests/fixtures/app") == []
