"""Gradle (row 41): builds with their projects, wrappers, and the applications among them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.gradle_builds import SETTINGS, Member, build_file, members, plain, plugins
from phoenix_cli.ecosystem.buildsystems.jvm_services import FRAMEWORKS, Framework, configured_port
from phoenix_cli.ecosystem.buildsystems.own_services import sureness
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, PackageManager, Role, Service, Version
from phoenix_cli.ecosystem.files import Folder
from phoenix_cli.ecosystem.places import LOW_PLACES, place_of

#: A plugin's id, or a part of it -> the task that lints with it, and how sure that is.
_LINTERS = (
    ("spotless", "spotlessCheck", 0.8), ("ktlint", "ktlintCheck", 0.8), ("kotlinter", "lintKotlin", 0.8),
    ("detekt", "detekt", 0.75), ("checkstyle", "checkstyleMain", 0.6), ("pmd", "pmdMain", 0.5),
    ("com.android.application", "lint", 0.6), ("com.android.library", "lint", 0.55),
)  # fmt: skip
_APPLICATION = re.compile(
    r"^application$|micronaut(?:\.\w+)*\.application|^io\.ktor\.plugin$|\bjavafx|compose\.desktop"
)
_ANDROID_APP = re.compile(r"android\.application\b")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the component of a build or of one of its projects, and the service of an application that serves."""
    settings, build = folder.first(*SETTINGS), build_file(folder)
    marker = settings or build
    if marker is None:
        return
    member = folder.files.once(members).get(folder.path) if settings is None else None
    root = folder.files.folder(member.root) if member else folder
    source = folder.evidence(marker, "gradle.settings" if settings else "gradle.build", line=1)
    evidence = (source, folder.evidence(build, "gradle.build", line=1)) if settings and build else (source,)
    name = _name(folder, settings)
    applied = plugins(folder, root)
    make = Conventions("gradle", folder, source, name, root.path)
    commands = _member_commands(make, root, member) if member else _root_commands(make, folder)
    started = _start(make, folder, root, member, applied)
    language = _language(folder, applied)
    offered = tuple(_behind_maven(folder, (*commands, *started)))
    yield Component(folder.path, "gradle", language, 0.95, evidence, offered, name=name, member=member is not None)
    if member is None:
        if "pom.xml" not in folder.names:
            yield PackageManager(language, "gradle", folder.path, f"{marker} is here", source)
        yield from _versions(folder, build)
    if "pom.xml" not in folder.names:
        yield from _service(folder, applied, name, started)


def _name(folder: Folder, settings: str | None) -> str:
    found = re.search(r"rootProject\.name\s*=\s*[\"']([^\"'$]+)[\"']", plain(folder, settings)) if settings else None
    return found.group(1) if found else folder.name


def _behind_maven(folder: Folder, commands: Iterable[Command]) -> Iterator[Command]:
    """Rank the commands below Maven's, where a folder has both builds: all primary commands should be of one."""
    for command in commands:
        yield replace(command, confidence=round(command.confidence - 0.1, 2)) if "pom.xml" in folder.names else command


def _program(root: Folder) -> str:
    return "./gradlew" if "gradlew" in root.names else "gradle"


def _projects(root: Folder) -> list[Folder]:
    """Return the folders of a build's projects, the root first, without examples and the like."""
    included = [root.files.folder(path) for path, one in root.files.once(members).items() if one.root == root.path]
    return [root, *(folder for folder in included if place_of(folder.path) not in LOW_PLACES)]


def _language(folder: Folder, applied: frozenset[str]) -> str:
    own = _own_language(folder, applied)
    if own:
        return own
    below = [_own_language(project, plugins(project, folder)) for project in _projects(folder)[1:]]
    return "kotlin" if "kotlin" in below else next((language for language in below if language), "java")


def _own_language(folder: Folder, applied: frozenset[str]) -> str:
    sources = folder.at("src/main")
    if sources.at("kotlin").exists or folder.at("src/commonMain").exists:
        return "kotlin"
    if any(re.search(r"kotlin(?:$|\.(?:jvm|android|multiplatform))|^jvm$", id) for id in applied):
        return "kotlin"
    found = next((language for language in ("java", "scala", "groovy") if sources.at(language).exists), "")
    return found or ("java" if {"java", "java-library", "application"} & applied else "")


def _root_commands(make: Conventions, root: Folder) -> Iterator[Command]:
    run = _program(root)
    applied = [plugins(project, root) for project in _projects(root)]
    every = frozenset(id for ids in applied for id in ids)
    yield _task(make, run, "dependencies", "install", 0.5)
    android = sum(any("android" in id for id in ids) for ids in applied)
    if any(_ANDROID_APP.search(id) for id in every) and android * 2 >= len(applied) - 1:
        yield _task(make, run, "assembleDebug", "build", 0.8)
    yield _task(make, run, "assemble", "build", 0.75)
    yield _task(make, run, "build", "build", 0.6)
    yield _task(make, run, "test", "test", 0.85)
    yield _task(make, run, "check", "check", 0.7)
    texts = "\n".join(
        (*every, *(plain(root, name) for name in root.names if name.endswith((".gradle", ".gradle.kts"))))
    )
    linters = [(task, sure) for part, task, sure in _LINTERS if part in texts]
    for task, sure in linters:
        yield _task(make, run, task, "lint", sure)


def _task(make: Conventions, run: str, task: str, role: Role, confidence: float) -> Command:
    return make.command(task, run, task, role=role, confidence=confidence, offline=(run, "--offline", task))


def _member_commands(make: Conventions, root: Folder, member: Member) -> Iterator[Command]:
    run = _program(root)
    roles: tuple[tuple[str, Role], ...] = (("assemble", "build"), ("test", "test"))
    for task, role in roles:
        path = f"{member.path}:{task}"
        yield make.command(task, run, path, role=role, confidence=0.6, offline=(run, "--offline", path))


def _framework(folder: Folder, applied: frozenset[str]) -> Framework | None:
    """Return the framework whose plugin or library makes the project an application."""
    build = build_file(folder)
    text = plain(folder, build) if build and "application" in applied else ""
    for framework in FRAMEWORKS:
        if any(re.search(framework.plugin, id) for id in applied) or (
            framework.library and re.search(framework.library, text)
        ):
            return framework
    return None


def _start(
    make: Conventions, folder: Folder, root: Folder, member: Member | None, applied: frozenset[str]
) -> tuple[Command, ...]:
    framework = _framework(folder, applied)
    task = framework.gradle if framework else "run" if any(_APPLICATION.search(id) for id in applied) else ""
    if not task or build_file(folder) is None:
        return ()
    run = _program(root)
    argv = f"{member.path}:{task}" if member else task
    role: Role = "dev" if framework and framework.watches else "start"
    source = folder.evidence(
        build_file(folder) or "", f"gradle.{framework.name if framework else 'application'}", line=1
    )
    sure = 0.85 if framework else 0.7
    return (make.command(task, run, argv, role=role, confidence=sure, origin="framework", source=source),)


def _versions(folder: Folder, build: str | None) -> Iterator[Version]:
    wrapper = folder.at("gradle/wrapper")
    found = re.search(
        r"distributionUrl=.*gradle-([\d.]+(?:-[\w]+?)?)-(?:bin|all)", wrapper.text("gradle-wrapper.properties")
    )
    if found:
        source = wrapper.evidence("gradle-wrapper.properties", "gradle.wrapper", "distributionUrl")
        yield Version("gradle", found.group(1), source)
    java = re.search(r"JavaLanguageVersion\.of\(\s*(\d+)|jvmToolchain\(\s*(\d+)", folder.text(build)) if build else None
    if java:
        yield Version(
            "java", java.group(1) or java.group(2), folder.evidence(build or "", "gradle.toolchain", java.group(0))
        )


def _service(folder: Folder, applied: frozenset[str], name: str, started: tuple[Command, ...]) -> Iterator[Service]:
    framework = _framework(folder, applied)
    if framework is None or not started:
        return
    found = configured_port(folder, framework)
    if found is None and not re.search(framework.serves, folder.text(build_file(folder) or "")):
        return
    source: Evidence = found[1] if found else started[0].source
    port = found[0] if found else framework.port
    yield Service(name, source, folder.path, started[0].argv, port=port, confidence=sureness(folder, name))
