"""What a command hands on, read within limits."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_cli.engine.executors import values
from phoenix_cli.engine.executors.interface import OUTPUT_BYTES
from phoenix_cli.kernel.errors import Failed

NAMES = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)
TEXTS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\n\r"), max_size=40)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(1 << 53), 1 << 53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def test_the_forms():
    assert values.parse(b"") == {}
    assert values.parse(b"a=1\nb:=1\n\nc=x=y \r\nd=\na=2") == {"a": "2", "b": 1, "c": "x=y ", "d": ""}
    assert values.parse(b' \n{"a": [1, null]}\n') == {"a": [1, None]}
    assert values.parse(b"url=http://x?a:=1") == {"url": "http://x?a:=1"}


@given(st.dictionaries(NAMES, TEXTS, max_size=5))
def test_texts_come_through(given):
    assert values.parse("".join(f"{name}={text}\n" for name, text in given.items()).encode()) == given


@given(st.dictionaries(NAMES, JSON, max_size=5))
def test_json_comes_through_in_both_forms(given):
    assert values.parse("".join(f"{name}:={json.dumps(value)}\n" for name, value in given.items()).encode()) == given
    assert values.parse(json.dumps(given).encode()) == given


@given(st.binary(max_size=200))
def test_anything_is_values_or_refused(data):
    try:
        assert isinstance(values.parse(data), dict)
    except Failed as error:
        assert error.code == "command.outputs" and values.told(error)


@pytest.mark.parametrize(
    ("data", "says"),
    [(b"a=1\nnonsense", "line 2"), (b"=1", "line 1"), (b":=1", "line 1"), (b"a:=nope", "no JSON"), (b"a:=NaN", "no JSON"),
     (b"{", "no JSON"), (b'{"a": 1} x', "no JSON"), (b"a=\xff", "UTF-8"), (b"a:=" + b"[" * 30_000, "deep"),
     (b"a=" + b"x" * OUTPUT_BYTES, "too large"), (("a=" + "é" * 20_000).encode(), "too large")],
)  # fmt: skip
def test_what_is_refused(data, says):
    with pytest.raises(Failed) as caught:
        values.parse(data)
    assert says in values.told(caught.value)


def test_files(tmp_path):
    path = values.file_of(tmp_path / "build.2.log")
    assert path == tmp_path / "build.2.outputs"
    assert values.read_values(path, ("a",)) == {}
    path.write_text("a=1\nb=2\n")
    assert values.read_values(path, ("b", "c")) == {"b": "2"}
    path.unlink()
    path.mkdir()
    with pytest.raises(Failed):
        values.read_values(path, ("a",))
