"""nox: sessions are read from the syntax tree; the file is never run."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

FILE = """\
import nox

nox.options.sessions = ["lint", "tests-3.12"]


@nox.session(python=["3.11", "3.12"])
@nox.parametrize("django", ["5.0"])
def tests(session, django):
    session.run("pytest")


@nox.session(name="type-check")
def types(session):
    session.run("mypy")


@nox.session
def quality(session):
    session.run("pre-commit", "run", "-a")


@nox.session(name=PREFIX + "x")
def computed(session): ...


def helper(session): ...
"""


def test_sessions_are_commands() -> None:
    component = component_of(facts_of({"noxfile.py": FILE}), "nox")
    assert (component.evidence[0].file, component.evidence[0].line) == ("noxfile.py", 1)
    tests = command_of(component, "nox:tests")
    assert (tests.role, tests.argv, tests.source.line, tests.origin) == ("test", ("nox", "-s", "tests"), 8, "runner")
    assert command_of(component, "nox:type-check").role == "check"
    assert command_of(component, "nox:quality").role == "lint"
    assert command_of(component, "nox:computed").dynamic is True
    assert command_of(component, "nox:default").role == "test"
    assert not [one for one in component.commands if "helper" in one.name]


def test_nox_alone_is_no_test_when_its_default_sessions_are_not() -> None:
    component = component_of(facts_of({"noxfile.py": FILE.replace('"tests-3.12"', '"docs"')}), "nox")
    assert command_of(component, "nox:default").role == "other"


def test_a_file_that_does_not_parse_is_still_nox() -> None:
    component = component_of(facts_of({"noxfile.py": "def (:\n"}), "nox")
    assert component.confidence == 0.5
    assert [one.role for one in component.commands] == ["other"]


def test_nothing_in_the_file_is_executed(tmp_path) -> None:
    trap = tmp_path / "trap"
    found = facts_of({"noxfile.py": f"open({str(trap)!r}, 'w')\n" + FILE})
    assert ("", "nox") in pairs_of(found)
    assert not trap.exists()
