"""Smart contracts (row 60): Foundry, Hardhat, Move, Scarb for Cairo, Anchor for Solana."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from phoenix_cli.ecosystem.buildsystems.ci_text import ci_runs
from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.node_forms import tool_form
from phoenix_cli.ecosystem.buildsystems.node_managers import decide
from phoenix_cli.ecosystem.buildsystems.task_roles import judge
from phoenix_cli.ecosystem.buildsystems.toml_keys import key_evidence
from phoenix_cli.ecosystem.facts import Command, Component, Fact, PackageManager, Version
from phoenix_cli.ecosystem.files import Folder

HARDHAT = tuple(f"hardhat.config.{end}" for end in ("ts", "js", "cts", "cjs", "mts", "mjs"))


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the components of the contract tools in a folder."""
    if "foundry.toml" in folder.names and not _is_dependency(folder):
        yield from _foundry(folder)
    if hardhat := folder.first(*HARDHAT):
        yield _hardhat(folder, hardhat)
    if "Move.toml" in folder.names:
        yield _move(folder)
    if "Scarb.toml" in folder.names:
        yield from _scarb(folder)
    if "Anchor.toml" in folder.names:
        yield from _anchor(folder)


def _is_dependency(folder: Folder) -> bool:
    """Tell whether this lies in the ``lib`` of a project above: Foundry puts dependencies there, whole repositories."""
    for above in folder.up():
        if above.path != folder.path and "foundry.toml" in above.names:
            relative = folder.path[len(above.path) :].strip("/")
            if relative.split("/")[0] in ("lib", "dependencies"):
                return True
    return False


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _foundry(folder: Folder) -> Iterator[Fact]:
    manifest = folder.toml("foundry.toml")
    source = folder.evidence("foundry.toml", "foundry.file", "[profile")
    make = Conventions("foundry", folder, source)
    yield Component(folder.path, "foundry", "solidity", 0.95, (source,), tuple(_foundry_commands(make, manifest)))
    yield PackageManager("solidity", "forge", folder.path, "foundry.toml is here", source)
    profile = _table(_table(manifest.get("profile")).get("default"))
    version = profile.get("solc") or profile.get("solc_version") or profile.get("solc-version")
    if isinstance(version, str):
        yield Version("solc", version, folder.evidence("foundry.toml", "foundry.solc", version))


def _foundry_commands(make: Conventions, manifest: dict[str, Any]) -> Iterator[Command]:
    folder = make.folder
    if "soldeer.lock" in folder.names or "dependencies" in manifest:
        yield make.command("install", "forge", "soldeer", "install", confidence=0.85)
    elif "path = lib/" in folder.files.root.text(".gitmodules") or folder.has_file("lib/forge-std/foundry.toml"):
        yield make.command("install", "forge", "install", confidence=0.85)
    yield make.command("build", "forge", "build", confidence=0.9, offline=("forge", "build", "--offline"))
    if any(name.endswith(".t.sol") for below in folder.at("test").below(6) for name in below.names):
        yield make.command("test", "forge", "test", confidence=0.9, offline=("forge", "test", "--offline"))
    if ci_runs(folder.files, r"forge fmt --check"):
        yield make.command("fmt:check", "forge", "fmt", "--check", role="lint", confidence=0.7)
    yield make.command("fmt", "forge", "fmt", confidence=0.5)


def _hardhat(folder: Folder, file: str) -> Component:
    source = folder.evidence(file, "hardhat.config", line=1)
    make = Conventions("hardhat", folder, source)
    manager = decide(folder).manager
    commands = [make.command("compile", *tool_form(manager, "hardhat", "compile"), role="build", confidence=0.85)]
    if "test" in folder.subfolders:
        commands.append(make.command("test", *tool_form(manager, "hardhat", "test"), confidence=0.85))
    commands.append(make.command("node", *tool_form(manager, "hardhat", "node"), role="other", confidence=0.7))
    return Component(folder.path, "hardhat", "solidity", 0.95, (source,), tuple(commands))


def _move(folder: Folder) -> Component:
    """Tell Aptos from Sui by the framework that the package depends on; plain Move has a tool of its own."""
    text, package = folder.text("Move.toml"), _table(folder.toml("Move.toml").get("package"))
    source = folder.evidence("Move.toml", "move.package", "[package]")
    make = Conventions("move", folder, source)
    sui = re.search(r"\bSui\b|mystenlabs|\bedition\s*=\s*\"(?:2024|legacy)", text)
    tool = ("aptos", "move") if re.search(r"(?i)aptos", text) else ("sui", "move") if sui else ("move",)
    commands = (
        make.command("build", *tool, "compile" if tool[0] == "aptos" else "build", confidence=0.85),
        make.command("test", *tool, "test", confidence=0.85),
    )
    return Component(folder.path, "move", "move", 0.95, (source,), commands, name=str(package.get("name") or ""))


def _scarb(folder: Folder) -> Iterator[Fact]:
    manifest = folder.toml("Scarb.toml")
    source = folder.evidence("Scarb.toml", "scarb.file", "[")
    make = Conventions("scarb", folder, source)
    member = any("Scarb.toml" in above.names for above in folder.up() if above.path != folder.path)
    sure = 0.6 if member else 0.9
    foundry = "snforge_std" in folder.text("Scarb.toml") and "test" not in _table(manifest.get("scripts"))
    commands = [
        make.command("build", "scarb", "build", confidence=sure, offline=("scarb", "--offline", "build")),
        make.command("test", *(("snforge", "test") if foundry else ("scarb", "test")), confidence=sure),
        make.command("fmt", "scarb", "fmt", confidence=0.5),
    ]
    if not member:
        commands.insert(0, make.command("install", "scarb", "fetch", confidence=sure))
    name = str(_table(manifest.get("package")).get("name") or "")
    yield Component(folder.path, "scarb", "cairo", 0.95, (source,), tuple(commands), name=name, member=member)
    if not member:
        yield PackageManager("cairo", "scarb", folder.path, "Scarb.toml is here", source)


def _anchor(folder: Folder) -> Iterator[Fact]:
    manifest = folder.toml("Anchor.toml")
    source = folder.evidence("Anchor.toml", "anchor.file", line=1)
    make = Conventions("anchor", folder, source)
    commands = [
        make.command("build", "anchor", "build", confidence=0.9),
        make.command("test", "anchor", "test", confidence=0.9),
    ]
    for name, text in _table(manifest.get("scripts")).items():
        if name != "test":  # "anchor test" runs that one itself, after it started a validator
            role, sure = judge(name, str(text))
            shown = key_evidence(folder, "Anchor.toml", "anchor.script", name)
            commands.append(make.command(
                name, "anchor", "run", name, role=role, confidence=sure, origin="script", source=shown, text=str(text),
            ))  # fmt: skip
    yield Component(folder.path, "anchor", "rust", 0.95, (source,), tuple(commands))
    version = _table(manifest.get("toolchain")).get("anchor_version")
    if isinstance(version, str):
        yield Version("anchor", version, folder.evidence("Anchor.toml", "anchor.version", "anchor_version"))
