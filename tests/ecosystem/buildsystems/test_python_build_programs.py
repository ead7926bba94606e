"""SCons, Waf, Pants and pre-commit."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of


def test_scons_builds_and_lists_aliases() -> None:
    component = component_of(
        facts_of({"SConstruct": "env = Environment()\nAlias('test', run)\nAlias('install', x)\n"}), "scons"
    )
    build = command_of(component, "scons:build")
    assert (build.role, build.argv, component.evidence[0].file) == ("build", ("scons",), "SConstruct")
    test = command_of(component, "scons:test")
    assert (test.role, test.argv, test.source.line) == ("test", ("scons", "test"), 2)
    assert command_of(component, "scons:install").role == "other"  # puts the program on the system


def test_waf_is_run_by_the_program_that_is_checked_in() -> None:
    files = {
        "wscript": "def configure(ctx): pass\ndef build(ctx): pass\n",
        "waf": "#!/usr/bin/env python\n",
        "src/wscript": "def build(c): pass\n",
    }
    found = facts_of(files)
    assert pairs_of(found) == {("", "waf")}
    build = command_of(component_of(found, "waf"), "waf:build")
    assert (build.argv, build.source.line) == (("./waf", "configure", "build"), 2)


def test_pants_goals_and_its_version() -> None:
    found = facts_of({"pants.toml": '[GLOBAL]\npants_version = "2.29.0"\n'})
    component = component_of(found, "pants")
    assert command_of(component, "pants:test").argv == ("pants", "test", "::")
    assert command_of(component, "pants:package").role == "build"
    assert component.evidence[0].line == 1
    assert [(one.tool, one.version, one.source.line) for one in found.versions] == [("pants", "2.29.0", 2)]


def test_pre_commit_lints() -> None:
    config = "repos:\n- repo: https://example.org/ruff\n  rev: v1\n  hooks:\n  - id: ruff-check\n"
    component = component_of(facts_of({".pre-commit-config.yaml": config}), "pre-commit")
    command = command_of(component, "pre-commit:run")
    assert (command.role, command.argv, command.text) == ("lint", ("pre-commit", "run", "--all-files"), "ruff-check")
    assert (component.evidence[0].file, component.evidence[0].line) == (".pre-commit-config.yaml", 1)


def test_pre_commit_that_only_tidies_is_a_weaker_lint() -> None:
    tidy = "repos:\n- repo: https://example.org/x\n  hooks:\n  - id: trailing-whitespace\n"
    assert component_of(facts_of({".pre-commit-config.yaml": tidy}), "pre-commit").commands[0].confidence == 0.6


def test_a_broken_pre_commit_file_offers_nothing_to_run() -> None:
    found = facts_of({".pre-commit-config.yaml": "repos: [\n"})
    component = component_of(found, "pre-commit")
    assert (component.confidence, component.commands) == (0.5, ())
    assert [one.file for one in found.problems] == [".pre-commit-config.yaml"]


def test_hooks_that_a_repository_offers_to_others_are_none_of_its_own() -> None:
    assert pairs_of(facts_of({".pre-commit-hooks.yaml": "- id: kiwi\n"})) == set()
