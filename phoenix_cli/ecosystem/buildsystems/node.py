"""npm, pnpm, yarn and bun (rows 1-5): a package.json and the manager that it is for."""

from __future__ import annotations

from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems import node_apps, node_forms, node_scripts
from phoenix_cli.ecosystem.buildsystems.hidden_folders import serves_above
from phoenix_cli.ecosystem.buildsystems.node_managers import LOCKS, MANAGERS, Decision, decide
from phoenix_cli.ecosystem.buildsystems.node_manifests import Manifest, manifest_of, repeated_names
from phoenix_cli.ecosystem.buildsystems.node_script_calls import MAX_LENGTH, runs
from phoenix_cli.ecosystem.buildsystems.node_workspaces import Workspace, workspace_of
from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, PackageManager, Version
from phoenix_cli.ecosystem.files import Folder
from phoenix_cli.ecosystem.places import LOW_PLACES, place_of

_OUTPUTS = frozenset(("dist", "out", "target", ".output", "coverage", "node_modules", "bower_components"))
_SUBSTANCE = (
    "scripts", "dependencies", "devDependencies", "peerDependencies", "optionalDependencies", "bin", "workspaces", "contributes",
)  # fmt: skip


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the component of a package.json, its scripts as commands, its manager, and the app that it starts."""
    manifest = manifest_of(folder)
    space = workspace_of(folder)
    if not _counts(folder, manifest, space) or _is_of_deno(folder):
        return
    decision = decide(folder)
    here = decision.dir == folder.path or (space is None and manifest_of(folder.files.folder(decision.dir)) is None)
    if here:
        yield PackageManager("javascript", decision.manager, decision.dir, decision.reason, decision.source)
        yield from decision.conflicts
    component = _component(folder, manifest, decision, space, here)
    yield component
    if manifest is not None and place_of(folder.path) not in LOW_PLACES:
        yield from node_apps.services(manifest, component.commands)
        yield from _versions(manifest) if space is None else ()


def _counts(folder: Folder, manifest: Manifest | None, space: Workspace | None) -> bool:
    """Tell whether this is a project of its own, and no stub that only says ``type: module`` or names an entry point."""
    if manifest is None:
        return folder.has("pnpm-workspace.yaml")
    if not folder.path or space is not None:
        return True
    if serves_above(folder.path) or not _OUTPUTS.isdisjoint(folder.path.split("/")):
        return False
    data = manifest.data
    if manifest.broken or folder.has(*LOCKS) or any(data.get(key) for key in _SUBSTANCE):
        return True
    return bool(data.get("name") and data.get("version"))


def _is_of_deno(folder: Folder) -> bool:
    """Tell whether a package.json only serves Deno: its lock is there, and nothing of another manager."""
    if not folder.has("deno.lock") or not folder.has("deno.json", "deno.jsonc"):
        return False
    return decide(folder).confidence < 0.9


def _component(
    folder: Folder, manifest: Manifest | None, decision: Decision, space: Workspace | None, here: bool
) -> Component:
    commands = [_install(folder, manifest, decision)] if here or space is None else []
    commands += _scripts(manifest, decision) if manifest else []
    if manifest is not None and space is None:
        commands += node_apps.conventions(manifest, decision, commands)
    name = manifest.name if manifest else ""
    return Component(
        folder.path, decision.manager, _language(folder, manifest), _confidence(manifest, decision, space),
        tuple(_evidence(manifest, decision, space)), tuple(commands), name, space is not None, rejected=decision.rejected,
    )  # fmt: skip


def _language(folder: Folder, manifest: Manifest | None) -> str:
    typed = "tsconfig.json" in folder.names or (manifest is not None and manifest.depends_on("typescript"))
    return "typescript" if typed else "javascript"


def _confidence(manifest: Manifest | None, decision: Decision, space: Workspace | None) -> float:
    if manifest is not None and manifest.broken:
        return 0.5
    return 0.95 if space is not None else decision.confidence


def _evidence(manifest: Manifest | None, decision: Decision, space: Workspace | None) -> Iterator[Evidence]:
    if manifest is not None:
        yield manifest.evidence("node.manifest")
    if space is not None:
        yield space.source
    if decision.source.rule != "node.default":
        yield decision.source


def _scope(folder: Folder, manifest: Manifest | None) -> str:
    if not folder.path:
        return ""
    named = manifest is not None and manifest.name and manifest.name not in folder.files.once(repeated_names)
    return manifest.name if named and manifest else folder.path


def _install(folder: Folder, manifest: Manifest | None, decision: Decision) -> Command:
    first, locked, offline = node_forms.install_forms(decision)
    return Command(
        command_name(decision.manager, "install", _scope(folder, manifest)), "install", first, folder.path, decision.source,
        confidence=max(decision.confidence, 0.9), locked=locked, offline=offline,
    )  # fmt: skip


def _scripts(manifest: Manifest, decision: Decision) -> list[Command]:
    """Return a command for each script that people run; in examples and fixtures scripts are judged by their own text only."""
    folder, manager = manifest.folder, decision.manager
    scope = _scope(folder, manifest)
    follow = place_of(folder.path) not in LOW_PLACES
    commands = []
    for name, text, line in manifest.lines():
        judged = node_scripts.judge(name, runs(manifest, text) if follow else text[:MAX_LENGTH])
        if judged is None or node_scripts.is_lifecycle(name, manifest.scripts):
            continue
        source = Evidence(folder.join(manifest.file), line, "node.script")
        commands.append(Command(
            command_name(manager, name, scope), judged[0], node_forms.run_form(manager, name), folder.path, source,
            origin="script", confidence=round(judged[1], 2), text=text,
        ))  # fmt: skip
    return commands


def _versions(manifest: Manifest) -> Iterator[Version]:
    for key in ("engines", "volta"):
        for tool, version in manifest.table(key).items():
            if isinstance(version, str) and tool in ("node", *MANAGERS):
                yield Version(tool, version, manifest.evidence(f"node.{key}", key))
    field = manifest.data.get("packageManager")
    if isinstance(field, str) and "@" in field[1:]:
        tool, _, version = field.partition("@")
        yield Version(tool, version.partition("+")[0], manifest.evidence("node.manager-field", "packageManager"))
    runtime = manifest.table("devEngines").get("runtime")
    if isinstance(runtime, dict) and isinstance(runtime.get("name"), str) and isinstance(runtime.get("version"), str):
        yield Version(runtime["name"], runtime["version"], manifest.evidence("node.dev-engines", "devEngines"))
