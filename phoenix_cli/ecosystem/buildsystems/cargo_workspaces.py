"""Cargo's workspaces and what their crates can run, by the manifests alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from phoenix_cli.ecosystem.buildsystems.path_globs import any_of
from phoenix_cli.ecosystem.files import Files, Folder
from phoenix_cli.ecosystem.places import LOW_PLACES, place_of

_ASIDE = re.compile(
    r"(?:.*[-_])?(?:xtask|tests?|bench\w*|fuzz\w*|examples?|codegen|gen|generator|generate|build|release|dev|ci|docs?"
    r"|lint|mock|testing|utils?)"
)


@dataclass(frozen=True, slots=True)
class Crate:
    """One package: its folder, its name, the programs that it makes, and the one that bare ``cargo run`` runs."""

    folder: Folder
    name: str
    programs: tuple[str, ...]
    default_run: str = ""
    is_library: bool = False

    @property
    def main_program(self) -> str:
        """Return the program that the crate is about: the default, its namesake, the only one beside no library."""
        if self.default_run or self.name in self.programs:
            return self.default_run or self.name
        if len(self.programs) == 1:
            return "" if _beside_library(self) else self.programs[0]
        servers = [
            program for program in self.programs if program in ("server", f"{self.name}-server", f"{self.name}d")
        ]
        return servers[0] if len(servers) == 1 else ""

    @property
    def aside(self) -> bool:
        """Tell whether it is the maintainers' helper: xtask, a generator, a benchmark, an example."""
        return _ASIDE.fullmatch(self.name.lower()) is not None or place_of(self.folder.path) in LOW_PLACES


def _beside_library(crate: Crate) -> bool:
    """Tell whether the only program is a helper: one that shares no word with the library that it lies in."""
    program = crate.programs[0]
    shared = set(re.split(r"[-_]", program)) & set(re.split(r"[-_]", crate.name))
    return crate.is_library and (not shared or _ASIDE.fullmatch(program) is not None)


def table(value: Any) -> dict[str, Any]:
    """Return a TOML table, empty for anything else."""
    return value if isinstance(value, dict) else {}


def strings(value: Any) -> list[str]:
    """Return the strings of a TOML array."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def crate_of(folder: Folder) -> Crate | None:
    """Return the package of a folder, None for a virtual manifest or none."""
    manifest = folder.toml("Cargo.toml")
    package = table(manifest.get("package"))
    if not package:
        return None
    name = str(package.get("name", ""))
    library = folder.has_file("src/lib.rs") or "lib" in manifest
    return Crate(folder, name, tuple(_programs(folder, manifest, name)), str(package.get("default-run", "")), library)


def _programs(folder: Folder, manifest: dict[str, Any], name: str) -> Iterator[str]:
    listed = manifest.get("bin")
    seen: set[str] = set()
    for program in listed if isinstance(listed, list) else ():
        if isinstance(program, dict) and isinstance(program.get("name"), str):
            seen.update((program["name"], str(program.get("path", ""))))
            yield program["name"]
    if table(manifest.get("package")).get("autobins") is False:
        return
    if folder.has_file("src/main.rs") and not {name, "src/main.rs"} & seen:
        yield name
    for found in sorted(_in_bin_folder(folder)):
        if found not in seen and f"src/bin/{found}.rs" not in seen and f"src/bin/{found}/main.rs" not in seen:
            yield found


def _in_bin_folder(folder: Folder) -> set[str]:
    bins = folder.at("src/bin")
    single = {name[:-3] for name in bins.names if name.endswith(".rs")}
    return single | {name for name in bins.subfolders if bins.at(name).has("main.rs")}


def workspaces(files: Files) -> dict[str, tuple[Folder, ...]]:
    """Return workspace root -> the folders of its other members; call it as ``files.once(workspaces)``."""
    manifests = files.named("Cargo.toml")
    roots = [folder for folder in manifests if "workspace" in folder.toml("Cargo.toml")]
    return {root.path: tuple(_members(root, manifests)) for root in roots}


def _members(root: Folder, manifests: list[Folder]) -> Iterator[Folder]:
    workspace = table(root.toml("Cargo.toml").get("workspace"))
    listed = any_of(strings(workspace.get("members")))
    excluded = any_of(glob for one in strings(workspace.get("exclude")) for glob in (one, f"{one.rstrip('/')}/**"))
    by_path = _path_dependencies(root)
    prefix = f"{root.path}/" if root.path else ""
    for folder in manifests:
        relative = folder.path.removeprefix(prefix)
        if folder.path == root.path or not folder.path.startswith(prefix) or excluded.fullmatch(relative):
            continue
        if listed.fullmatch(relative) or folder.path in by_path:
            yield folder


def _path_dependencies(root: Folder) -> set[str]:
    """Return the folders that the root package depends on by path: they are members without being listed."""
    manifest = root.toml("Cargo.toml")
    workspace = table(table(manifest.get("workspace")).get("dependencies"))
    tables = [table(manifest.get(name)) for name in ("dependencies", "dev-dependencies", "build-dependencies")]
    paths = {
        str(table(wanted).get("path") or table(workspace.get(name)).get("path") or "")
        for wanting in tables for name, wanted in wanting.items() if isinstance(wanted, dict)
    }  # fmt: skip
    return {root.at(path).path for path in paths if path}


def default_members(root: Folder) -> tuple[Folder, ...]:
    """Return the members that cargo takes when none is named: ``default-members``, else all of a virtual workspace."""
    members = root.files.once(workspaces).get(root.path, ())
    wanted = strings(table(root.toml("Cargo.toml").get("workspace")).get("default-members"))
    if not wanted:
        return members
    chosen = any_of(wanted)
    prefix = f"{root.path}/" if root.path else ""
    return tuple(folder for folder in members if chosen.fullmatch(folder.path.removeprefix(prefix)))


def main_crate(root: Folder) -> Crate | None:
    """Return the crate of a virtual workspace that people run: the only one with a program, or the one named by all."""
    crates = [crate for folder in default_members(root) if (crate := crate_of(folder)) is not None]
    runnable = [crate for crate in crates if crate.main_program and not crate.aside]
    if len(runnable) < 2:
        return runnable[0] if runnable else None
    led = [
        crate
        for crate in runnable
        if sum(other.name.startswith(f"{crate.name}-") for other in crates) * 2 >= len(crates)
    ]
    if led:
        return max(led, key=lambda crate: len(crate.name))
    named = [crate for crate in runnable if crate.folder.name in ("cli", "server", "app", "main", "api", "bin")]
    return named[0] if len(named) == 1 else None
