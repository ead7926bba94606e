"""Pulumi and Packer."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of


def test_pulumi_names_its_project_and_language() -> None:
    component = component_of(
        facts_of({"infra/Pulumi.yaml": "name: shop\nruntime:\n  name: nodejs\n"}), "pulumi", "infra"
    )
    assert (component.name, component.language, component.confidence) == ("shop", "typescript", 0.95)
    assert command_of(component, "pulumi:infra:preview").argv == ("pulumi", "preview")
    assert not [one for one in component.commands if "up" in one.argv]


def test_a_stacks_settings_are_no_project() -> None:
    assert pairs_of(facts_of({"Pulumi.dev.yaml": "config: {}\n"}), "pulumi") == set()


def test_packer() -> None:
    component = component_of(facts_of({"images/ubuntu.pkr.hcl": ""}), "packer", "images")
    assert command_of(component, "packer:images:validate").role == "check"
    assert command_of(component, "packer:images:build").argv == ("packer", "build", ".")
    assert pairs_of(facts_of({"vars.pkrvars.hcl": ""}), "packer") == set()
