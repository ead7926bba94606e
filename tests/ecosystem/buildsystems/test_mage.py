"""Mage targets."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

MAGEFILE = """\
//go:build mage

package main

// Build compiles the program.
func Build() error { return nil }

func RunTests(ctx context.Context) error { return nil }

func Deploy(env string) error { return nil }

func helper() {}

func Value() string { return "" }

type Docs mg.Namespace

func (Docs) Serve() {}
"""


def test_exported_functions_are_targets() -> None:
    component = component_of(facts_of({"magefile.go": MAGEFILE}), "mage")
    assert {one.name for one in component.commands} == {"mage:build", "mage:runTests", "mage:deploy", "mage:docs:serve"}
    build = command_of(component, "mage:build")
    assert (build.argv, build.role, build.source.line) == (("mage", "build"), "build", 6)
    assert command_of(component, "mage:runTests").role == "test"
    assert command_of(component, "mage:deploy").confidence <= 0.4


def test_a_magefiles_folder_belongs_to_the_one_above() -> None:
    component = component_of(
        facts_of({"svc/magefiles/build.go": "package main\n\nfunc Build() error {\n}\n"}), "mage", "svc"
    )
    assert command_of(component, "mage:svc:build").dir == "svc"


def test_a_go_file_of_that_name_without_the_tag_is_none() -> None:
    assert pairs_of(facts_of({"mage.go": "package mage\n\nfunc Build() error {\n}\n"}), "mage") == set()
