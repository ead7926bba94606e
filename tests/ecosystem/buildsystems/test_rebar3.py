"""Rebar3 and erlang.mk."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

CONFIG = """\
%% {alias, [{ghost, []}]}.
{minimum_otp_vsn, "26"}.
{deps, [jsx]}.
{alias, [{check, [xref, {cover, ["-m"]}]}, {test, [eunit]}]}.
{project_plugins, [rebar3_lint]}.
"""


def test_an_erlang_project() -> None:
    found = facts_of(
        {
            "rebar.config": CONFIG,
            "rebar.lock": "",
            "src/pool.app.src": "",
            "test/pool_tests.erl": "",
            "test/pool_SUITE.erl": "",
        }
    )
    project = component_of(found, "rebar3")
    assert project.name == "pool"
    assert command_of(project, "rebar3:install").argv == ("rebar3", "get-deps")
    assert command_of(project, "rebar3:compile").role == "build"
    assert command_of(project, "rebar3:eunit").confidence > command_of(project, "rebar3:ct").confidence
    assert command_of(project, "rebar3:lint").role == "lint"
    alias = command_of(project, "rebar3:check")
    assert (alias.argv, alias.origin, alias.source.line) == (("rebar3", "check"), "script", 4)
    assert not [one for one in project.commands if "ghost" in one.name]
    assert ("erlang", ">=26") in [(one.tool, one.version) for one in found.versions]


def test_suites_alone_and_a_checked_in_rebar3() -> None:
    project = component_of(facts_of({"rebar.config": "", "rebar3": "", "apps/a/test/a_SUITE.erl": ""}), "rebar3")
    assert [(one.argv, one.confidence) for one in project.commands if one.role == "test"] == [(("./rebar3", "ct"), 0.9)]


def test_without_tests_there_is_no_test_run_and_apps_are_members() -> None:
    found = facts_of({"rebar.config": "", "apps/a/rebar.config": ""})
    assert component_of(found, "rebar3", "apps/a").member
    assert all(command.role != "test" for command in component_of(found, "rebar3").commands)


def test_a_makefile_that_includes_erlang_mk() -> None:
    files = {"erlang.mk": "all::\n", "Makefile": "PROJECT = ranch\ninclude erlang.mk\n", "test/a_SUITE.erl": ""}
    project = component_of(facts_of(files), "erlang.mk")
    assert (project.name, project.evidence[0].line) == ("ranch", 2)
    assert command_of(project, "erlang.mk:test").argv == ("make", "tests")


def test_erlang_mk_that_nothing_includes_is_no_project() -> None:
    assert not pairs_of(facts_of({"deps/x/erlang.mk": "", "erlang.mk": "", "Makefile": "all:\n\ttrue\n"}), "erlang.mk")
