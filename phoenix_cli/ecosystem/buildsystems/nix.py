"""Nix (row 69): flakes and plain expressions, read as text; any look by nix itself would evaluate them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Fact, Role
from phoenix_cli.ecosystem.files import Folder

FILES = ("flake.nix", "default.nix", "shell.nix", "release.nix")
_COMMENT = re.compile(r"#[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
#: An output is a set or a function; ``packages = [ ... ]`` is what a shell is made of.
_SET = r"\s*=(?!=)(?!\s*(?:with [^;]{1,200};\s*){0,5}(?:\[|lib\.|builtins\.|\())"

MAX_APPS = (
    600  # within so much of the beginning of its apps a flake names the default one, which a bare ``nix run`` needs
)
#: Flake output -> what it lets one do. Bare ``default = ...`` below ``packages`` needs no look of its own.
_OUTPUTS: tuple[tuple[str, str, Role, tuple[str, ...], float], ...] = (
    (r"\b(?:packages|defaultPackage|legacyPackages)\b", "build", "build", ("nix", "build"), 0.5),
    (r"\bapps\b|\bdefaultApp\b", "run", "start", ("nix", "run"), 0.5),
    (r"\bchecks\b", "check", "check", ("nix", "flake", "check"), 0.7),
    (r"\bformatter\b", "fmt", "format", ("nix", "fmt"), 0.6),
    (r"\bdevShells?\b|\bdevshells?\b", "develop", "install", ("nix", "develop"), 0.35),
)


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the nix component of a folder, unless its expressions are parts of one above."""
    present = tuple(name for name in FILES if name in folder.names)
    if not present or ("flake.nix" not in present and _is_part(folder)):
        return
    evidence = tuple(folder.evidence(name, "nix.file", line=1) for name in present)
    commands = _flake(folder) if "flake.nix" in present else _plain(folder, present)
    yield Component(folder.path, "nix", "nix", 0.9, evidence, commands=tuple(commands))


def _is_part(folder: Folder) -> bool:
    above = [one for one in folder.up() if one.path != folder.path]
    return folder.name in ("nix", ".nix", "pkgs", "nixos") or any(one.has(*FILES) for one in above)


def _flake(folder: Folder) -> Iterator[Command]:
    text = folder.text("flake.nix")
    outputs = _COMMENT.sub(lambda comment: " " * len(comment.group(0)), text)
    start = max(outputs.find("outputs"), 0)
    for pattern, task, role, argv, sure in _OUTPUTS:
        found = re.compile(rf"(?<![\w.$])(?:self\.)?(?:{pattern})(?:\.|{_SET})").search(outputs, start)
        if found is not None and (
            task != "run" or re.search(r"\bdefault", outputs[found.start() : found.end() + MAX_APPS])
        ):
            line = text.count("\n", 0, found.start()) + 1
            locked = (*argv, "--no-update-lock-file") if "flake.lock" in folder.names and task != "fmt" else None
            yield Command(
                command_name("nix", task, folder.path), role, argv, folder.path,
                folder.evidence("flake.nix", "nix.output", line=line), confidence=sure,
                locked=locked, offline=(*argv, "--offline"),
            )  # fmt: skip


def _plain(folder: Folder, present: tuple[str, ...]) -> Iterator[Command]:
    forms: tuple[tuple[str, str, Role, tuple[str, ...]], ...] = (
        ("default.nix", "build", "build", ("nix-build",)),
        ("shell.nix", "shell", "install", ("nix-shell",)),
    )
    for name, task, role, argv in forms:
        if name in present:
            source = folder.evidence(name, "nix.file", line=1)
            yield Command(command_name("nix", task, folder.path), role, argv, folder.path, source, confidence=0.35)
