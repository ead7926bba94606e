"""Cargo (row 28): crates and workspaces, aliases, the program that people run, and what serves."""

from __future__ import annotations

from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.cargo_workspaces import Crate, crate_of, main_crate, strings, table, workspaces
from phoenix_cli.ecosystem.buildsystems.ci_text import ci_runs
from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.own_services import sureness
from phoenix_cli.ecosystem.buildsystems.rust_services import serving
from phoenix_cli.ecosystem.buildsystems.task_roles import judge
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, PackageManager, Role, Service, Version
from phoenix_cli.ecosystem.files import Files, Folder

MAX_EXAMPLES = 10


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the component of a manifest, its versions, and the service of a program that serves."""
    if "Cargo.toml" not in folder.names:
        return
    manifest = folder.toml("Cargo.toml")
    broken = folder.join("Cargo.toml") in folder.files.problems
    if not broken and not {"package", "workspace"} & manifest.keys():
        return
    crate = crate_of(folder)
    kind = "package" if crate else "workspace"
    source = folder.evidence("Cargo.toml", f"cargo.{kind}", f"[{kind}")
    root = folder.files.once(owners).get(folder.path)
    make = Conventions("cargo", folder, source, crate.name if crate else "")
    commands = _member_commands(make, crate) if root is not None else _root_commands(make, folder, crate)
    yield Component(
        folder.path, "cargo", "rust", 0.5 if broken else 0.95, (source,), tuple(commands),
        name=crate.name if crate else "", member=root is not None,
    )  # fmt: skip
    if root is None:
        yield PackageManager("rust", "cargo", folder.path, "Cargo.toml is here", source)
    yield from _versions(folder)
    yield from _service(folder, crate)


def owners(files: Files) -> dict[str, str]:
    """Return member folder -> the root of its workspace; call it as ``files.once(owners)``."""
    return {member.path: root for root, members in files.once(workspaces).items() for member in members}


def _root_commands(make: Conventions, folder: Folder, crate: Crate | None) -> Iterator[Command]:
    everything = ("--workspace",) if "workspace" in folder.toml("Cargo.toml") else ()
    yield make.command(
        "fetch", "cargo", "fetch", role="install", confidence=0.85, locked=("cargo", "fetch", "--locked"),
        offline=("cargo", "fetch", "--offline"),
    )  # fmt: skip
    yield _plain(make, "build", 0.85)
    yield _plain(make, "test", 0.85, everything)
    if folder.has_file(".config/nextest.toml") or ci_runs(folder.files, r"\bcargo[\w +-]*? nextest\b|cargo-nextest"):
        yield make.command("nextest", "cargo", "nextest", "run", *everything, role="test", confidence=0.8)
    yield _plain(make, "check", 0.7, everything)
    yield from _style(make, folder, everything)
    yield from _run(make, folder, crate)
    yield from _aliases(make, folder)


def _member_commands(make: Conventions, crate: Crate | None) -> Iterator[Command]:
    yield _plain(make, "build", 0.7)
    yield _plain(make, "test", 0.7)
    for program in crate.programs if crate else ():
        serves = serving(crate) if crate and not crate.aside else None
        yield _program(make, program, crate, "start" if serves else "other", 0.6)


def _plain(make: Conventions, task: str, confidence: float, more: tuple[str, ...] = ()) -> Command:
    argv = ("cargo", task, *more)
    return make.command(task, *argv, confidence=confidence, locked=(*argv, "--locked"), offline=(*argv, "--offline"))


def _style(make: Conventions, folder: Folder, everything: tuple[str, ...]) -> Iterator[Command]:
    grounds = folder.first("clippy.toml", ".clippy.toml")
    manifest = folder.toml("Cargo.toml")
    lints = {**table(table(manifest.get("workspace")).get("lints")), **table(manifest.get("lints"))}
    source = folder.evidence(grounds, "cargo.clippy", line=1) if grounds else None
    used = source is not None or "clippy" in lints or ci_runs(folder.files, r"\bclippy\b")
    role: Role = "lint" if used else "check"
    yield make.command(
        "clippy", "cargo", "clippy", *everything, role=role, confidence=0.8 if used else 0.5, source=source
    )
    yield make.command("fmt", "cargo", "fmt", role="format", confidence=0.7)


def _run(make: Conventions, folder: Folder, crate: Crate | None) -> Iterator[Command]:
    """Yield what starts the program; a helper beside a library is none, nor is one of many that nobody prefers."""
    if crate is not None:
        yield from _run_package(make, crate)
        yield from _examples(make, folder)
        return
    main = main_crate(folder)
    if main is not None:
        argv: tuple[str, ...] = ("cargo", "run", "-p", main.name)
        if len(main.programs) > 1 and not main.default_run:
            argv += ("--bin", main.name if main.name in main.programs else main.programs[0])
        source = main.folder.evidence("Cargo.toml", "cargo.bin", "[package]")
        yield make.command("run", *argv, role="start", confidence=0.75, source=source, locked=(*argv, "--locked"))


def _run_package(make: Conventions, crate: Crate) -> Iterator[Command]:
    chosen = crate.main_program
    for program in crate.programs:
        role: Role = "start" if program == chosen else "other"
        yield _program(make, program, crate, role, 0.75 if role == "start" else 0.4)


def _program(make: Conventions, program: str, crate: Crate | None, role: Role, confidence: float) -> Command:
    plain = crate is not None and (len(crate.programs) == 1 or crate.default_run == program)
    argv = ("cargo", "run") if plain else ("cargo", "run", "--bin", program)
    return make.command(
        "run" if plain else f"run:{program}", *argv, role=role, confidence=confidence, locked=(*argv, "--locked"),
        offline=(*argv, "--offline"),
    )  # fmt: skip


def _examples(make: Conventions, folder: Folder) -> Iterator[Command]:
    examples = folder.at("examples")
    names = sorted(name[:-3] for name in examples.names if name.endswith(".rs"))
    for name in names[:MAX_EXAMPLES]:
        source = examples.evidence(f"{name}.rs", "cargo.example", line=1)
        yield make.command(
            f"example:{name}", "cargo", "run", "--example", name, role="other", confidence=0.4, source=source
        )


def _aliases(make: Conventions, folder: Folder) -> Iterator[Command]:
    settings = folder.at(".cargo")
    name = settings.first("config.toml", "config")
    for alias, value in table(settings.toml(name).get("alias")).items() if name else ():
        words = strings(value) if isinstance(value, list) else str(value).split()
        role, sure = judge(alias, "cargo " + " ".join(words))
        yield make.command(
            alias, "cargo", alias, role="other" if alias == "xtask" or len(alias) < 3 else role, confidence=min(sure, 0.65),
            origin="script", source=settings.evidence(name or "", "cargo.alias", alias), text="cargo " + " ".join(words),
        )  # fmt: skip


def _versions(folder: Folder) -> Iterator[Version]:
    pinned = folder.first("rust-toolchain.toml", "rust-toolchain")
    if pinned:
        channel = _channel(folder, pinned)
        if channel:
            yield Version("rust", channel, folder.evidence(pinned, "rust-toolchain", channel))
    manifest = folder.toml("Cargo.toml")
    for holder in (manifest.get("package"), table(manifest.get("workspace")).get("package")):
        least = table(holder).get("rust-version")
        if isinstance(least, str):
            yield Version("rust", f">={least}", folder.evidence("Cargo.toml", "cargo.rust-version", "rust-version"))


def _channel(folder: Folder, name: str) -> str:
    text = folder.text(name).strip()
    if "[" not in text:
        return text.split("\n")[0].strip()
    return str(table(folder.toml(name).get("toolchain")).get("channel", ""))


def _service(folder: Folder, crate: Crate | None) -> Iterator[Service]:
    found = serving(crate) if crate and crate.programs and not crate.aside else None
    if crate and found:
        port, source = found
        evidence: Evidence = source
        yield Service(
            crate.name, evidence, folder.path, ("cargo", "run"), port=port, confidence=sureness(folder, crate.name)
        )
