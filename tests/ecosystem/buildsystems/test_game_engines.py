"""Unity, Godot and Unreal: reported, never run."""

from __future__ import annotations

from tests.ecosystem.memory_tree import component_of, facts_of, pairs_of


def test_projects_and_their_editors_versions() -> None:
    files = {
        "game/ProjectSettings/ProjectVersion.txt": "m_EditorVersion: 2022.3.10f1\n",
        "mini/project.godot": 'config_version=5\nconfig/features=PackedStringArray("4.2", "Mobile")\n',
        "big/Big.uproject": '{"EngineAssociation": "5.3"}',
    }
    found = facts_of(files)
    assert {("game", "unity"), ("mini", "godot"), ("big", "unreal")} <= pairs_of(found)
    assert not component_of(found, "unity", "game").commands
    assert {("unity", "2022.3.10f1"), ("godot", "4.2"), ("unreal", "5.3")} <= {
        (one.tool, one.version) for one in found.versions
    }


def test_a_version_file_elsewhere_is_no_unity_project() -> None:
    assert not pairs_of(facts_of({"docs/ProjectVersion.txt": "m_EditorVersion: 1\n"}), "unity")
