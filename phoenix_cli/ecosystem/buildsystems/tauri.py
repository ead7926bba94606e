"""Tauri (row 57): src-tauri/tauri.conf.json makes a desktop application of the package or crate that it lies in.

Tauri is no component of its own: its commands belong to the package above, or to the crate when there is no package.
"""

from __future__ import annotations

from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.node_forms import run_form, tool_form
from phoenix_cli.ecosystem.buildsystems.node_managers import decide
from phoenix_cli.ecosystem.buildsystems.node_manifests import Manifest, manifest_of
from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, Role
from phoenix_cli.ecosystem.files import Folder

NAMES = ("tauri.conf.json", "tauri.conf.json5", "Tauri.toml")
_TASKS: tuple[tuple[str, Role], ...] = (("dev", "dev"), ("build", "build"))


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield tauri's commands as part of the package above, else of the crate in the same folder."""
    name = folder.first(*NAMES)
    if name is None:
        return
    source = folder.evidence(name, "tauri.config", line=1)
    above = folder.at("..")
    manifest = manifest_of(above)
    if manifest is not None and (manifest.depends_on("@tauri-apps/cli") or "tauri" in manifest.scripts):
        yield _of_package(above, manifest, source)
    elif folder.has("Cargo.toml"):
        commands = tuple(
            Command(command_name("cargo", f"tauri-{task}", folder.path), role, ("cargo", "tauri", task), folder.path, source,
                    origin="framework", confidence=0.7)
            for task, role in _TASKS
        )  # fmt: skip
        yield Component(folder.path, "cargo", "rust", 0.9, (source,), commands)


def _of_package(folder: Folder, manifest: Manifest, source: Evidence) -> Component:
    """Return the package's component with tauri's commands: through the script ``tauri`` where there is one."""
    manager = decide(folder).manager
    typed = run_form(manager, "tauri") if "tauri" in manifest.scripts else tool_form(manager, "tauri")
    dashes = ("--",) if typed[:2] == ("npm", "run") else ()  # npm keeps words after a script's name to itself
    scope = (manifest.name or folder.path) if folder.path else ""
    commands = tuple(
        Command(command_name(manager, f"tauri-{task}", scope), role, (*typed, *dashes, task), folder.path, source,
                origin="framework", confidence=0.7)
        for task, role in _TASKS
    )  # fmt: skip
    return Component(folder.path, manager, "javascript", 0.4, (source,), commands)
