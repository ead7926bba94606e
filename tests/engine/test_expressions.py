"""The expression language: values, mistakes with their column, and nothing else than values."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_cli.engine.evaluation import Context, evaluate
from phoenix_cli.engine.expressions import ExpressionError, parse
from phoenix_cli.engine.texts import pieces, render, value_of

CONTEXT = Context(
    steps={"build-all": {"status": "succeeded", "outputs": {"version": "1.2", "files": ["a", "b"]}}},
    inputs={"count": 3, "branch": "main", "deep": {"x": [1, {"y": 2}]}},
    item={"name": "x y"},
)


def value(source, context=CONTEXT):
    return evaluate(parse(source), context)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("7 - 2 - 1", 4),
        ("-2 * 3", -6),
        ("7 % 4 == 3 && 1 / 2 == 0.5", True),
        ("inputs.count > 2 and not (inputs.branch == 'dev')", True),
        ("steps.build-all.outputs.version", "1.2"),
        ("steps.build-all.outputs.files[1]", "b"),
        ("steps['build-all'].status == 'succeeded'", True),
        ("steps.nothing.outputs.x", None),
        ("inputs.deep.x[1].y", 2),
        ("inputs.deep['x'][9]", None),
        ("item.name", "x y"),
        ("inputs.branch in ['main', 'dev']", True),
        ("contains('abc', 'b') && startsWith('abc', 'a') && endsWith('abc', 'c')", True),
        ("default(inputs.missing, 'x')", "x"),
        ("join(steps.build-all.outputs.files, '-')", "a-b"),
        ("length([1, 2]) + length('abc')", 5),
        ("upper('a') + '' == 'A'", ExpressionError),
        ("lower('A')", "a"),
        ("json([1, {0: 1}])", ExpressionError),
        ("json([1, true, null])", "[1,true,null]"),
        ("quote('a b; rm -rf /')", "'a b; rm -rf /'"),
        ("always()", True),
        ("failed()", False),
        ("succeeded()", True),
        ("true == 1", False),
        ("[true] == [1]", False),
        ("1 == 1.0", True),
        ("'it''s'", ExpressionError),
        (r"'it\'s'", "it's"),
        ("null || 'x'", "x"),
        ("0 && (1 / 0)", 0),
        ("!!1", True),
        ("! 1 == 2", True),
    ],
)
def test_values(source, expected):
    if expected is ExpressionError:
        with pytest.raises(ExpressionError):
            value(source)
    else:
        assert value(source) == expected
        assert type(value(source)) is type(expected)


@pytest.mark.parametrize(
    ("source", "column", "words"),
    [
        ("", 1, "nothing here"),
        ("inputs.a ==", 12, "ends too early"),
        ("1 = 2", 3, "unexpected '='"),
        ("1 2", 3, "unexpected 2"),
        ("env.HOME", 1, "unknown name env"),
        ("stesp.a.status", 1, "unknown name stesp"),
        ("__import__('os')", 1, "unknown function __import__"),
        ("length(1, 2)", 1, "takes 1 values, not 2"),
        ("(1", 3, ") is missing"),
        ("'open", 1, "no closing quote"),
        ("inputs.", 8, "a name belongs after the dot"),
        ("inputs..x", 8, "a name belongs after the dot"),
        ("[1, 2", 6, ", is missing"),
        (r"'\q'", 1, "unknown escape"),
        ("12abc", 1, "unexpected"),
        ("9" * 30, 1, "unexpected"),
        ("1;2", 2, "unexpected ';'"),
        ("a" * 3_000, 1, "longer than"),
        ("(" * 200 + "1" + ")" * 200, 33, "nested deeper"),
        ("!" * 200 + "1", 33, "nested deeper"),
        ("item" + "[0]" * 100, 101, "nested deeper"),
        ("+".join("1" * 600), None, "more than"),
        ("+".join("1" * 100), None, "too many operators"),
    ],
)
def test_mistakes_in_writing_say_where(source, column, words):
    with pytest.raises(ExpressionError) as caught:
        parse(source)
    assert words in caught.value.message
    assert column is None or caught.value.column == column


@pytest.mark.parametrize(
    "source",
    ["1 < 'a'", "'a' * 99999999", "1 / 0", "1 % 0", "-'a'", "length(1)", "lower(1)", "join('ab')", "1 in 2", "'a' + 'b'",
     "999999999999999999 * 999999999999999999 * 999999999999999999", "quote(null)"],
)  # fmt: skip
def test_mistakes_in_values(source):
    with pytest.raises(ExpressionError):
        value(source)


def test_python_is_out_of_reach():
    for source in ("item.__class__", "inputs.__class__.__mro__", "item['__class__']", "steps.keys"):
        assert value(source) is None


def test_item_only_where_there_is_one():
    with pytest.raises(ExpressionError, match="for_each"):
        value("item", Context())


@given(st.text(max_size=200))
def test_any_text_parses_or_says_where(source):
    try:
        parse(source)
    except ExpressionError as error:
        assert 1 <= error.column <= len(source) + 1


@given(st.lists(st.sampled_from("( ) [ ] , . ! - == && 1 'a' item inputs steps x length".split()), max_size=40))
def test_any_words_parse_and_evaluate_or_are_refused(words):
    try:
        value(" ".join(words))
    except ExpressionError:
        pass


def test_texts():
    assert render("v${{ steps.build-all.outputs.version }}-${{inputs.count}}", CONTEXT) == "v1.2-3"
    assert render("no expression }}", CONTEXT) == "no expression }}"
    assert render("${{ '}}' }}!", CONTEXT) == "}}!"
    assert value_of("${{ steps.build-all.outputs.files }}", CONTEXT) == ["a", "b"]
    assert render("${{ steps.build-all.outputs.files }}", CONTEXT) == '["a","b"]'
    assert render("${{ true }}", CONTEXT) == "true"


@pytest.mark.parametrize(("text", "column"), [("abc ${{ 1", 5), ("ab ${{ 1 = }}", 10), ("${{ nothing }}", 5)])
def test_mistakes_in_texts_count_from_the_start_of_the_text(text, column):
    with pytest.raises(ExpressionError) as caught:
        pieces(text)
    assert caught.value.column == column


def test_a_missing_value_never_becomes_text():
    with pytest.raises(ExpressionError, match="no value here"):
        render("x ${{ steps.gone.outputs.y }}", CONTEXT)


def test_a_long_text_of_openings_is_judged_in_linear_time():
    started = time.process_time()
    with pytest.raises(ExpressionError):
        pieces("${{ '" * 100_000)
    assert time.process_time() - started < 5
