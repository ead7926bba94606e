"""How a PHP project is tested and analysed where no Composer script says it: by settings files and required tools."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.facts import Command
from phoenix_cli.ecosystem.files import Folder

PHPUNIT = ("phpunit.xml", "phpunit.xml.dist", "phpunit.dist.xml")
#: Tool, its settings, its package (a prefix of it), its arguments, how sure it is the main linter.
_LINTERS: tuple[tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...], float], ...] = (
    ("phpstan", ("phpstan.neon", "phpstan.neon.dist", "phpstan.dist.neon"),
     ("phpstan/phpstan", "larastan/larastan", "nunomaduro/larastan"), ("analyse",), 0.7),
    ("phpcs", ("phpcs.xml", "phpcs.xml.dist", ".phpcs.xml", ".phpcs.xml.dist"), ("squizlabs/php_codesniffer",), (), 0.68),
    ("php-cs-fixer", (".php-cs-fixer.php", ".php-cs-fixer.dist.php"),
     ("friendsofphp/php-cs-fixer",), ("fix", "--dry-run", "--diff"), 0.66),
    ("pint", ("pint.json",), ("laravel/pint",), ("--test",), 0.64),
    ("psalm", ("psalm.xml", "psalm.xml.dist"), ("vimeo/psalm",), (), 0.62),
)  # fmt: skip


def binaries_of(manifest: dict[str, Any]) -> str:
    """Return the folder that Composer puts programs into."""
    config = manifest.get("config")
    named = config.get("bin-dir") if isinstance(config, dict) else None
    return named.rstrip("/") if isinstance(named, str) and named else "vendor/bin"


def tests(make: Conventions, manifest: dict[str, Any], required: dict[str, str]) -> Iterator[Command]:
    """Yield the test run of the framework that is set up here, the most particular first."""
    folder, binaries = make.folder, binaries_of(manifest)
    config = folder.first(*PHPUNIT)
    if config:
        source = folder.evidence(config, "phpunit.settings", "<phpunit")
        yield make.command("phpunit", *_phpunit(folder, binaries, required), role="test", confidence=0.9, source=source)
    elif "codeception.yml" in folder.names or "codeception.dist.yml" in folder.names:
        yield make.command("codecept", f"{binaries}/codecept", "run", role="test", confidence=0.85)
    elif folder.has("phpspec.yml", "phpspec.yml.dist"):
        yield make.command("phpspec", f"{binaries}/phpspec", "run", role="test", confidence=0.85)
    if folder.has("behat.yml", "behat.yml.dist", "behat.dist.yml"):
        yield make.command("behat", f"{binaries}/behat", role="test", confidence=0.5)


def _phpunit(folder: Folder, binaries: str, required: dict[str, str]) -> tuple[str, ...]:
    if "pestphp/pest" in required:
        return (f"{binaries}/pest",)
    if "artisan" in folder.names and "nunomaduro/collision" in required:
        return ("php", "artisan", "test")
    if folder.has_file("bin/phpunit"):
        return ("php", "bin/phpunit")
    bridge = "symfony/phpunit-bridge" in required and "phpunit/phpunit" not in required
    return (f"{binaries}/simple-phpunit" if bridge else f"{binaries}/phpunit",)


def linters(make: Conventions, manifest: dict[str, Any], required: dict[str, str]) -> Iterator[Command]:
    """Yield the analysers that the project requires; a tool from elsewhere has no known command here."""
    binaries = binaries_of(manifest)
    for tool, settings, packages, arguments, sure in _LINTERS:
        if any(package in required for package in packages):
            config = make.folder.first(*settings)
            source = make.folder.evidence(config, f"{tool}.settings", line=1) if config else make.source
            yield make.command(
                tool,
                f"{binaries}/{tool}",
                *arguments,
                role="lint",
                confidence=sure if config else sure - 0.2,
                source=source,
            )
