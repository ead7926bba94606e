"""PureScript, ReScript and Haxe."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of


def test_a_spago_workspace() -> None:
    files = {
        "spago.yaml": "workspace: {}\npackage:\n  name: shop\n  test:\n    main: Test.Main\n",
        "core/spago.yaml": "package:\n  name: core\n",
        "src/Main.purs": "",
    }
    found = facts_of(files)
    root, core = component_of(found, "spago"), component_of(found, "spago", "core")
    assert (root.name, core.name, core.member) == ("shop", "core", True)
    assert command_of(root, "spago:install").argv == ("spago", "install")
    assert (command_of(root, "spago:test").role, command_of(root, "spago:run").role) == ("test", "start")
    assert all(command.role not in ("install", "test") for command in core.commands)


def test_the_older_spago_dhall() -> None:
    found = facts_of({"spago.dhall": '{ name = "halo"\n, dependencies = [ "prelude" ]\n}\n', "test/Main.purs": ""})
    assert component_of(found, "spago").name == "halo"
    assert command_of(component_of(found, "spago"), "spago:test").argv == ("spago", "test")


def test_rescript_is_only_a_guess_beside_npms_scripts() -> None:
    found = component_of(facts_of({"rescript.json": '{"name": "ui"}'}), "rescript")
    assert (found.name, command_of(found, "rescript:build").confidence) == ("ui", 0.5)


def test_haxe_builds_by_its_hxml_files() -> None:
    haxe = component_of(
        facts_of({"haxelib.json": '{"name": "lib"}', "build.hxml": "-cp src\n", "tests.hxml": ""}), "haxelib"
    )
    assert command_of(haxe, "haxelib:build").argv == ("haxe", "build.hxml")
    assert command_of(haxe, "haxelib:test").argv == ("haxe", "tests.hxml")
    bare = component_of(facts_of({"haxelib.json": "{}"}), "haxelib")
    assert {command.role for command in bare.commands} == {"install"}
