from __future__ import annotations

from tests.ecosystem.memory_tree import facts_of

PROJECT = {
    "pyproject.toml": '[project]\nname = "x"\n[build-system]\nbuild-backend = "hatchling.build"\n',
    "x/__init__.py": "",
}


def workflow(*lines: str) -> dict[str, str]:
    steps = "".join(f"      - run: {line}\n" for line in lines)
    return {".github/workflows/ci.yml": f"jobs:\n  test:\n    steps:\n{steps}"}


def test_a_script_that_ci_runs_is_a_command() -> None:
    found = facts_of({**PROJECT, "scripts/test": "#!/bin/sh\npytest\n", **workflow("scripts/test")})
    [command] = [one for component in found.components for one in component.commands if one.name == "script:test"]
    assert (command.argv, command.role, command.source.file) == (("scripts/test",), "test", "scripts/test")
    assert found.primary["test"] == "script:test"


def test_a_script_that_nobody_runs_is_none() -> None:
    found = facts_of({**PROJECT, "scripts/test": "#!/bin/sh\npytest\n"})
    assert "script:test" not in {one.name for component in found.components for one in component.commands}


def test_a_folder_with_one_script_for_each_task_needs_no_ci() -> None:
    texts = {
        "script/bootstrap": "pip install -e .\n",
        "script/test": "pytest\n",
        "script/server": "python -m x\n",
        "script/build": "make\n",
    }
    found = facts_of({**PROJECT, **texts})
    assert found.primary["test"] == "script:test"
    assert found.primary["start"] == "script:server"


def test_a_scripts_text_overrules_its_name() -> None:
    texts = {
        "scripts/install": "cp tool /usr/local/bin\n", "scripts/check": "ruff check x\nmypy x\n", "scripts/build": "pytest\n",
        "scripts/test": "pytest\n",
    }  # fmt: skip
    found = facts_of(
        {**PROJECT, **texts, **workflow("scripts/install", "scripts/check", "scripts/build", "scripts/test")}
    )
    assert found.primary["lint"] == "script:check"
    assert found.primary["install"] != "script:install"
    assert found.primary["build"] != "script:build"


def test_a_script_that_packs_containers_builds_nothing() -> None:
    texts = {"scripts/build.sh": "docker compose -f compose.yaml build\n", "scripts/test.sh": "pytest\n"}
    found = facts_of({**PROJECT, **texts, **workflow("sh scripts/build.sh", "sh scripts/test.sh")})
    assert found.primary["build"] != "script:build"
    assert found.primary["test"] == "script:test"
