"""Dependencies that may be others tomorrow: locks, drift, addresses, images."""

import json

import pytest

from phoenix_cli.ecosystem.checks.manifests import manifests
from phoenix_cli.ecosystem.checks.pins import check_pins
from phoenix_cli.ecosystem.files import Files
from tests.ecosystem.checks.looking import looked, rules, seen
from tests.ecosystem.memory_tree import MemoryTree
from tests.gitting import repository


def package(**keys):
    return json.dumps({"name": "shop", "private": True, **keys})


def of(files):
    return {one.path: one for one in manifests(Files(MemoryTree(files)))}


UV = 'version = 1\n[[package]]\nname = "shop"\nsource = {{ virtual = "." }}\n{more}'
FLASK = '[[package]]\nname = "flask"\nversion = "3"\n'
PROJECT = '[project]\nname = "shop"\ndependencies = ["Flask>=3", "zope.interface ; python_version > \'3\'"]\n'

CASES = [
    ({"package.json": package(dependencies={"a": "^1"})}, [("medium", "no-lock", "package.json")]),
    ({"package.json": json.dumps({"name": "lib", "dependencies": {"a": "^1"}})}, [("low", "no-lock", "package.json")]),
    ({"package.json": package(dependencies={"a": "^1"}), "yarn.lock": ""}, []),
    ({"package.json": package(dependencies={"a": "*"}), "yarn.lock": ""}, [("medium", "any-version", "package.json")]),
    (
        {"package.json": package(dependencies={"a": "git+https://x.io/a.git"}), "yarn.lock": ""},
        [("medium", "git-dependency", "package.json")],
    ),
    ({"package.json": package(dependencies={"a": "http://x.io/a.tgz"}), "yarn.lock": ""}, [("high", "unsafe-address", "package.json")]),
    (
        {"package.json": package(dependencies={"a": "^1", "b": "1"}), "package-lock.json": '{"packages": {"node_modules/a": {}}}'},
        [("medium", "lock-drift", "package.json")],
    ),
    (
        {"package.json": package(), "package-lock.json": '{"packages": {"node_modules/a": {"resolved": "http://x.io/a.tgz"}}}'},
        [("high", "unsafe-address", "package-lock.json")],
    ),
    ({"pyproject.toml": PROJECT}, [("low", "no-lock", "pyproject.toml")]),
    ({"pyproject.toml": PROJECT, "uv.lock": UV.format(more=FLASK)}, [("medium", "lock-drift", "pyproject.toml")]),
    ({"pyproject.toml": PROJECT, "uv.lock": UV.format(more=FLASK + FLASK.replace("flask", "zope-interface"))}, []),
    ({"requirements.txt": "flask==3.0\nrequests>=2  # any\n-r other.txt\n"}, [("low", "unpinned", "requirements.txt")]),
    ({"requirements.txt": "flask @ git+https://x.io/flask@main\n"}, [("medium", "git-dependency", "requirements.txt")]),
    ({"requirements.txt": "--extra-index-url https://x.io\nflask==3\n"}, [("medium", "two-indexes", "requirements.txt")]),
    ({"requirements.txt": "-i http://x.io/simple\nflask==3\n"}, [("high", "unsafe-address", "requirements.txt")]),
    (
        {"Cargo.toml": '[package]\nname = "shop"\n[dependencies]\na = "1"\n', "src/main.rs": ""},
        [("medium", "no-lock", "Cargo.toml")],
    ),
    (
        {"Cargo.toml": '[package]\nname = "shop"\n[dependencies]\na = { git = "https://x.io/a" }\n', "Cargo.lock": FLASK},
        [("medium", "lock-drift", "Cargo.toml"), ("low", "git-dependency", "Cargo.toml")],
    ),
    ({"go.mod": "module x.io/shop\n\nrequire (\n\tgithub.com/a/b v1.2.3\n)\n"}, [("medium", "no-lock", "go.mod")]),
    ({"go.mod": "module x.io/shop\nrequire x.io/b v1.2.3\n", "go.sum": "x.io/b v1.2.3 h1:=\n"}, []),
    ({"composer.json": '{"require": {"php": ">=8", "a/b": "^1"}}'}, [("medium", "no-lock", "composer.json")]),
    ({"Gemfile": "gem 'rails', '~> 7'\n"}, [("medium", "no-lock", "Gemfile")]),
    ({"Gemfile": "gem 'rails'\n", "Gemfile.lock": "GEM\n  specs:\n    rails (7.1)\n"}, []),
    (
        {"Dockerfile": "FROM node AS build\nFROM build\nFROM scratch\nFROM python:3.11\nFROM x.io:80/a@sha256:00\nFROM ruby:latest\n"},
        [("low", "unpinned-image", "Dockerfile")] * 2,
    ),
    ({"tests/fixtures/package.json": package(dependencies={"a": "*"})}, []),
]  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), CASES)
def test_what_is_found(tmp_path, files, expected):
    assert rules(seen(tmp_path, files, check_pins)) == expected


def test_a_requirement_is_found_on_its_line(tmp_path):
    (one,) = seen(tmp_path, {"requirements.txt": "# shop\nflask==3.0\nrequests\n"}, check_pins)
    assert one.line == 3


def test_manifests_tell_names_as_registries_compare_them():
    found = of({
        "pyproject.toml": '[project]\nname = "My_Shop.Core"\ndependencies = ["Zope.Interface[x]>=1"]\n',
        "web/package.json": '{"name": "@shop/web", "dependencies": {"@shop/ui": "workspace:*"}}',
        "pom.xml": "<project xmlns='http://maven.apache.org/POM/4.0.0'><groupId>io.shop</groupId><artifactId>app</artifactId>"
        "<dependencies><dependency><groupId>io.shop</groupId><artifactId>lib</artifactId></dependency></dependencies></project>",
        "cli/Cargo.toml": '[package]\nname = "shop-cli"\n[dependencies]\ncore = { package = "shop-core", path = "../core" }\n',
        "go.mod": "module x.io/shop\n\nrequire (\n\tx.io/base v1.0.0 // indirect\n)\nreplace x.io/other v1.0.0 => ../other\n",
    })  # fmt: skip
    told = {path: (one.registry, one.name, [need.name for need in one.requires]) for path, one in found.items()}
    assert told == {
        "pyproject.toml": ("pypi", "my-shop-core", ["zope-interface"]),
        "web/package.json": ("npm", "@shop/web", ["@shop/ui"]),
        "pom.xml": ("maven", "io.shop:app", ["io.shop:lib"]),
        "cli/Cargo.toml": ("cargo", "shop-cli", ["shop-core"]),
        "go.mod": ("go", "x.io/shop", ["x.io/base"]),
    }


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "part", ["\n", "a.", "require (", "FROM a AS ", "replace (\n", " ", "a==1\\\n", "git+", "gem 'a'", '{"a":', "[a]\n"]
)
def test_long_files_take_no_time(tmp_path, part):
    text = (part * 2_000_000)[:1_900_000]
    names = (
        "go.mod",
        "requirements.txt",
        "Dockerfile",
        "Gemfile",
        "package.json",
        "pyproject.toml",
        "Cargo.toml",
        "go.sum",
    )
    looked(repository(tmp_path / "shop", {**dict.fromkeys(names, text), "yarn.lock": text}), check_pins)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("package.json", '{"name": [], "dependencies": [1], "scripts": 1, "private": "no"}'),
        ("package.json", "{"),
        ("pyproject.toml", 'project = 1\ntool = {poetry = 2}'),
        ("pyproject.toml", '[project]\nname = 1\ndependencies = [1, "===", "a b c"]'),
        ("Cargo.toml", 'package = []\ndependencies = 1'),
        ("composer.json", '{"require": 1}'),
        ("pom.xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
        ("go.mod", "module\nrequire\n("),
        ("requirements.txt", "\\\n\\\n-\n@\n=="),
    ],
)  # fmt: skip
def test_broken_manifests_are_no_failure(tmp_path, name, text):
    locks = {
        "package-lock.json": "[1]",
        "Cargo.lock": "package = [1]",
        "uv.lock": "package = 3",
        "composer.lock": '{"packages": 1}',
    }
    looked(repository(tmp_path / "shop", {name: text, **locks}), check_pins)
