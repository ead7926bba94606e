"""Mix: projects, umbrellas, Phoenix endpoints and their ports."""

from __future__ import annotations

import pytest

from tests.ecosystem.memory_tree import command_of, component_of, facts_of

PROJECT = """\
defmodule Shop.MixProject do
  use Mix.Project

  def project do
    [app: :shop, elixir: "~> 1.17", aliases: aliases(), deps: deps()]
  end

  def application, do: [mod: {Shop.Application, []}]

  defp deps do
    [
      {:phoenix, "~> 1.8"},
      {:credo, "~> 1.7", only: :dev},
      # {:dialyxir, "~> 1.4"},
      {:bandit, "~> 1.0"}
    ]
  end

  defp aliases do
    [
      setup: ["deps.get", "ecto.setup"],
      "ecto.setup": ["ecto.create"],
      test: ["ecto.create --quiet", "test"],
      lint: ["format --check-formatted", "credo"]
    ]
  end
end
"""
CONFIG = 'import Config\n\nconfig :shop, ShopWeb.Endpoint,\n  url: [host: "localhost"]\n'


def test_a_phoenix_application() -> None:
    dev = "config :shop, Shop.Repo, port: 5432\nconfig :shop, ShopWeb.Endpoint,\n  http: [ip: {127, 0, 0, 1}, port: 4040],\n"
    found = facts_of(
        {"mix.exs": PROJECT, "mix.lock": "", "config/config.exs": CONFIG, "config/dev.exs": dev, "test/a_test.exs": ""}
    )
    app = component_of(found, "mix")
    assert (app.name, app.evidence[0].line) == ("shop", 2)
    install = command_of(app, "mix:install")
    assert (install.argv, install.locked) == (("mix", "deps.get"), ("mix", "deps.get", "--check-locked"))
    assert (command_of(app, "mix:phx.server").argv, command_of(app, "mix:phx.server").role) == (
        ("mix", "phx.server"),
        "start",
    )
    test = [one for one in app.commands if one.name == "mix:test"]
    assert [(one.origin, one.source.line) for one in test] == [("script", 23)]
    assert command_of(app, "mix:setup").confidence < install.confidence
    assert command_of(app, "mix:credo").role == "lint"
    assert not [one for one in app.commands if "dialyzer" in one.name]
    assert [(one.name, one.port, one.source.file, one.source.line) for one in found.services] == [
        ("shop", 4040, "config/dev.exs", 3)
    ]
    assert ("elixir", "~> 1.17") in [(one.tool, one.version) for one in found.versions]


@pytest.mark.parametrize(
    ("http", "port"),
    [
        ('[port: String.to_integer(System.get_env("PORT") || "4100")]', 4100),
        ('[port: String.to_integer(System.get_env("PORT", "4200"))]', 4200),
        ("[ip: {127, 0, 0, 1}]", 4000),
    ],
)
def test_the_endpoints_port(http: str, port: int) -> None:
    files = {
        "mix.exs": PROJECT,
        "config/config.exs": CONFIG,
        "config/runtime.exs": f"config :shop, ShopWeb.Endpoint, http: {http}\n",
    }
    assert facts_of(files).services[0].port == port


def test_a_library_for_phoenix_starts_nothing() -> None:
    found = facts_of(
        {"mix.exs": PROJECT.replace("deps: deps()", "deps: deps(), package: package()"), "test/a_test.exs": ""}
    )
    assert all(command.role not in ("start", "dev") for command in component_of(found, "mix").commands)
    assert not found.services


def test_an_umbrella_and_its_apps() -> None:
    root = 'defmodule U.MixProject do\n  use Mix.Project\n  def project, do: [apps_path: "apps"]\nend\n'
    web = 'defmodule W do\n  use Mix.Project\n  def project, do: [app: :web, deps: [{:phoenix, "1.8"}]]\nend\n'
    found = facts_of(
        {"mix.exs": root, "apps/web/mix.exs": web, "apps/web/test/a_test.exs": "", "config/config.exs": CONFIG}
    )
    assert component_of(found, "mix", "apps/web").member
    assert command_of(component_of(found, "mix"), "mix:phx.server").argv == ("mix", "phx.server")
    assert (
        command_of(component_of(found, "mix"), "mix:test").confidence
        > command_of(component_of(found, "mix", "apps/web"), "mix:apps/web:test").confidence
    )
    assert [one.dir for one in found.package_managers] == [""]
    assert len(found.services) == 1


def test_a_server_without_phoenix() -> None:
    plain = PROJECT.replace('{:phoenix, "~> 1.8"},', "")
    command = command_of(component_of(facts_of({"mix.exs": plain}), "mix"), "mix:run")
    assert (command.argv, command.role, command.source.line) == (("mix", "run", "--no-halt"), "start", 8)
