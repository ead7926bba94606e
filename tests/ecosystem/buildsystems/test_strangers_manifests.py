"""Manifests of strangers in the families from .NET to typesetting: any document gives an answer, at a cost by its length."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ecosystem.memory_tree import facts_of

KEYS = {
    "composer.json": [
        "name",
        "require",
        "require-dev",
        "scripts",
        "config",
        "replace",
        "repositories",
        "php",
        "bin-dir",
        "url",
        "type",
    ],
    "parts/a/composer.json": ["name", "require"],
    "elm.json": ["type", "source-directories", "elm-version", "test-dependencies", "direct", "name"],
    "pubspec.yaml": [
        "name",
        "environment",
        "sdk",
        "flutter",
        "dependencies",
        "dev_dependencies",
        "workspace",
        "melos",
        "plugin",
    ],
    "melos.yaml": ["name", "packages", "scripts", "run", "exec"],
    "haxelib.json": ["name"],
    "rescript.json": ["name"],
    "META6.json": ["name"],
    "global.json": ["sdk", "version", "test", "runner"],
    "appsettings.json": ["Kestrel", "Endpoints", "Http", "Url", "Urls"],
    "Properties/launchSettings.json": ["profiles", "Web", "commandName", "applicationUrl"],
    "antora.yml": ["name"],
    ".fvmrc": ["flutter"],
    "compose.yaml": ["services", "a", "build", "context", "dockerfile"],
}
WORDS = [
    "application",
    "package",
    "path",
    "Project",
    "http://localhost:5000",
    "packages/*",
    "**",
    "",
    "../..",
    "phpunit",
    "^8.1",
    "\0",
]
BESIDE = {
    "a.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"/>',
    "src/Main.elm": "",
    "lib/main.dart": "",
    "bin/a.dart": "",
    "android/a": "",
    "artisan": "",
    "phpunit.xml": "",
}


def document(keys: list[str]) -> st.SearchStrategy[str]:
    leaves = st.none() | st.booleans() | st.integers() | st.sampled_from(WORDS)
    names = st.sampled_from([*keys, "a", "test"])
    inner = st.recursive(
        leaves, lambda one: st.lists(one, max_size=3) | st.dictionaries(names, one, max_size=4), max_leaves=12
    )
    return st.dictionaries(st.sampled_from(keys), inner, max_size=8).map(json.dumps)


@settings(max_examples=150, deadline=None)
@given(st.fixed_dictionaries({}, optional={name: document(keys) for name, keys in KEYS.items()}))
def test_any_document_gives_an_answer(files: dict[str, str]) -> None:
    found = facts_of(BESIDE | files)
    assert len({(one.dir, one.system) for one in found.components}) == len(found.components)


TOML = {
    "book.toml": ["book = 1", "[book]\ntitle = 2\nsrc = 3", "book = ['a']"],
    "gleam.toml": ["name = 1\ngleam = 2", "name = []"],
    "Project.toml": ["uuid = '336ed68f-0bac-5ca0-87d4-7b16caf5d00b'\ncompat = 1\nname = 2\nworkspace = 3"],
    "foundry.toml": ["profile = 1", "[profile]\ndefault = 2", "[profile.default]\nsolc = 3"],
    "Scarb.toml": ["package = 1\nscripts = 2", "[scripts]\ntest = 1"],
    "Anchor.toml": ["scripts = 1", "[scripts]\na = 1", "toolchain = 1"],
    "Move.toml": ["package = 1"],
    "typst.toml": ["package = 1"],
}


@pytest.mark.parametrize(("file", "text"), [(file, text) for file, texts in TOML.items() for text in texts])
def test_any_table_gives_an_answer(file: str, text: str) -> None:
    assert facts_of({file: text, "main.typ": ""}).components


N = 150_000
#: A quadratic look at any of these takes minutes; a linear one takes milliseconds.
TEXTS = {
    "a.csproj": ["<!--", "<Project ", "\n"],
    "a.sln": ['"a.csproj" ', 'Project("', "\n"],
    "build.cake": ["Task( ", "\n"],
    "build.fsx": ["fake\n", "Target a ", " \n"],
    "build/Build.cs": ["\n", "Target A "],
    "Gemfile": ["\n", "gem '", "ruby ", " "],
    "Rakefile": ["\n", "desc '", "namespace :a do\n", "task :a => [", "  task ("],
    "config/puma.rb": ["\n", "port ENV", "bind a"],
    "app.rb": ["\n", "require '"],
    "mix.exs": ["\n", "  def aliases do\n", "def aliases, do: [", "aliases: [\n", "{:a, ", "mod: {"],
    "config/dev.exs": ["\n", "http: [\n", "config :a, Endpoint", "port: "],
    "rebar.config": ["\n", "{alias, [", "{a, [", "%"],
    "a.cabal": ["\n", "executable a\n", "name:  "],
    "package.yaml": ["\n", "executables:\n a:\n", "tests:\n  \n", "dependencies:\n- base\n"],
    "a.opam": ["\n", '"ocaml" { >= '],
    "dune": ["(", "(executable (", "(public_name "],
    "spago.yaml": ["\n", " ", "name "],
    "DESCRIPTION": ["\n", "Package: ", "R ( >= "],
    "cpanfile": ["\n", "requires 'perl' "],
    "Makefile.PL": ["\n", "MIN_PERL_VERSION ", "NAME "],
    "a-1-1.rockspec": ["\n", "test = {", "package "],
    "main.tex": ["\n", "%", "\\documentclass"],
    "latexmkrc": ["\n", "@default_files = ("],
    "config.toml": ["\n", "base_url ", "theme "],
    "_config.yml": ["port ", "port: "],
    "index.html": ["<script ", "<script src=a"],
    "Makefile": ["include ", "PROJECT "],
}


@pytest.mark.parametrize(("path", "piece"), [(path, piece) for path, pieces in TEXTS.items() for piece in pieces])
def test_the_cost_grows_with_the_length_only(path: str, piece: str) -> None:
    files = {
        "a.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"/>',
        ".nuke/parameters.json": "{}",
        "Gemfile": "gem 'sinatra'\n",
        "mix.exs": "{:phoenix, '1'}",
        "config/config.exs": "config :a, A.Endpoint\n",
        "dune-project": "(lang dune 3.0)\n",
        "erlang.mk": "",
        "elm.json": '{"type": "application", "source-directories": ["src"]}',
        "src/Main.elm": "",
        "content/a": "",
        "_posts/a": "",
        path: piece * (N // len(piece)),
    }
    began = time.process_time()
    facts_of(files)
    assert time.process_time() - began < 5
