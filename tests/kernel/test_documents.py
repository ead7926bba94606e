"""Documents from strangers: read right, and within limits."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_cli.kernel.documents import DocumentError, load_json, load_jsonc, load_toml, load_xml, load_yaml

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text('abc/*"\\', max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_jsonc_reads_every_json_document_as_json_does(value):
    import json

    text = json.dumps(value, indent=1)
    assert load_jsonc(text) == value
    assert load_jsonc("// a comment\n" + text + "\n/* another */") == value


def test_jsonc_drops_trailing_commas_and_keeps_strings_that_look_like_comments():
    assert load_jsonc('{"a": "http://x", "b": [1, 2, // two\n ], /* c */ }') == {"a": "http://x", "b": [1, 2]}


def test_jsonc_is_linear_on_hostile_text():
    before = time.process_time()
    for text in ("{" + ",/*a*/" * 100_000, '{"a": "' + "\\" * 200_000, "{" + ", " * 300_000, "/*" * 300_000):
        with pytest.raises(DocumentError):
            load_jsonc(text)
    assert time.process_time() - before < 5  # the quadratic form takes minutes


def test_a_broken_document_tells_its_line():
    with pytest.raises(DocumentError) as caught:
        load_json('{\n "a": 1,\n "b" 2\n}')
    assert caught.value.line == 3
    with pytest.raises(DocumentError) as caught:
        load_toml("[a]\nb = \n")
    assert caught.value.line == 2
    with pytest.raises(DocumentError) as caught:
        load_yaml("a: 1\nb: [1\nc: 2\n")
    assert caught.value.line is not None


def test_a_byte_order_mark_is_accepted():
    assert load_json('\ufeff{"a": 1}') == {"a": 1}
    assert load_toml("\ufeffa = 1") == {"a": 1}


def test_depth_is_limited_and_never_kills_the_process():
    for load, text in (
        (load_json, "[" * 100_000),
        (load_yaml, "[" * 100_000),
        (load_yaml, "\n".join("  " * depth + "a:" for depth in range(200))),
        (load_toml, "a = " + "[" * 100_000),
    ):
        with pytest.raises(DocumentError):
            load(text)


def test_aliases_may_not_expand_without_end():
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    before = time.process_time()
    with pytest.raises(DocumentError):
        load_yaml("\n".join(levels))
    assert time.process_time() - before < 10  # the bomb itself would run for minutes


def test_merge_keys_may_not_expand_without_end():
    levels = ["a0: &a0 {x0: 1, y0: 2}"]
    levels += [f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}], x{n}: 1}}" for n in range(1, 40)]
    with pytest.raises(DocumentError):
        load_yaml("\n".join(levels))


def test_yaml_tags_of_programs_become_plain_values():
    assert load_yaml("a: !Ref x\nb: !reference [.x, script]\nc: 2020-01-01\n") == {
        "a": "x",
        "b": [".x", "script"],
        "c": "2020-01-01",
    }
    with pytest.raises(DocumentError):
        load_yaml("!!python/object/apply:os.system ['true']")


def test_xml_entities_are_refused():
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    outside = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
    for text in (bomb, outside, "<x>"):
        with pytest.raises(DocumentError):
            load_xml(text)
    assert load_xml("<?xml version='1.0' encoding='utf-8'?><x><y>1</y></x>").findtext("y") == "1"


@given(st.text(max_size=200))
def test_any_text_is_a_document_or_a_document_error(text):
    for load in (load_json, load_jsonc, load_toml, load_yaml, load_xml):
        try:
            load(text)
        except DocumentError as error:
            assert str(error)
