"""Dune, opam and esy."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

OPAM = 'opam-version: "2.0"\ndepends: [\n  "ocaml" {>= "4.14"}\n  "alcotest" {with-test}\n]\n'


def test_a_dune_project_with_packages() -> None:
    files = {
        "dune-project": "(lang dune 3.0)\n(name tool)\n",
        "tool.opam": OPAM,
        "tool-lwt.opam": "",
        "tool.opam.locked": "",
        "bin/dune": "(executable\n (name main)\n (public_name tool))\n",
        "test/dune": "(test (name test_tool))\n",
        ".ocamlformat": "version=0.26\n",
    }
    found = facts_of(files)
    dune, opam = component_of(found, "dune"), component_of(found, "opam")
    assert (dune.name, len(opam.evidence)) == ("tool", 2)
    install = command_of(opam, "opam:install")
    assert install.argv == ("opam", "install", ".", "--deps-only", "--with-test")
    assert install.locked == (*install.argv, "--locked")
    assert (command_of(dune, "dune:test").argv, command_of(dune, "dune:test").source.file) == (
        ("dune", "test"),
        "test/dune",
    )
    assert (command_of(dune, "dune:exec").argv, command_of(dune, "dune:exec").role) == (
        ("dune", "exec", "tool"),
        "start",
    )
    assert command_of(dune, "dune:fmt").role == "format"
    assert ("ocaml", ">=4.14", 3) in [(one.tool, one.version, one.source.line) for one in found.versions]
    assert [(one.language, one.name) for one in found.package_managers] == [("ocaml", "opam")]


def test_a_library_has_no_program_and_no_tests() -> None:
    dune = component_of(facts_of({"dune-project": "(lang dune 3.0)\n", "src/dune": "(library (name a))\n"}), "dune")
    assert {command.role for command in dune.commands} == {"build"}


def test_opam_files_in_a_folder_of_their_own_belong_to_the_project_above() -> None:
    found = facts_of({"dune-project": "(lang dune 3.0)\n", "opam/a.opam": OPAM})
    assert pairs_of(found, "dune", "opam") == {("", "dune"), ("", "opam")}


def test_a_project_inside_a_project_is_a_member() -> None:
    found = facts_of({"dune-project": "(lang dune 3.0)\n", "lib/x/dune-project": "(lang dune 3.0)\n"})
    assert component_of(found, "dune", "lib/x").member


def test_esy_by_its_lock_and_its_field_in_package_json() -> None:
    found = facts_of({"package.json": '{"name": "a",\n "esy": {"build": "dune build"}}', "esy.lock/index.json": "{}"})
    assert command_of(component_of(found, "esy"), "esy:install").source.line == 2
    assert not pairs_of(facts_of({"package.json": '{"name": "a"}'}), "esy")
