"""D, Nim, Crystal, V, Fortran and Ada by their package managers."""

from __future__ import annotations

import pytest

from tests.ecosystem.memory_tree import command_of, component_of, facts_of


@pytest.mark.parametrize(
    ("system", "files", "argvs"),
    [
        ("dub", {"dub.json": '{"name": "x"}', "source/app.d": ""}, {"dub build", "dub test", "dub run", "dub fetch"}),
        ("dub", {"dub.sdl": 'name "x"\n'}, {"dub build", "dub fetch"}),
        ("shards", {"shard.yml": "name: x\n", "spec/x_spec.cr": ""}, {"shards install", "crystal spec"}),
        ("v", {"v.mod": "Module { name: 'x' }", "main.v": ""}, {"v install", "v .", "v run ."}),
        ("fpm", {"fpm.toml": 'name = "x"\n', "test/a.f90": ""}, {"fpm build", "fpm test"}),
        ("alire", {"alire.toml": 'name = "x"\nexecutables = ["x"]\n'}, {"alr update", "alr build", "alr run"}),
    ],
)
def test_commands_have_ground(system: str, files: dict[str, str], argvs: set[str]) -> None:
    found = component_of(facts_of(files), system)
    assert found.name == "x"
    assert {" ".join(command.argv) for command in found.commands} == argvs


def test_crystal_targets_lock_and_linter() -> None:
    manifest = (
        "name: web\ntargets:\n  web:\n    main: src/web.cr\n"
        'development_dependencies:\n  ameba:\n    github: x/ameba\ncrystal: ">= 1.12"\n'
    )
    found = facts_of({"shard.yml": manifest, "shard.lock": "version: 2.0\n"})
    shard = component_of(found, "shards")
    assert command_of(shard, "shards:install").locked == ("shards", "install", "--frozen")
    assert command_of(shard, "shards:build").argv == ("shards", "build")
    assert command_of(shard, "shards:ameba").role == "lint"
    assert [(one.tool, one.version) for one in found.versions] == [("crystal", ">=1.12")]


def test_nimble_tasks() -> None:
    manifest = (
        'version = "1.0"\nbin = @["tool"]\nrequires "nim >= 1.6"\ntask test, "Run the tests":\n  exec "nim r t"\n'
    )
    found = facts_of({"tool.nimble": manifest})
    package = component_of(found, "nimble")
    assert package.name == "tool"
    assert (command_of(package, "nimble:test").argv, command_of(package, "nimble:test").source.line) == (
        ("nimble", "test"),
        4,
    )
    assert command_of(package, "nimble:install").argv == ("nimble", "install", "-d")
    assert command_of(package, "nimble:run").role == "start"
    assert [(one.tool, one.version) for one in found.versions] == [("nim", ">=1.6")]


def test_a_folder_of_a_nimble_cache_is_no_package() -> None:
    assert facts_of({"a/.nimble": ""}).components == ()
