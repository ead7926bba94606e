"""Workspaces of npm, pnpm, yarn, bun, lerna and rush: which folder claims which packages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from phoenix_cli.ecosystem.buildsystems.node_manifests import Manifest, manifest_of, manifests
from phoenix_cli.ecosystem.buildsystems.path_globs import Globs, any_of
from phoenix_cli.ecosystem.facts import Evidence
from phoenix_cli.ecosystem.files import Files, Folder


@dataclass(frozen=True, slots=True)
class Workspace:
    """A folder whose configuration claims packages below. ``manager`` is set when the kind of workspace names it."""

    dir: str
    source: Evidence
    included: Globs
    excluded: Globs
    manager: str = ""

    def claims(self, dir: str) -> bool:
        """Tell whether a folder below belongs to this workspace."""
        relative = dir[len(self.dir) + 1 :] if self.dir else dir
        return self.included.fullmatch(relative) is not None and self.excluded.fullmatch(relative) is None


def workspaces(files: Files) -> dict[str, Workspace]:
    """Read every workspace of the repository: folder -> workspace. pnpm's own file outranks package.json's list."""
    found = {manifest.folder.path: space for manifest in files.once(manifests).values() if (space := _listed(manifest))}
    for folder in files.named("pnpm-workspace.yaml", "pnpm-workspace.yml"):
        found[folder.path] = _of_pnpm(folder)
    for folder in files.named("lerna.json"):
        if folder.path not in found and (globs := _texts(folder.json("lerna.json").get("packages"))):
            found[folder.path] = _workspace(folder, "lerna.json", globs)
    for folder in files.named("rush.json"):
        found[folder.path] = _of_rush(folder)
    return found


def workspace_of(folder: Folder) -> Workspace | None:
    """Return the nearest workspace above a folder that claims it."""
    found = folder.files.once(_claimed)
    if folder.path not in found:
        found[folder.path] = _nearest(folder)
    return found[folder.path]


def _claimed(files: Files) -> dict[str, Workspace | None]:
    return {}


def _nearest(folder: Folder) -> Workspace | None:
    known = folder.files.once(workspaces)
    above = folder.path
    while above and known:
        above = above.rpartition("/")[0]
        space = known.get(above)
        if space is not None and space.claims(folder.path):
            return space
    return None


def members_of(folder: Folder) -> list[Manifest]:
    """Return the manifests that the workspace at a folder claims, its own first."""
    space = folder.files.once(workspaces).get(folder.path)
    own = manifest_of(folder)
    found = [own] if own else []
    if space is not None:
        every = folder.files.once(manifests).values()
        found += [one for one in every if _is_below(one.folder.path, folder.path) and space.claims(one.folder.path)]
    return found


def _is_below(dir: str, above: str) -> bool:
    return dir != above and (not above or dir.startswith(f"{above}/"))


def _listed(manifest: Manifest) -> Workspace | None:
    value = manifest.data.get("workspaces")
    globs = _texts(value.get("packages") if isinstance(value, dict) else value)
    return _workspace(manifest.folder, manifest.file, globs) if globs else None


def _of_pnpm(folder: Folder) -> Workspace:
    file = folder.first("pnpm-workspace.yaml", "pnpm-workspace.yml") or "pnpm-workspace.yaml"
    return _workspace(folder, file, _texts(folder.yaml(file).get("packages")), "pnpm")


def _of_rush(folder: Folder) -> Workspace:
    projects = folder.json("rush.json").get("projects")
    entries = projects if isinstance(projects, list) else []
    folders = _texts([entry.get("projectFolder") for entry in entries if isinstance(entry, dict)])
    return _workspace(folder, "rush.json", folders, "rush")


def _workspace(folder: Folder, file: str, globs: Iterable[str], manager: str = "") -> Workspace:
    globs = list(globs)
    wanted = [glob for glob in globs if not glob.startswith("!")]
    unwanted = [glob[1:] for glob in globs if glob.startswith("!")]
    source = folder.evidence(
        file, "node.workspace", "packages" if manager == "pnpm" else "", None if manager == "pnpm" else 1
    )
    return Workspace(folder.path, source, any_of(wanted), any_of(unwanted), manager)


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
