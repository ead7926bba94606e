"""Raku and Tcl."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of


def test_a_raku_distribution() -> None:
    raku = component_of(facts_of({"META6.json": '{\n "name": "JSON::Fast"\n}', "t/a.rakutest": ""}), "raku")
    assert (raku.name, raku.evidence[0].line) == ("JSON::Fast", 2)
    assert command_of(raku, "raku:install").argv == ("zef", "install", "--deps-only", ".")
    assert command_of(raku, "raku:test").role == "test"


def test_a_tcl_package_and_the_modules_of_a_library() -> None:
    found = facts_of({"pkgIndex.tcl": "package ifneeded a 1\n", "tests/all.tcl": "", "modules/b/pkgIndex.tcl": ""})
    assert pairs_of(found, "tcl") == {("", "tcl")}
    assert command_of(component_of(found, "tcl"), "tcl:test").argv == ("tclsh", "tests/all.tcl")
