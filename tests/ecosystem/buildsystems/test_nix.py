"""Nix: flakes by their outputs, plain expressions, and parts that are no component."""

from __future__ import annotations

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

SHELL_ONLY = """\
{
  outputs = { self, nixpkgs }: let pkgs = nixpkgs.legacyPackages.x86_64-linux; in {
    # packages.default = nothing;
    devShells.x86_64-linux.default = pkgs.mkShell {
      packages = with pkgs; [ cargo ];
    };
  };
}
"""
PACKAGE = """\
{
  outputs = inputs: inputs.flake-utils.lib.eachDefaultSystem (system: {
    packages.default = inputs.naersk.buildPackage ./.;
    checks.fmt = null;
    apps = { default = null; };
    formatter = null;
  });
}
"""


def test_a_flake_with_only_a_shell_builds_nothing() -> None:
    component = component_of(facts_of({"flake.nix": SHELL_ONLY}), "nix")
    assert [one.name for one in component.commands] == ["nix:develop"]
    develop = command_of(component, "nix:develop")
    assert (develop.argv, develop.source.line, develop.locked) == (("nix", "develop"), 4, None)


def test_outputs_become_commands() -> None:
    component = component_of(facts_of({"flake.nix": PACKAGE, "flake.lock": "{}"}), "nix")
    roles = {one.name: one.role for one in component.commands}
    assert roles == {"nix:build": "build", "nix:run": "start", "nix:check": "check", "nix:fmt": "format"}
    build = command_of(component, "nix:build")
    assert build.locked == ("nix", "build", "--no-update-lock-file")
    assert build.offline == ("nix", "build", "--offline")


def test_plain_expressions() -> None:
    component = component_of(facts_of({"default.nix": "{}", "shell.nix": "{}"}), "nix")
    assert [one.argv for one in component.commands] == [("nix-build",), ("nix-shell",)]


def test_expressions_further_in_are_parts() -> None:
    files = {"flake.nix": PACKAGE, "nix/default.nix": "", "pkgs/tool/default.nix": "", "templates/new/flake.nix": "{}"}
    assert pairs_of(facts_of(files), "nix") == {("", "nix"), ("templates/new", "nix")}
    assert pairs_of(facts_of({"nix/default.nix": "", "deps.nix": ""}), "nix") == set()


def test_apps_without_a_default_one_start_nothing() -> None:
    named = PACKAGE.replace("apps = { default = null; };", "apps = { update-hash = null; };")
    assert "nix:run" in [one.name for one in component_of(facts_of({"flake.nix": PACKAGE}), "nix").commands]
    assert "nix:run" not in [one.name for one in component_of(facts_of({"flake.nix": named}), "nix").commands]
