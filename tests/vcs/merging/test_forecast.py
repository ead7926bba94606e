"""Globs that may meet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_cli.vcs.merging.forecast import forecast, matching, may_meet


@pytest.mark.parametrize(
    ("one", "other", "meets"),
    [
        ("src/**", "src/auth/*.py", True), ("src/auth/", "src/auth/login.py", True), ("src/*.py", "src/*.ts", False),
        ("**/*.py", "docs/**", True), ("**/test_*.py", "src/**/*_test.py", True), ("src/a*", "src/*b", True),
        ("src/a?c", "src/abd", False), ("crates/core/**", "crates/core-ext/**", False), ("a/**/b", "a/b", True),
        ("[ab].py", "c.py", True), ("README.md", "docs/README.md", False), ("**", "x", True), ("src", "src/x/y", True),
    ],
)  # fmt: skip
def test_globs(one: str, other: str, meets: bool) -> None:
    assert may_meet(one, other) is may_meet(other, one) is meets


WORDS = st.lists(st.sampled_from(["a", "b", "ab", "*", "**", "a*", "?"]), min_size=1, max_size=4).map("/".join)
PATHS = st.lists(st.lists(st.sampled_from(["a", "b", "ab"]), min_size=1, max_size=4).map("/".join), max_size=8)


@given(WORDS, WORDS, PATHS)
def test_globs_that_share_a_path_may_meet(one: str, other: str, paths: list[str]) -> None:
    if set(matching(one, paths)) & set(matching(other, paths)):
        assert may_meet(one, other)


def test_the_paths_of_a_tree_decide() -> None:
    touches = {"a": ["src/**"], "b": ["**/*.rs"], "c": ["docs/**"], "d": ["docs/new/**"]}
    assert [(one.a, one.b) for one in forecast(touches)] == [("a", "b"), ("b", "c"), ("b", "d"), ("c", "d")]
    found = forecast(touches, ["src/x.rs", "src/y.py", "docs/z.md"])
    assert [(one.a, one.b, one.paths) for one in found] == [("a", "b", ("src/x.rs",)), ("b", "d", ()), ("c", "d", ())]
