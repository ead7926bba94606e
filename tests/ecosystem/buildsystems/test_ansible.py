"""Ansible projects, collections and roles."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

PLAY = "---\n- hosts: all\n  roles: [web]\n"


def test_a_project_with_playbooks_and_roles_is_one_component() -> None:
    files = {
        "ansible.cfg": "", "site.yml": PLAY, "requirements.yml": "roles: []\n", ".ansible-lint": "",
        "roles/web/tasks/main.yml": "- debug:\n", "roles/web/meta/main.yml": "galaxy_info: {}\n", "playbooks/site.yml": PLAY,
    }  # fmt: skip
    found = facts_of(files)
    assert pairs_of(found) == {("", "ansible")}
    component = component_of(found, "ansible")
    install = command_of(component, "ansible:install")
    assert (install.argv, install.source.file) == (
        ("ansible-galaxy", "install", "-r", "requirements.yml"),
        "requirements.yml",
    )
    assert command_of(component, "ansible:lint").argv == ("ansible-lint",)
    assert command_of(component, "ansible:site").role == "check"


def test_a_role_or_a_playbook_folder_of_its_own() -> None:
    role = {
        "tasks/main.yml": "- debug:\n",
        "meta/main.yml": "galaxy_info:\n  author: me\n",
        "molecule/default/molecule.yml": "",
    }
    component = component_of(facts_of(role), "ansible")
    assert (component.evidence[0].rule, component.evidence[0].file) == ("ansible.role", "meta/main.yml")
    assert command_of(component, "ansible:test").argv == ("molecule", "test")
    assert pairs_of(facts_of({"deploy/playbook.yml": PLAY})) == {("deploy", "ansible")}


def test_other_files_of_those_names_are_none() -> None:
    files = {
        "site.yml": "title: My site\n",
        "main.yml": "on: push\n",
        "local.yml": "services: {}\n",
        "meta/main.yml": "a: b\n",
    }
    assert pairs_of(facts_of(files), "ansible") == set()
