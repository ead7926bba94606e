"""Go (row 30): modules, workspaces, main packages, and the programs that serve."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.ci_text import ci_runs
from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.go_packages import (
    Main,
    Module,
    Serving,
    go_modules,
    main_packages,
    serves_itself,
    serving,
)
from phoenix_cli.ecosystem.buildsystems.own_services import sureness
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, PackageManager, Service, Version
from phoenix_cli.ecosystem.files import Files, Folder

LINT_CONFIGS = (".golangci.yml", ".golangci.yaml", ".golangci.toml", ".golangci.json")
MAX_MEMBERS_NAMED = 12
_PLAIN = ("cmd", "src", "main", "cmd/main")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the component of a module or a workspace, its versions, and the service of a program that serves."""
    if re.search(r"(?:^|/)(?:vendor|testdata)(?:/|$)", folder.path):
        return
    marker = folder.first("go.mod", "go.work")
    if marker is None:
        return
    text = folder.text(marker)
    found = re.search(r"^module\s+\"?([^\s\"]+)", text, re.MULTILINE)
    name = found.group(1) if found else ""
    source = folder.evidence(marker, f"go.{marker[3:]}", found.group(0) if found else "", line=None if found else 1)
    yield from _versions(folder, marker, text)
    member = folder.path in folder.files.once(workspace_members)
    mains = main_packages(folder) if marker == "go.mod" else []
    chosen = choose_main(mains, name)
    served = serving(folder, chosen) if chosen else None
    commands = tuple(_commands(folder, Conventions("go", folder, source, name), mains, chosen, served))
    yield Component(folder.path, "go", "go", 0.95, (source,), commands, name=name, member=member)
    if not member:
        yield PackageManager("go", "go", folder.path, f"{marker} is here", source)
    if chosen and served:
        yield from _service(folder, chosen, served, name)


def workspace_members(files: Files) -> frozenset[str]:
    """Return the folders that a go.work uses, itself left out; call it as ``files.once(workspace_members)``."""
    return frozenset(used.path for top in files.named("go.work") for used in _used(top) if used.path != top.path)


def _used(top: Folder) -> list[Folder]:
    text = re.sub(r"//.*", "", top.text("go.work"))
    blocks = re.findall(r"^use\s*\(([^)]{0,20000})\)", text, re.MULTILINE) + re.findall(
        r"^use\s+([^\s(]+)", text, re.MULTILINE
    )
    return [top.at(word.strip('"')) for block in blocks for word in block.split()]


def _versions(folder: Folder, marker: str, text: str) -> Iterator[Version]:
    for found in re.finditer(r"^(?:go|toolchain)\s+(?:go)?(\d[\w.]*)", text, re.MULTILINE):
        rule = f"{marker}.{found.group(0).split()[0]}"
        version = found.group(1) if "toolchain" in rule else f">={found.group(1)}"
        yield Version("go", version, folder.evidence(marker, rule, line=text.count("\n", 0, found.start()) + 1))


def choose_main(mains: list[Main], module: str) -> Main | None:
    """Return the program that the module is about: the only one, the root's, the one of the module's name, a server."""
    own = [main for main in mains if not main.aside]
    if len(own) == 1:
        return own[0]
    words = [word for word in module.split("/") if not re.fullmatch(r"v\d+", word)]
    wanted = [words[-1].partition(".v")[0].partition(".")[0], "server", "api", "app", "web", "main"] if words else []
    for main in own:
        if not main.relative:
            return main
    names = {main.folder.name: main for main in reversed(own)}
    return next((names[name] for name in wanted if name in names), None)


def _commands(
    folder: Folder, make: Conventions, mains: list[Main], chosen: Main | None, served: Serving | None
) -> Iterator[Command]:
    module = folder.files.once(go_modules).get(folder.path, Module())
    yield make.command("install", "go", "mod", "download", role="install", confidence=0.85)
    everything = _everything(folder)
    if everything:
        yield from _checks(folder, make, everything, module)
    if chosen:
        yield _run(make, chosen, "start", 0.85 if served else 0.7)
    for main in mains:
        if main is not chosen:
            yield _run(make, main, "other" if chosen or main.aside or not serves_itself(main) else "start", 0.4)
    if folder.has(".air.toml", ".air.conf"):
        name = folder.first(".air.toml", ".air.conf") or ""
        yield make.command(
            "dev", "air", confidence=0.85, origin="framework", source=folder.evidence(name, "go.air", line=1)
        )


def _everything(folder: Folder) -> tuple[str, ...]:
    """Return the patterns that name all packages: a workspace without a root module needs one for each member."""
    if "go.mod" in folder.names:
        return ("./...",)
    used = [one.path[len(folder.path) :].strip("/") for one in _used(folder)]
    return tuple(f"./{path}/..." for path in used) if len(used) <= MAX_MEMBERS_NAMED else ()


def _checks(folder: Folder, make: Conventions, everything: tuple[str, ...], module: Module) -> Iterator[Command]:
    sure = 0.85 if module.packages or "go.work" in folder.names else 0.5
    vendored = folder.at("vendor").has("modules.txt")
    offline = ("-mod=vendor",) if vendored else ()
    for task in ("build", "test"):
        if task == "test" and not module.tested and "go.work" not in folder.names:
            continue
        yield make.command(
            task, "go", task, *everything, confidence=sure, locked=("go", task, "-mod=readonly", *everything),
            offline=("env", "GOPROXY=off", "go", task, *offline, *everything),
        )  # fmt: skip
    config = folder.first(*LINT_CONFIGS)
    if config or (not folder.path and ci_runs(folder.files, r"golangci-lint(?!\.run/)")):
        source = folder.evidence(config, "go.golangci", line=1) if config else None
        yield make.command("golangci-lint", "golangci-lint", "run", role="lint", confidence=0.85, source=source)
    elif not folder.path and ci_runs(folder.files, r"\bstaticcheck\b"):
        yield make.command("staticcheck", "staticcheck", "./...", role="lint", confidence=0.75)
    vetted = not folder.path and ci_runs(folder.files, r"\bgo vet\b")
    yield make.command(
        "vet", "go", "vet", *everything, role="lint" if vetted else "check", confidence=0.7 if vetted else 0.5
    )
    yield make.command("fmt", "gofmt", "-w", ".", role="format", confidence=0.5)


def _run(make: Conventions, main: Main, role: str, confidence: float) -> Command:
    target = f"./{main.relative}" if main.relative else "."
    evidence = main.folder.evidence(main.file, "go.main", "func main()")
    return make.command(
        f"run:{main.folder.name}" if main.relative else "run", "go", "run", target,
        role="start" if role == "start" else "other", confidence=confidence, source=evidence,
    )  # fmt: skip


def _service(folder: Folder, main: Main, served: Serving, module: str) -> Iterator[Service]:
    words = [word for word in module.split("/") if not re.fullmatch(r"v\d+", word)]
    if len(words) > 1 and words[-1] in ("server", "app", "api", "backend", "service"):
        words.pop()  # example.org/gotify/server is known as gotify
    told = main.relative and main.relative not in _PLAIN  # the folder's name tells which program it is
    name = main.folder.name if told else (words[-1] if words else folder.name)
    source: Evidence = served.port_source or served.source
    argv = ("go", "run", f"./{main.relative}" if main.relative else ".")
    name = name.partition(".")[0] or name
    yield Service(name, source, folder.path, argv, port=served.port, confidence=sureness(folder, name))
