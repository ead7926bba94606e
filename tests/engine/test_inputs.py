"""Values that a run is given."""

import pytest

from phoenix_cli.engine.flow_file import read_flow
from phoenix_cli.engine.inputs import parse_input, resolve_inputs
from phoenix_cli.kernel.errors import Usage

FLOW = read_flow(
    "name: a\ninputs: {branch: main, n: {type: number, default: 3}, names: {type: list, default: []}, token: {type: text, help: from the site}}\n"
    "steps: {a: {run: x}}"
).flow


def test_defaults_and_given_values():
    assert resolve_inputs(FLOW, {"token": "t", "n": 4}) == {"branch": "main", "n": 4, "names": (), "token": "t"}


def test_everything_that_is_wrong_at_once():
    with pytest.raises(Usage) as caught:
        resolve_inputs(FLOW, {"n": "4", "brunch": "x"})
    assert caught.value.details["errors"] == [
        "there is no input brunch; did you mean branch?",
        'n is to be of type number, not "4"',
        "token has no value: from the site",
    ]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("n", "4", 4),
        ("n", "four", "four"),
        ("token", "4", "4"),
        ("names", "a, b", ["a", "b"]),
        ("names", '["a"]', ["a"]),
        ("branch", "1", "1"),
    ],
)
def test_texts_of_the_command_line(name, text, value):
    assert parse_input(FLOW.inputs[name], text) == value
    assert parse_input(None, text) == text
