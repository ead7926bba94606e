"""Composer (row 49): PHP packages and applications, their scripts, tests and development servers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from phoenix_cli.ecosystem.buildsystems import php_checks
from phoenix_cli.ecosystem.buildsystems.composer_scripts import role_of_script, run_form, scripts_of
from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.path_globs import any_of
from phoenix_cli.ecosystem.buildsystems.php_apps import application_of
from phoenix_cli.ecosystem.buildsystems.web_services import web_service
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, PackageManager, Version
from phoenix_cli.ecosystem.files import Folder, line_of

FILE = "composer.json"
#: Folders that hold a tool apart from the project that uses it, each with a manifest of its own.
_TOOLS = re.compile(r"(?:^|/)vendor-bin/")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the composer component of a folder, its manager, the PHP version that it demands, and its server."""
    if FILE not in folder.names or _TOOLS.search(folder.path):
        return
    manifest = folder.json(FILE)
    source = folder.evidence(FILE, "composer.file", '"name"' if "name" in manifest else "{")
    required = required_of(manifest)
    make = Conventions("composer", folder, source)
    yield Component(
        folder.path,
        "composer",
        "php",
        0.95 if manifest else 0.5,
        (source,),
        tuple(_commands(make, manifest, required)),
        name=str(manifest.get("name") or ""),
        member=_is_member(folder, manifest),
    )
    if "composer.lock" in folder.names or not any(
        above.has(FILE) for above in folder.up() if above.path != folder.path
    ):
        yield _manager(folder, source)
    yield from _versions(folder, manifest)
    application = application_of(folder, required)
    if application:
        yield from web_service(folder, "web", application.argv, application.port, application.source)


def required_of(manifest: dict[str, Any]) -> dict[str, str]:
    """Return package -> constraint of what a manifest requires, for running and for development."""
    found: dict[str, str] = {}
    for key in ("require", "require-dev"):
        table = manifest.get(key)
        found.update({str(name): str(value) for name, value in table.items()} if isinstance(table, dict) else {})
    return found


def _is_member(folder: Folder, manifest: dict[str, Any]) -> bool:
    """Tell whether a package above is made of this one: it replaces it, or has its folder as a repository."""
    for above in folder.up():
        if above.path != folder.path and FILE in above.names:
            whole = above.json(FILE)
            replaced = whole.get("replace")
            relative = folder.path[len(above.path) :].strip("/")
            if isinstance(replaced, dict) and str(manifest.get("name")) in replaced:
                return True
            return any_of(_paths(whole.get("repositories"))).fullmatch(relative) is not None
    return False


def _paths(repositories: Any) -> list[str]:
    listed = (
        repositories.values()
        if isinstance(repositories, dict)
        else repositories
        if isinstance(repositories, list)
        else []
    )
    return [str(one.get("url", "")) for one in listed if isinstance(one, dict) and one.get("type") == "path"]


def _manager(folder: Folder, source: Evidence) -> PackageManager:
    if "composer.lock" in folder.names:
        lock = folder.evidence("composer.lock", "composer.lock", line=1)
        return PackageManager("php", "composer", folder.path, "composer.lock is the nearest lock", lock)
    return PackageManager("php", "composer", folder.path, "composer.json is here", source)


def _versions(folder: Folder, manifest: dict[str, Any]) -> Iterator[Version]:
    table = manifest.get("require")
    demanded = table.get("php") if isinstance(table, dict) else None
    if isinstance(demanded, str):
        yield Version("php", demanded, folder.evidence(FILE, "composer.php", '"php"'))


def _commands(make: Conventions, manifest: dict[str, Any], required: dict[str, str]) -> Iterator[Command]:
    folder = make.folder
    install = ("composer", "install")
    yield make.command(
        "install",
        *install,
        confidence=0.95,
        locked=install if "composer.lock" in folder.names else None,
        offline=("env", "COMPOSER_DISABLE_NETWORK=1", *install),
    )
    yield from _scripts(make, manifest)
    yield from php_checks.tests(make, manifest, required)
    yield from php_checks.linters(make, manifest, required)
    application = application_of(folder, required)
    if application:
        yield make.command(
            "serve",
            *application.argv,
            role="start",
            confidence=0.85,
            origin="framework",
            source=application.source,
        )


def _scripts(make: Conventions, manifest: dict[str, Any]) -> Iterator[Command]:
    text = make.folder.text(FILE)
    section = max(text.find('"scripts"'), 0)
    for name, value in scripts_of(manifest):
        role, sure = role_of_script(name, value)
        source = make.folder.evidence(FILE, "composer.script", line=line_of(text, f'"{name}"', section))
        yield make.command(
            name, *run_form(name), role=role, confidence=sure, origin="script", source=source, text=value
        )
