"""The line scanner for CI files against the shapes that people write."""

from __future__ import annotations

import pytest

from phoenix_cli.ecosystem.buildsystems.yaml_lines import entries, flow_items, lines_of
from phoenix_cli.kernel.documents import load_yaml

WORKFLOW = """\
name: "CI: all"   # a comment
on: [push, pull_request]
jobs:
  build:
    steps:
    - uses: actions/checkout@v4
    - name: Build
      run: |
        make   # not a comment for YAML

        make test
    - {name: flow, run: ignored}
    -   run: >-
          npm run
          build
      working-directory: 'web'
  lint:
    steps:
      - run: npx eslint "src/**"
        env:
          A: 1
"""


def test_paths_values_and_lines_of_a_workflow() -> None:
    found = {entry.path: (entry.value, entry.line) for entry in entries(WORKFLOW)}
    steps = ("jobs", "build", "steps")
    assert found[("name",)] == ("CI: all", 1)
    assert found[("on",)] == ("[push, pull_request]", 2)
    assert found[(*steps, 0, "uses")] == ("actions/checkout@v4", 6)
    assert found[(*steps, 1, "run")] == ("make   # not a comment for YAML\n\nmake test", 8)
    assert found[(*steps, 3, "run")] == ("npm run build", 13)
    assert found[(*steps, 3, "working-directory")] == ("web", 16)
    assert found[("jobs", "lint", "steps", 0, "run")] == ('npx eslint "src/**"', 19)
    assert found[("jobs", "lint", "steps", 0, "env", "A")] == ("1", 21)


def _leaves(value: object, path: tuple[str | int, ...] = ()) -> dict[tuple[str | int, ...], str]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if pairs is None:
        return {path: str(value).strip()}
    return {at: leaf for key, one in pairs for at, leaf in _leaves(one, (*path, key)).items()}


@pytest.mark.parametrize(
    "text",
    [
        "a: 1x\nb:\n  c: d\n  e:\n  - f\n  - g: h\n    i: j\nk: l\n",
        "script:\n- one\n- two three\nafter: x\n",
        "key: 'it''s'\nother: \"a\\tb\"\n",
        "a: |\n  one\n    two\nb: c\n",
        "plain: first\n  second\n  third\nnext: x\n",
        "- a: b\n  c: d\n-   e: f\n",
        "outer:\n  - inner:\n      - deep: x\n      - deep: y\n    tail: z\n",
        'url: http://host:80/path\nquoted: "a: b # c"\n',
    ],
)
def test_agrees_with_the_full_loader(text: str) -> None:
    scanned = {entry.path: entry.value for entry in entries(text) if entry.value}
    assert scanned == _leaves(load_yaml(text))


def test_templates_and_broken_text_do_not_raise() -> None:
    for text in ("{{- if .x }}\na: b\n", "- - -\n", "a:\n\t- b\n", ": :\n", "'\n", "a: 'open\nb: c", "|"):
        list(entries(text))


def test_flow_items_and_lines() -> None:
    assert flow_items("[a, 'b c' ]") == ["a", "b c"]
    assert flow_items("a, b") == ["a, b"]
    assert flow_items("") == []
    assert lines_of("a:\n  b: c\n") == {("a",): 1, ("a", "b"): 2}
