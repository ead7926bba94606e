"""Two sides' changes come together by meaning, or are told as a conflict; nothing is dropped."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoenix_cli.workstreams.files.edits import Append, Set, Unset, edited
from phoenix_cli.workstreams.files.merging import at, changes, merge
from phoenix_cli.workstreams.files.spans import plain_tree
from phoenix_cli.workstreams.files.yaml_tree import tree
from tests.workstreams.test_edits import TEXT


def values(text):
    return plain_tree(tree(text))


def sides(ours, theirs, base=TEXT):
    """Return the merge of a text to which each side made its edits."""
    texts = []
    for edits in (ours, theirs):
        text = base
        for edit in edits:
            text = edited(text, edit)
        texts.append(text)
    return merge(base, *texts)


OBJECTIVE = {"id": "four", "text": "Fourth"}
CLEAN = {
    "two neighbours ticked": ([Set(("objectives", "one", "done"), True)], [Set(("objectives", "two", "done"), True)]),
    "both append": ([Append(("dependencies", "required"), "d")], [Append(("dependencies", "required"), "e")]),
    "both append objectives": (
        [Append(("objectives",), OBJECTIVE)],
        [Append(("objectives",), {"id": "five", "text": "F"})],
    ),
    "both append to brackets": (
        [Append(("dependencies", "enables"), "cap:q")],
        [Append(("dependencies", "enables"), "cap:r")],
    ),
    "the same twice": ([Set(("priority",), 3)], [Set(("priority",), 3)]),
    "append and remove": ([Append(("dependencies", "required"), "d")], [Unset(("dependencies", "required", "b"))]),
    "two keys of one line": ([Set(("objectives", "two", "text"), "New")], [Set(("objectives", "two", "done"), True)]),
    "both make a list": ([Append(("touches",), "src")], [Set(("owner",), "me")]),
}


@pytest.mark.parametrize("name", CLEAN)
def test_what_fits_together_is_merged(name):
    ours, theirs = CLEAN[name]
    made = sides(ours, theirs)
    assert made.conflicts == ()
    wanted = TEXT
    for edit in dict.fromkeys(map(repr, [*ours, *theirs])):
        wanted = edited(wanted, next(one for one in [*ours, *theirs] if repr(one) == edit))
    assert values(made.text) == values(wanted)
    assert made.text.count("#") >= TEXT.count("#") - 1  # the comment of a removed line goes with it


CLASHES = {
    "two values": ([Set(("priority",), 3)], [Set(("priority",), 4)], "priority"),
    "changed and removed": (
        [Set(("objectives", "one", "done"), True)],
        [Unset(("objectives", "one"))],
        "objectives.one",
    ),
    "removed and changed": (
        [Unset(("objectives", "one"))],
        [Set(("objectives", "one", "done"), True)],
        "objectives.one.done",
    ),
    "one id, two things": (
        [Append(("objectives",), OBJECTIVE)],
        [Append(("objectives",), {**OBJECTIVE, "text": "Other"})],
        "objectives.four",
    ),
    "two new values": ([Set(("owner",), "me")], [Set(("owner",), "you")], "owner"),
}


@pytest.mark.parametrize("name", CLASHES)
def test_what_does_not_is_named_and_marked(name):
    ours, theirs, path = CLASHES[name]
    made = sides(ours, theirs)
    assert made.conflicts == (path,)
    assert made.text.count("<<<<<<< ours") == made.text.count(">>>>>>> theirs") >= 1


def test_comments_of_both_sides_stay_when_lines_allow():
    ours = edited(TEXT, Set(("priority",), 3))
    theirs = TEXT.replace("# the second", "# the second one, at last")
    made = merge(TEXT, ours, theirs)
    assert "# the second one, at last" in made.text and "priority: 3" in made.text


def test_an_unreadable_side_is_merged_by_lines_with_a_conflict():
    made = merge(TEXT, edited(TEXT, Set(("priority",), 3)), TEXT + "x: [\n")
    assert len(made.conflicts) == 1 and "cannot be read" in made.conflicts[0] and "<<<<<<<" in made.text


ONE = st.one_of(
    st.builds(lambda key, value: ((key,), value), st.sampled_from(["priority", "owner"]), st.sampled_from("345")),
    st.builds(lambda name, value: (("objectives", name, "text"), value), st.sampled_from(["one", "two", "three"]), st.sampled_from(["X", "Y"])),
)  # fmt: skip
MORE = st.sampled_from(["d", "e", "f"])


@settings(max_examples=200, deadline=None)
@given(st.lists(ONE, max_size=3), st.lists(ONE, max_size=3), st.sets(MORE), st.sets(MORE))
def test_a_merge_without_conflict_holds_every_change_of_both(ours, theirs, left, right):
    base = values(TEXT)
    made = sides(
        [Set(*one) for one in ours] + [Append(("dependencies", "required"), one) for one in sorted(left)],
        [Set(*one) for one in theirs] + [Append(("dependencies", "required"), one) for one in sorted(right)],
    )
    wanted, also = dict(ours), dict(theirs)
    clash = {path for path in wanted if path in also and wanted[path] != also[path]}
    clash = {path for path in clash if at(base, path) not in (wanted[path], also[path])}
    assert bool(made.conflicts) == bool(clash)
    if not clash:
        found = values(made.text)
        assert set(found["dependencies"]["required"]) == {"b", "c"} | left | right
        for path in {**wanted, **also}:
            told = {one[path] for one in (wanted, also) if path in one and one[path] != at(base, path)} or {
                at(base, path)
            }
            assert at(found, path) in told


def test_changes_lead_from_one_tree_to_the_other():
    new = edited(edited(TEXT, Append(("objectives",), OBJECTIVE)), Unset(("dependencies", "required", "b")))
    text = TEXT
    for edit in changes(values(TEXT), values(new)):
        text = edited(text, edit)
    assert values(text) == values(new)
