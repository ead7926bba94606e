"""Workspaces and nested projects."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

ROOT = (
    '[project]\nname = "root"\n[tool.uv.workspace]\nmembers = ["packages/*", "libs/**"]\nexclude = ["packages/old"]\n'
)
MEMBER = '[project]\nname = "{0}"\n[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'


def test_members_of_a_uv_workspace_are_uv_and_claimed() -> None:
    files = {
        "pyproject.toml": ROOT,
        "uv.lock": "",
        "packages/one/pyproject.toml": MEMBER.format("one"),
        "packages/old/pyproject.toml": MEMBER.format("old"),
        "libs/deep/two/pyproject.toml": MEMBER.format("two"),
        "packages/one/inner/pyproject.toml": MEMBER.format("inner"),
    }
    found = facts_of(files)
    assert pairs_of(found) == {
        ("", "uv"),
        ("packages/one", "uv"),
        ("libs/deep/two", "uv"),
        ("packages/old", "hatch"),
        ("packages/one/inner", "hatch"),
    }
    member = component_of(found, "uv", "packages/one")
    assert (member.member, member.place) == (True, "member")
    assert (member.evidence[0].file, member.evidence[0].line) == ("pyproject.toml", 3)
    assert command_of(member, "uv:one:build").dir == "packages/one"
    assert [(one.name, one.dir) for one in found.package_managers] == [
        ("uv", ""),
        ("pip", "packages/old"),
        ("pip", "packages/one/inner"),
    ]


def test_a_hatch_environment_may_claim_members() -> None:
    files = {
        "pyproject.toml": MEMBER.format("root"),
        "hatch.toml": '[envs.hatch-test]\nworkspace.members = ["backend/"]\n',
        "backend/pyproject.toml": MEMBER.format("backend"),
    }
    assert component_of(facts_of(files), "hatch", "backend").member is True


def test_each_project_with_its_own_lock_stands_alone() -> None:
    files = {
        "api/pyproject.toml": MEMBER.format("api"),
        "api/poetry.lock": "",
        "worker/pyproject.toml": MEMBER.format("worker"),
        "worker/uv.lock": "",
        "web/package.json": "{}",
    }
    found = facts_of(files)
    assert {("api", "poetry"), ("worker", "uv")} <= pairs_of(found)
    assert not component_of(found, "uv", "worker").member


def test_projects_of_one_name_keep_their_commands_apart() -> None:
    files = {"a/pyproject.toml": MEMBER.format("same"), "b/pyproject.toml": MEMBER.format("same")}
    names = [command.name for one in facts_of(files).components for command in one.commands]
    assert len(names) == len(set(names))
    assert "hatch:a:install" in names


def test_a_nested_requirement_file_needs_sources_beside_it() -> None:
    assert ("vote", "pip") in pairs_of(facts_of({"vote/requirements.txt": "Flask\n", "vote/app.py": ""}))
    assert ("lists", "pip") not in pairs_of(facts_of({"lists/requirements.txt": "Flask\n"}))
