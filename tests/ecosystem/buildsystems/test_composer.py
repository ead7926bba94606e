"""Composer: scripts, tests, linters, and the development servers of frameworks."""

from __future__ import annotations

import json

import pytest

from tests.ecosystem.memory_tree import command_of, component_of, facts_of, pairs_of


def manifest(**fields: object) -> str:
    return json.dumps({"name": "acme/shop", **fields}, indent=2)


LARAVEL = manifest(
    type="project",
    require={"php": "^8.2", "laravel/framework": "^11"},
    scripts={
        "test": "phpunit",
        "check-static": "phpstan",
        "lint": "phpcs",
        "fix": "php-cs-fixer fix",
        "validate": "@php x",
        "setup": ["composer install", "@php artisan migrate"],
        "post-autoload-dump": ["X::y"],
        "pre-install-cmd": "z",
    },
)


def test_a_laravel_application() -> None:
    found = facts_of(
        {"composer.json": LARAVEL, "composer.lock": "{}", "artisan": "", "phpunit.xml": "<?xml?>\n<phpunit/>\n"}
    )
    app = component_of(found, "composer")
    assert (app.name, app.evidence[0].line) == ("acme/shop", 2)
    install = command_of(app, "composer:install")
    assert install.locked == ("composer", "install")
    assert install.offline == ("env", "COMPOSER_DISABLE_NETWORK=1", "composer", "install")
    test = command_of(app, "composer:test")
    assert (test.argv, test.role, test.origin, test.source.line) == (("composer", "test"), "test", "script", 9)
    assert command_of(app, "composer:check-static").role == "lint"
    assert command_of(app, "composer:fix").role == "format"
    assert command_of(app, "composer:validate").argv == ("composer", "run-script", "validate")
    assert command_of(app, "composer:setup").confidence < install.confidence
    assert (command_of(app, "composer:serve").argv, command_of(app, "composer:serve").role) == (
        ("php", "artisan", "serve"),
        "start",
    )
    assert not [one for one in app.commands if "autoload" in one.name or "pre-" in one.name]
    assert [(one.name, one.port) for one in found.services] == [("web", 8000)]
    assert ("php", "^8.2") in [(one.tool, one.version) for one in found.versions]
    assert found.package_managers[0].source.file == "composer.lock"


@pytest.mark.parametrize(
    ("files", "require", "argv"),
    [
        ({"phpunit.xml.dist": "<phpunit/>"}, {"phpunit/phpunit": "*"}, ("vendor/bin/phpunit",)),
        ({"phpunit.xml": "<phpunit/>"}, {"pestphp/pest": "*"}, ("vendor/bin/pest",)),
        ({"phpunit.dist.xml": "<phpunit/>", "bin/phpunit": ""}, {}, ("php", "bin/phpunit")),
        ({"phpunit.xml": "<phpunit/>"}, {"symfony/phpunit-bridge": "*"}, ("vendor/bin/simple-phpunit",)),
    ],
)
def test_the_test_run_by_its_settings(files: dict[str, str], require: dict[str, str], argv: tuple[str, ...]) -> None:
    found = component_of(facts_of({"composer.json": manifest(**{"require-dev": require}), **files}), "composer")
    assert command_of(found, "composer:phpunit").argv == argv


def test_the_folder_of_programs_may_be_another() -> None:
    files = {"composer.json": manifest(config={"bin-dir": "bin/"}), "phpunit.xml": "<phpunit/>"}
    assert command_of(component_of(facts_of(files), "composer"), "composer:phpunit").argv == ("bin/phpunit",)


def test_a_linter_counts_only_when_it_is_required() -> None:
    settings = {"phpstan.neon": "", "psalm.xml": ""}
    bare = component_of(facts_of({"composer.json": manifest(), **settings}), "composer")
    assert all(command.role != "lint" for command in bare.commands)
    required = component_of(
        facts_of({"composer.json": manifest(require={"phpstan/phpstan": "*"}), **settings}), "composer"
    )
    assert command_of(required, "composer:phpstan").argv == ("vendor/bin/phpstan", "analyse")


def test_a_library_for_a_framework_starts_nothing() -> None:
    found = facts_of({"composer.json": manifest(require={"laravel/framework": "*", "symfony/framework-bundle": "*"})})
    assert all(command.role != "start" for command in component_of(found, "composer").commands)
    assert not found.services


def test_sails_container_is_the_application() -> None:
    compose = (
        "services:\n  laravel.test:\n    build: {context: ./vendor/laravel/sail/runtimes/8.4}\n    ports: ['80:80']\n"
    )
    found = facts_of({"composer.json": LARAVEL, "artisan": "", "compose.yaml": compose})
    assert [(one.name, one.port) for one in found.services] == [("laravel.test", 80)]


def test_tools_kept_apart_are_no_components() -> None:
    assert pairs_of(facts_of({"composer.json": manifest(), "vendor-bin/psalm/composer.json": "{}"}), "composer") == {
        ("", "composer")
    }


def test_the_parts_of_a_package_are_members() -> None:
    whole = manifest(replace={"acme/part": "self.version"}, repositories=[{"type": "path", "url": "packages/*"}])
    files = {
        "composer.json": whole,
        "src/Part/composer.json": json.dumps({"name": "acme/part"}),
        "packages/b/composer.json": "{}",
        "other/composer.json": "{}",
    }
    found = facts_of(files)
    assert component_of(found, "composer", "src/Part").member
    assert component_of(found, "composer", "packages/b").member
    assert not component_of(found, "composer", "other").member
    assert [one.dir for one in found.package_managers] == [""]


def test_a_broken_manifest_is_still_reported() -> None:
    found = facts_of({"composer.json": "{"})
    assert component_of(found, "composer").confidence == 0.5
    assert found.problems[0].file == "composer.json"
