"""Commands of the tools that run scripts across packages: turbo, nx, lerna, moon, lage, rush."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from phoenix_cli.ecosystem.buildsystems import node_script_names, node_scripts
from phoenix_cli.ecosystem.buildsystems.node_forms import tool_form
from phoenix_cli.ecosystem.buildsystems.node_managers import decide
from phoenix_cli.ecosystem.buildsystems.node_manifests import Manifest, manifest_of
from phoenix_cli.ecosystem.buildsystems.node_workspaces import members_of
from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Evidence, Role
from phoenix_cli.ecosystem.files import Folder
from phoenix_cli.ecosystem.places import LOW_PLACES, place_of

#: A tool's run over everything when the root's manifest has no script for the role, and when it has one.
MAIN, COVERED = 0.85, 0.55
_ROLES = ("build", "test", "lint", "dev", "start", "format", "check", "docs", "release")


def run_commands(
    system: str, folder: Folder, tasks: Iterable[tuple[str, Evidence]], argv: Callable[[str], tuple[str, ...]]
) -> Iterator[Command]:
    """Yield a command for each task that runs over the packages; a root script of the same role is the surer answer."""
    covered = covered_roles(folder)
    for task, source in tasks:
        role, sure = node_script_names.by_name(task)
        limit = COVERED if role in covered else MAIN
        scope = folder.path
        yield Command(
            command_name(system, task, scope), role, argv(task), folder.path, source, origin="runner",
            confidence=round(min(sure, limit), 2),
        )  # fmt: skip


def tool_of(folder: Folder, tool: str, *packages: str) -> tuple[str, ...]:
    """Return how a tool is typed at a workspace's root: through the manager when the manifest brings it, else plainly."""
    manifest = manifest_of(folder)
    if manifest is None or not manifest.depends_on(*(packages or (tool,))):
        return (tool,)
    return tool_form(decide(folder).manager, tool)


def covered_roles(folder: Folder) -> frozenset[Role]:
    """Return the roles for which the manifest of a folder has a main script."""
    manifest = manifest_of(folder)
    judged = [node_scripts.judge(name, text) for name, text in manifest.scripts.items()] if manifest else []
    return frozenset(one[0] for one in judged if one is not None and one[1] >= 0.8)


def script_names(folder: Folder) -> frozenset[str]:
    """Return the names of the scripts that the packages of a workspace have."""
    return frozenset(name for one in _packages(folder) for name in one.scripts)


def main_scripts(folder: Folder) -> list[str]:
    """Return the scripts of packages, examples and fixtures left out, that play a role of their own: build, test, lint."""
    names = {name for one in _packages(folder) if place_of(one.folder.path) not in LOW_PLACES for name in one.scripts}
    judged = {name: node_script_names.by_name(name) for name in names}
    return sorted(name for name, (role, sure) in judged.items() if role in _ROLES and sure >= 0.8)


def _packages(folder: Folder) -> list[Manifest]:
    return [one for one in members_of(folder) if one.folder.path != folder.path]
