from __future__ import annotations

from tests.ecosystem.memory_tree import component_of, facts_of


def workflow(*lines: str) -> dict[str, str]:
    steps = "".join(f"      - run: {line}\n" for line in lines)
    return {".github/workflows/ci.yml": f"jobs:\n  test:\n    steps:\n{steps}"}


MAKEFILE = {"Makefile": "include common.mk\nall: prog\n\tcc -o prog prog.c\n", "prog.c": "int main(void) {}\n"}


def test_a_target_that_only_ci_shows_is_a_task_of_the_makefile() -> None:
    found = facts_of({**MAKEFILE, **workflow("make", "make -j4 test VERBOSE=1")})
    [command] = [one for one in component_of(found, "make").commands if one.origin == "ci"]
    assert (command.name, command.argv, command.role, command.source.file) == (
        "make:test", ("make", "test"), "test", ".github/workflows/ci.yml",
    )  # fmt: skip
    assert found.primary["test"] == "make:test"


def test_a_target_of_another_folder_or_without_a_role_is_not_taken() -> None:
    found = facts_of({**MAKEFILE, **workflow("make -C lib test", "make package-it", "make $TARGET")})
    assert [one.name for one in component_of(found, "make").commands if one.origin == "ci"] == []
    assert found.primary["test"] is None


def test_the_test_program_that_ci_runs_is_the_test_where_nothing_else_is() -> None:
    found = facts_of({**MAKEFILE, **workflow("make", "./runtest --verbose --tags slow")})
    name = found.primary["test"]
    [command] = [one for component in found.components for one in component.commands if one.name == name]
    assert (command.argv, command.origin) == (("./runtest",), "ci")


def test_a_test_run_of_ci_does_not_replace_one_that_is_offered() -> None:
    package = {"package.json": '{"name": "x", "scripts": {"test": "jest"}}', "package-lock.json": "{}"}
    found = facts_of({**package, **workflow("npx vitest run", "npm test")})
    assert found.primary["test"] == "npm:test"
