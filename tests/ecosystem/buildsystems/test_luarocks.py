"""LuaRocks: the rockspec of the moving head, and archives of old ones."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

ROCKSPEC = 'rockspec_format = "3.0"\npackage = "light"\nversion = "dev-1"\ntest = {\n  type = "busted",\n}\n'


def test_a_rock_with_its_tools() -> None:
    files = {
        "light-dev-1.rockspec": ROCKSPEC,
        "rockspecs/light-1.0-1.rockspec": ROCKSPEC,
        "lua/light.lua": "",
        ".busted": "return {}\n",
        ".luacheckrc": "x\n",
    }
    found = facts_of(files)
    rock = component_of(found, "luarocks")
    assert (rock.name, rock.evidence[0].line) == ("light", 2)
    assert command_of(rock, "luarocks:install").argv == ("luarocks", "install", "--only-deps", "light-dev-1.rockspec")
    assert command_of(rock, "luarocks:build").argv == ("luarocks", "make")
    assert command_of(rock, "luarocks:busted").role == "test"
    assert command_of(rock, "luarocks:luacheck").role == "lint"
    assert pairs_of(found, "luarocks") == {("", "luarocks")}
    assert [(one.language, one.name) for one in found.package_managers] == [("lua", "luarocks")]


def test_rockspecs_of_an_archive_alone_stand_for_the_project_above() -> None:
    files = {
        "rockspecs/light-1.0-1.rockspec": ROCKSPEC,
        "rockspecs/light-scm-1.rockspec": ROCKSPEC,
        "src/light.lua": "",
    }
    rock = component_of(facts_of(files), "luarocks")
    assert command_of(rock, "luarocks:build").argv == ("luarocks", "make", "rockspecs/light-scm-1.rockspec")
    assert command_of(rock, "luarocks:test").argv == ("luarocks", "test")


def test_a_rockspec_without_code_beside_it_is_a_template() -> None:
    assert not pairs_of(facts_of({"tool/resources/empty_template-0-1.rockspec": ROCKSPEC}), "luarocks")
