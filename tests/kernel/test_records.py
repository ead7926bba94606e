"""A record behaves as the frozen dataclass with slots that its class would be."""

import copy
import dataclasses
import pickle
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_cli.kernel.records import record


def shapes(make):
    """Return classes of every form, made by a decorator."""

    @make
    class Plain:
        """Two numbers."""

        a: int
        b: int = 3

        def sum(self):
            return self.a + self.b

        @property
        def double(self):
            return 2 * self.a

        @classmethod
        def of(cls, text):
            return cls(int(text))

    @make
    class One:
        only: object

    @make
    class Nothing:
        pass

    @make
    class Odd:
        name: str
        items: list = field(default_factory=list)
        place: int = field(default=0, compare=False)
        hidden: int = field(default=0, repr=False)

    return [Plain, One, Nothing, Odd]


RECORDS, DATACLASSES = shapes(record), shapes(dataclass(frozen=True, slots=True))
PAIRS = list(zip(RECORDS, DATACLASSES, strict=True))


@record
class Kept:
    """Stands in a module, so that it can be pickled."""

    a: int
    b: str = "b"


def outcome(function, *arguments, **named):
    """Return what a call gives as text, or which error it raises."""
    try:
        return repr(function(*arguments, **named))
    except (TypeError, AttributeError) as error:
        return type(error)


@given(
    st.sampled_from(range(len(PAIRS))),
    st.lists(st.integers(-2, 2), max_size=5),
    st.dictionaries(st.sampled_from(["a", "b", "only", "name", "place", "hidden"]), st.integers(-2, 2), max_size=3),
)
def test_it_is_made_and_shown_as_a_dataclass_would_be(which, arguments, named):
    mine, theirs = (outcome(one, *arguments, **named) for one in PAIRS[which])
    assert mine == theirs


@given(st.sampled_from(range(len(PAIRS))), st.lists(st.integers(0, 1), max_size=8))
def test_equality_and_hash_look_at_the_same_fields(which, values):
    half = len(values) // 2
    answers = []
    for kind in PAIRS[which]:
        try:
            left, right = kind(*values[:half]), kind(*values[half : 2 * half])
        except TypeError:
            return
        answers.append((left == right, left != right, left == object(), left == tuple(values)))
        if kind.__name__ != "Odd":  # its list has no hash, in both
            assert (hash(left) == hash(right)) == (left == right)
    assert answers[0] == answers[1]


def test_nothing_can_be_changed_or_added():
    made = RECORDS[0](1)
    for change in (lambda: setattr(made, "a", 2), lambda: setattr(made, "c", 2), lambda: delattr(made, "a")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            change()
    assert made.a == 1 and not hasattr(made, "__dict__")


def test_a_default_that_is_made_is_made_anew():
    odd = RECORDS[3]
    first, second = odd("x"), odd("x")
    assert first.items == [] and first.items is not second.items
    assert odd("x", None).items is None


def test_methods_properties_and_patterns_work():
    made = RECORDS[0].of("4")
    assert (made.sum(), made.double) == (7, 8)
    plain = RECORDS[0]
    match made:
        case plain(a, b):
            assert (a, b) == (4, 3)


@pytest.mark.parametrize("kind", RECORDS[:1] + RECORDS[3:])
def test_the_functions_of_dataclasses_take_it(kind):
    twin = DATACLASSES[RECORDS.index(kind)]
    made, theirs = kind(1), twin(1)
    assert dataclasses.is_dataclass(made) and dataclasses.is_dataclass(kind)
    assert dataclasses.asdict(made) == dataclasses.asdict(theirs)
    assert [(one.name, one.default, one.compare) for one in dataclasses.fields(kind)] == [
        (one.name, one.default, one.compare) for one in dataclasses.fields(twin)
    ]
    name = dataclasses.fields(kind)[0].name
    assert dataclasses.replace(made, **{name: 5}) == kind(5)
    with pytest.raises(TypeError):
        dataclasses.replace(made, unknown=1)
    assert type(dataclasses.replace(made)) is kind


@given(st.integers(), st.text())
def test_copies_are_equal(a, b):
    made = Kept(a, b)
    assert copy.copy(made) == copy.deepcopy(made) == pickle.loads(pickle.dumps(made)) == made


def test_its_init_is_compiled_by_the_first_object_and_names_its_class():
    @record
    class Fresh:
        a: int

    before = Fresh.__init__
    Fresh(1)
    assert Fresh.__init__ is not before
    with pytest.raises(TypeError, match=r"Fresh\.__init__\(\) missing 1 required positional argument: 'a'"):
        Fresh()
