"""Julia packages and environments."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

UUID = "336ed68f-0bac-5ca0-87d4-7b16caf5d00b"
PACKAGE = f'name = "CSVs"\nuuid = "{UUID}"\n\n[compat]\njulia = "1.9"\n\n[workspace]\nprojects = ["docs", "lib/part"]\n'


def test_a_package_with_tests_and_a_build_step() -> None:
    found = facts_of({"Project.toml": PACKAGE, "test/runtests.jl": "", "deps/build.jl": ""})
    package = component_of(found, "julia")
    assert (package.name, package.evidence[0].line) == ("CSVs", 2)
    assert command_of(package, "julia:install").argv == ("julia", "--project=.", "-e", "using Pkg; Pkg.instantiate()")
    assert command_of(package, "julia:install").offline is not None
    assert command_of(package, "julia:test").argv[-1] == "using Pkg; Pkg.test()"
    assert command_of(package, "julia:build").role == "build"
    assert ("julia", "1.9", 5) in [(one.tool, one.version, one.source.line) for one in found.versions]
    assert [(one.language, one.name) for one in found.package_managers] == [("julia", "pkg")]


def test_an_environment_has_only_dependencies_and_a_workspace_has_members() -> None:
    found = facts_of({"Project.toml": PACKAGE, "lib/part/Project.toml": f'[deps]\nCSVs = "{UUID}"\n'})
    part = component_of(found, "julia", "lib/part")
    assert (part.confidence, part.member) == (0.85, True)
    assert [command.role for command in part.commands] == ["install"]


def test_a_workspace_without_a_package_of_its_own() -> None:
    files = {"Project.toml": '[workspace]\nprojects = ["a"]\n', "a/Project.toml": PACKAGE}
    found = facts_of(files)
    assert component_of(found, "julia").evidence[0].line == 1
    assert component_of(found, "julia", "a").member
    assert [one.dir for one in found.package_managers] == [""]


def test_another_tools_project_toml_is_none() -> None:
    assert not pairs_of(facts_of({"Project.toml": 'name = "x"\n[build]\ntarget = "y"\n'}), "julia")
