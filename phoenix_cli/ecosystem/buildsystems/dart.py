"""Dart, Flutter and Melos (row 56)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.dart_packages import FILE, MELOS, Package, melos_of, member_folders, package_of
from phoenix_cli.ecosystem.buildsystems.task_roles import judge
from phoenix_cli.ecosystem.buildsystems.web_services import web_service
from phoenix_cli.ecosystem.facts import Command, Component, Fact, PackageManager, Version
from phoenix_cli.ecosystem.files import Folder, line_of

_SERVERS = ("shelf", "dart_frog", "serverpod", "angel3_framework", "conduit_core", "alfred")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the dart or flutter component of a folder, and melos beside it."""
    melos = melos_of(folder)
    if melos is not None:
        yield _melos(folder, *melos)
    if FILE not in folder.names:
        return
    package = package_of(folder)
    member = folder.path in folder.files.once(member_folders)
    system = "flutter" if package.flutter else "dart"
    source = folder.evidence(FILE, f"{system}.pubspec", "name:")
    make = Conventions(system, folder, source)
    confidence = 0.95 if package.manifest else 0.5
    yield Component(
        folder.path,
        system,
        "dart",
        confidence,
        (source,),
        tuple(_commands(make, package, member)),
        package.name,
        member,
    )
    if not member:
        lock = "pubspec.lock" in folder.names
        shown = folder.evidence("pubspec.lock", "dart.lock", line=1) if lock else source
        yield PackageManager("dart", system, folder.path, f"{'pubspec.lock' if lock else FILE} is here", shown)
    yield from _versions(package)
    yield from _server(make, package)


def _versions(package: Package) -> Iterator[Version]:
    for tool, key in (("dart", "sdk"), ("flutter", "flutter")):
        version = package.table("environment").get(key)
        if isinstance(version, str):
            yield Version(tool, version, package.folder.evidence(FILE, f"{tool}.environment", f"{key}:"))
    if ".fvmrc" in package.folder.names:
        pinned = package.folder.json(".fvmrc").get("flutter")
        if isinstance(pinned, str):
            yield Version("flutter", pinned, package.folder.evidence(".fvmrc", "flutter.fvm", '"flutter"'))


def _commands(make: Conventions, package: Package, member: bool) -> Iterator[Command]:
    folder, tool, sure = make.folder, make.system, 0.6 if member else 0.9
    if not member:
        get = (tool, "pub", "get")
        locked = (*get, "--enforce-lockfile") if "pubspec.lock" in folder.names else None
        yield make.command("install", *get, confidence=sure, locked=locked, offline=(*get, "--offline"))
    if any(name.endswith("_test.dart") for below in folder.at("test").below(4) for name in below.names):
        yield make.command("test", tool, "test", confidence=sure)
    if folder.has("analysis_options.yaml") or not member:
        yield make.command(
            "analyze", tool, "analyze", role="lint", confidence=0.8 if folder.has("analysis_options.yaml") else 0.5
        )
    yield make.command("format", "dart", "format", ".", confidence=0.5)
    if package.depends_on("build_runner"):
        yield make.command("build_runner", "dart", "run", "build_runner", "build", role="other", confidence=0.6)
    yield from _runs(make, package)


def _runs(make: Conventions, package: Package) -> Iterator[Command]:
    folder = make.folder
    if package.application:
        source = folder.at("lib").evidence("main.dart", "flutter.main", "main(")
        target = "apk" if "android" in folder.subfolders else "web" if "web" in folder.subfolders else ""
        if target:
            yield make.command("build", "flutter", "build", target, confidence=0.6)
        yield make.command("run", "flutter", "run", role="start", confidence=0.8, origin="framework", source=source)
        yield make.command("dev", "flutter", "run", role="dev", confidence=0.6, origin="framework", source=source)
    elif program := _program(package):
        source = folder.at("bin").evidence(program, "dart.program", "main(")
        run = ("dart", "run") if program == f"{package.name}.dart" else ("dart", "run", f"bin/{program}")
        compiled = ("dart", "compile", "exe", f"bin/{program}")
        yield make.command("run", *run, role="start", confidence=0.65, source=source)
        yield make.command("compile", *compiled, role="build", confidence=0.5, source=source)


def _program(package: Package) -> str | None:
    """Return the file in bin that one starts: the only one, the package's own, or the server."""
    names = sorted(name for name in package.folder.at("bin").names if name.endswith(".dart"))
    if len(names) == 1:
        return names[0]
    return next((name for name in (f"{package.name}.dart", "server.dart", "main.dart") if name in names), None)


def _server(make: Conventions, package: Package) -> Iterator[Fact]:
    program = _program(package)
    if not program or not any(package.depends_on(name) for name in _SERVERS):
        return
    text = package.folder.at("bin").text(program)
    found = re.search(r"PORT['\"]\]\s*\?\?\s*['\"](\d{2,5})|,\s*(\d{4,5})\s*\)", text)
    port = int(next(filter(None, found.groups()))) if found else 8080
    source = package.folder.at("bin").evidence(program, "dart.port", found.group(0) if found else "main(")
    yield from web_service(package.folder, package.name or "web", ("dart", "run", f"bin/{program}"), port, source)


def _melos(folder: Folder, file: str, settings: dict[str, Any]) -> Component:
    source = folder.evidence(file, "melos.file", "melos:" if file == FILE else "packages")
    make = Conventions("melos", folder, source)
    commands = [make.command("bootstrap", "melos", "bootstrap", role="install", confidence=0.95, origin="runner")]
    scripts = settings.get("scripts")
    text = folder.text(file)
    section = max(text.find("scripts:"), 0)
    for name, value in scripts.items() if isinstance(scripts, dict) else ():
        run = value.get("run") or value.get("exec") if isinstance(value, dict) else value
        role, sure = judge(str(name), str(run or ""))
        shown = folder.evidence(file, "melos.script", line=line_of(text, f"{name}:", section))
        commands.append(
            make.command(
                str(name),
                "melos",
                "run",
                str(name),
                role=role,
                confidence=sure,
                origin="runner",
                source=shown,
                text=str(run or ""),
            )
        )
    name = str(folder.yaml(MELOS).get("name") or "") if file == MELOS else ""
    return Component(folder.path, "melos", "dart", 0.95, (source,), tuple(commands), name)
