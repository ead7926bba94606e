"""Globs of workspace lists."""

from __future__ import annotations

import pytest

from phoenix_cli.ecosystem.buildsystems.path_globs import any_of, normal


@pytest.mark.parametrize(
    ("glob", "path", "matches"),
    [
        ("packages/*", "packages/a", True),
        ("packages/*", "packages/a/b", False),
        ("./packages/*/", "packages/a", True),
        ("packages/**", "packages/a/b", True),
        ("packages/**", "packages", True),
        ("**", "a/b/c", True),
        ("**/test", "a/test", True),
        ("**/test", "test", True),
        ("packages/**/fixtures/*", "packages/a/b/fixtures/c", True),
        ("packages/**/fixtures/*", "packages/fixtures/c", True),
        ("libs/{a,b*}", "libs/bc", True),
        ("libs/{a,b}", "libs/c", False),
        ("libs/@(a|b)", "libs/b", True),
        ("apps/web", "apps/web", True),
        ("apps/web", "apps/web2", False),
        ("a.b", "axb", False),
        ("apps/?", "apps/x", True),
    ],
)
def test_matching(glob, path, matches):
    assert (any_of([glob]).fullmatch(path) is not None) is matches


def test_no_globs_match_nothing():
    assert any_of([]).fullmatch("") is None


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    ("glob", "path"), [("**/" * 40 + "x", "a/" * 60 + "y"), ("*a" * 60 + "b", "a" * 250), ("{a,b}" * 40, "c")]
)
def test_hostile_globs_cost_little(glob, path):
    assert any_of([glob]).fullmatch(path) is None


def test_normal():
    assert [normal(path) for path in ("./a/", ".", "a/package.json", "a\\b", "./a/deno.json")] == [
        "a",
        "",
        "a",
        "a/b",
        "a",
    ]
