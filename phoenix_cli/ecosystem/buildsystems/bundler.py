"""Bundler (row 50): Gemfiles and gemspecs, Rails and Rack applications."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems import ruby_apps, ruby_checks
from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.ruby_gems import bundle_above, gemfile_of, gems_of, gemspecs_of
from phoenix_cli.ecosystem.buildsystems.web_services import web_service
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, PackageManager, Version
from phoenix_cli.ecosystem.files import Folder

_NAME = re.compile(r"""\.name\s*=\s*["']([\w.-]+)["']""")
_RUBY = re.compile(r"""^[ \t]*ruby[ (]+["']([^"'\n]+)["']""", re.MULTILINE)
_REQUIRED = re.compile(r"""required_ruby_version\s*=?\s*\(?\s*["']([^"'\n]+)["']""")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the bundler component of a folder, its manager where that is decided, and its server."""
    gemfile, gemspecs = gemfile_of(folder), gemspecs_of(folder)
    if not gemfile and not gemspecs:
        return
    source = _source(folder, gemfile or gemspecs[0])
    above = bundle_above(folder)
    member = not gemfile and above is not None
    application = ruby_apps.application_of(folder)
    evidence = [
        source,
        *(folder.evidence(name, "bundler.gemspec", "Gem::Specification") for name in gemspecs if gemfile),
    ]
    commands = tuple(_commands(Conventions("bundler", folder, source), gemspecs, application, member))
    yield Component(
        folder.path,
        "bundler",
        "ruby",
        0.95,
        tuple(evidence),
        commands,
        name=_name(folder, gemspecs),
        member=member,
    )
    if not member:
        yield _manager(folder, source)
    yield from _versions(folder, gemfile, gemspecs)
    if application:
        yield from web_service(folder, "web", application.argv, application.port, application.source)


def _source(folder: Folder, name: str) -> Evidence:
    if name.endswith(".gemspec"):
        return folder.evidence(name, "bundler.gemspec", "Gem::Specification")
    return folder.evidence(name, "bundler.gemfile", line=1)


def _name(folder: Folder, gemspecs: list[str]) -> str:
    if not gemspecs:
        return ""
    found = _NAME.search(folder.text(gemspecs[0]))
    return found.group(1) if found else gemspecs[0].removesuffix(".gemspec")


def _manager(folder: Folder, source: Evidence) -> PackageManager:
    lock = folder.first("Gemfile.lock", "gems.locked")
    if lock:
        return PackageManager(
            "ruby", "bundler", folder.path, f"{lock} is the nearest lock", folder.evidence(lock, "bundler.lock", line=1)
        )
    return PackageManager("ruby", "bundler", folder.path, f"{source.file.rpartition('/')[2]} is here", source)


def _commands(
    make: Conventions, gemspecs: list[str], application: ruby_apps.Application | None, member: bool
) -> Iterator[Command]:
    folder = make.folder
    if not member:
        locked = (
            ("env", "BUNDLE_FROZEN=true", "bundle", "install") if folder.has("Gemfile.lock", "gems.locked") else None
        )
        yield make.command(
            "install", "bundle", "install", confidence=0.95, locked=locked, offline=("bundle", "install", "--local")
        )
    yield from _builds(make, gemspecs)
    yield from ruby_checks.tests(make)
    yield from ruby_checks.linters(make)
    if application:
        yield make.command(
            application.task,
            *application.argv,
            role="start",
            confidence=application.confidence,
            origin="framework",
            source=application.source,
        )
    for task, role, argv, file, sure in ruby_apps.development(folder):
        source = Evidence(folder.join(file), 1, "rails.script")
        yield make.command(task, *argv, role=role, confidence=sure, origin="script", source=source)


def _builds(make: Conventions, gemspecs: list[str]) -> Iterator[Command]:
    for name in gemspecs:
        task = "build" if len(gemspecs) == 1 else f"build:{name.removesuffix('.gemspec')}"
        source = make.folder.evidence(name, "bundler.gemspec", "Gem::Specification")
        yield make.command(
            task,
            "gem",
            "build",
            name,
            role="build",
            confidence=0.8 if len(gemspecs) == 1 else 0.4,
            source=source,
        )
    if ruby_apps.is_rails(make.folder) and not gems_of(make.folder).isdisjoint(
        ("sprockets-rails", "propshaft", "sassc-rails")
    ):
        yield make.command(
            "assets",
            *ruby_apps.rails_command(make.folder, "assets:precompile"),
            role="build",
            confidence=0.6,
            origin="framework",
        )


def _versions(folder: Folder, gemfile: str | None, gemspecs: list[str]) -> Iterator[Version]:
    for name, pattern in [(gemfile, _RUBY)] * bool(gemfile) + [(name, _REQUIRED) for name in gemspecs]:
        found = pattern.search(folder.text(name or ""))
        if found and name:
            line = folder.text(name).count("\n", 0, found.start(1)) + 1
            yield Version("ruby", found.group(1), folder.evidence(name, "bundler.ruby", line=line))
