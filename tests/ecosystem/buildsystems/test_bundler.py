"""Bundler: gems, Rails and Rack applications, how they are tested and linted."""

from __future__ import annotations

import pytest

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of

RAILS = {
    "Gemfile": 'source "https://example.org"\nruby "3.3.1"\ngem "rails"\ngem "propshaft"\n',
    "Gemfile.lock": "GEM\n",
    "config/application.rb": "module Shop\nend\n",
    "config/environment.rb": "",
    "config.ru": "run Rails.application\n",
    "bin/rails": "#!/usr/bin/env ruby\n",
}


def test_a_rails_application() -> None:
    found = facts_of(RAILS | {"test/models/a_test.rb": "", "bin/dev": "#!/bin/sh\n", "bin/setup": ""})
    app = component_of(found, "bundler")
    install = command_of(app, "bundler:install")
    assert install.locked == ("env", "BUNDLE_FROZEN=true", "bundle", "install")
    assert install.offline == ("bundle", "install", "--local")
    server = command_of(app, "bundler:server")
    assert (server.argv, server.role, server.origin) == (("bin/rails", "server"), "start", "framework")
    assert (command_of(app, "bundler:dev").argv, command_of(app, "bundler:dev").role) == (("bin/dev",), "dev")
    assert command_of(app, "bundler:test").argv == ("bin/rails", "test")
    assert command_of(app, "bundler:assets").role == "build"
    assert [(one.name, one.port) for one in found.services] == [("web", 3000)]
    assert ("ruby", "3.3.1", 2) in [(one.tool, one.version, one.source.line) for one in found.versions]
    assert found.package_managers[0].source.file == "Gemfile.lock"


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ('port ENV.fetch("PORT") { 3001 }\n', 3001),
        ('port ENV.fetch("PORT", 3002)\n', 3002),
        ("bind 'tcp://127.0.0.1:3003'\n", 3003),
        ('# port ENV.fetch("PORT") { 3004 }\nport        ENV.fetch("PORT")\n', 3000),
    ],
)
def test_pumas_port(text: str, port: int) -> None:
    assert facts_of(RAILS | {"config/puma.rb": text}).services[0].port == port


def test_rspec_where_specs_are() -> None:
    app = component_of(
        facts_of(RAILS | {".rspec": "--require spec_helper\n", "spec/a_spec.rb": "", "test/x.rb": ""}), "bundler"
    )
    command = command_of(app, "bundler:rspec")
    assert (command.argv, command.source.file) == (("bundle", "exec", "rspec"), ".rspec")
    assert all(other.name != "bundler:test" for other in app.commands)


def test_a_gem_is_built_and_starts_nothing() -> None:
    spec = 'Gem::Specification.new do |s|\n  s.name = "mustermann"\n  s.add_development_dependency "rubocop"\n  s.required_ruby_version = ">= 3.1"\nend\n'
    found = facts_of(
        {"m.gemspec": spec, "Gemfile": "gemspec\n", "lib/m.rb": "", "config.ru": "", ".rubocop.yml": "A: 1\n"}
    )
    gem = component_of(found, "bundler")
    assert gem.name == "mustermann"
    assert command_of(gem, "bundler:build").argv == ("gem", "build", "m.gemspec")
    assert command_of(gem, "bundler:rubocop").argv == ("bundle", "exec", "rubocop")
    assert all(command.role != "start" for command in gem.commands)
    assert not found.services
    assert (">= 3.1", 4) in [(one.version, one.source.line) for one in found.versions]


def test_a_gem_without_gemfile_is_a_member_of_the_bundle_above() -> None:
    spec = 'Gem::Specification.new { |s| s.name = "part" }\n'
    part = component_of(facts_of({"Gemfile": "", "part/part.gemspec": spec, "part/lib/part.rb": ""}), "bundler", "part")
    assert part.member
    assert all(command.role != "install" for command in part.commands)


def test_a_placeholder_gemspec_is_no_gem() -> None:
    assert not pairs_of(facts_of({"tool/resources/empty_template.gemspec": "Gem::Specification.new\n"}), "bundler")


def test_standard_goes_before_rubocop() -> None:
    files = {"Gemfile": 'gem "standard"\ngem "rubocop"\n', ".standard.yml": "parallel: true\n"}
    commands = component_of(facts_of(files), "bundler").commands
    lints = sorted((one for one in commands if one.role == "lint"), key=lambda one: -one.confidence)
    assert [one.argv[-1] for one in lints] == ["standardrb", "rubocop"]


def test_a_rack_application_and_a_sinatra_file() -> None:
    rack = component_of(facts_of({"Gemfile": 'gem "rack"\n', "config.ru": "run App\n"}), "bundler")
    assert command_of(rack, "bundler:server").argv == ("bundle", "exec", "rackup")
    found = facts_of({"Gemfile": 'gem "sinatra"\n', "app.rb": "require 'sinatra'\n"})
    assert command_of(component_of(found, "bundler"), "bundler:server").argv == ("bundle", "exec", "ruby", "app.rb")
    assert found.services[0].port == 4567


def test_a_procfile_names_the_server_and_the_port_is_known_here() -> None:
    found = facts_of(RAILS | {"Procfile.dev": "web: bin/rails server\njob: bin/jobs\n"})
    assert {one.name: one.port for one in found.services}.keys() == {"web", "job"}
