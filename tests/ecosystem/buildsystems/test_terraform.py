"""Terraform, OpenTofu and Terragrunt."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

MAIN = 'terraform {\n  required_version = ">= 1.5"\n}\nmodule "net" {\n  source = "./modules/net"\n}\n'
FILES = {
    "infra/main.tf": MAIN,
    "infra/modules/net/main.tf": "",
    "infra/modules/net/variables.tf": "",
    "infra/.tflint.hcl": "",
}


def test_every_folder_with_configuration_is_a_module_called_ones_are_members() -> None:
    found = facts_of(FILES)
    assert pairs_of(found) == {("infra", "terraform"), ("infra/modules/net", "terraform")}
    assert component_of(found, "terraform", "infra/modules/net").member
    assert not component_of(found, "terraform", "infra").member
    assert [(one.tool, one.version, one.source.line) for one in found.versions] == [("terraform", ">= 1.5", 2)]


def test_commands_never_apply() -> None:
    component = component_of(facts_of({**FILES, "infra/tests/a.tftest.hcl": ""}), "terraform", "infra")
    init = command_of(component, "terraform:infra:init")
    assert (init.role, init.locked) == ("install", ("terraform", "init", "-backend=false", "-lockfile=readonly"))
    assert command_of(component, "terraform:infra:test").role == "test"
    assert command_of(component, "terraform:infra:tflint").role == "lint"
    assert not [one for one in component.commands if "apply" in one.argv or "destroy" in one.argv]


def test_opentofu_by_its_files_or_its_pin() -> None:
    assert pairs_of(facts_of({"main.tofu": ""})) == {("", "opentofu")}
    files = {".opentofu-version": "1.8.0\n", "stack/main.tf": ""}
    component = component_of(facts_of(files), "opentofu", "stack")
    assert command_of(component, "opentofu:stack:init").argv == ("tofu", "init")


def test_terragrunt_speaks_at_the_top() -> None:
    files = {"live/root.hcl": "", "live/prod/vpc/terragrunt.hcl": "", "live/dev/vpc/terragrunt.hcl": ""}
    assert pairs_of(facts_of(files)) == {("live", "terragrunt")}


def test_variables_without_configuration_are_nothing() -> None:
    assert pairs_of(facts_of({"prod.tfvars": "", "a.hcl": "", ".terraform.lock.hcl": ""})) == set()
