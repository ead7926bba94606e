"""All Python projects of a repository, and which of them a workspace above claims."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from phoenix_cli.ecosystem.buildsystems.hidden_folders import serves_above
from phoenix_cli.ecosystem.buildsystems.python_managers import Choice, choose
from phoenix_cli.ecosystem.buildsystems.python_project import Project, mapping, read_project
from phoenix_cli.ecosystem.buildsystems.python_requirements import FOLDERS
from phoenix_cli.ecosystem.files import Files, Folder
from phoenix_cli.ecosystem.places import place_of

#: File names that make a folder worth a look; requirement and environment files have prefixes and suffixes besides.
MARKERS = (
    "pyproject.toml", "setup.py", "setup.cfg", "uv.lock", "uv.toml", "poetry.lock", "pdm.lock", "pdm.toml", "hatch.toml",
    "Pipfile", "Pipfile.lock", "pixi.toml", "pixi.lock",
)  # fmt: skip
PREFIXES = ("requirements", "environment", "conda-env")
SUFFIXES = ("requirements.txt", "requirements.in")
_MANIFESTS = frozenset(MARKERS)


@dataclass(frozen=True, slots=True)
class Placed:
    """A project with the systems that were chosen for it; ``member`` is true when a workspace above claims it."""

    project: Project
    choices: tuple[Choice, ...]
    member: bool


def python_projects(files: Files) -> dict[str, Placed]:
    """Return every folder that is a Python project of its own, by path; made once for a repository."""
    return files.once(_python_projects)


def project_above(files: Files, dir: str) -> Placed | None:
    """Return the nearest project at or above a folder."""
    known = python_projects(files)
    return next((known[folder.path] for folder in files.folder(dir).up() if folder.path in known), None)


def _python_projects(files: Files) -> dict[str, Placed]:
    members = files.once(uv_members)
    found: dict[str, Placed] = {}
    for folder in {
        target_of(folder).path: target_of(folder) for folder in files.folders.values() if _marked(folder)
    }.values():
        project = read_project(folder)
        choices = choose(project, members.get(folder.path))
        if choices and _stands_alone(project):
            found[folder.path] = Placed(
                project, tuple(choices), folder.path in members or folder.path in files.once(hatch_members)
            )
    return found


def _marked(folder: Folder) -> bool:
    return (
        not _MANIFESTS.isdisjoint(folder.names)
        or folder.name in FOLDERS
        or any(name.startswith(PREFIXES) or name.endswith(SUFFIXES) for name in folder.names)
    )


def target_of(folder: Folder) -> Folder:
    """Return the folder that the markers speak of: ``requirements/`` holds the files of the folder above."""
    return folder.at("..") if folder.name in FOLDERS and _MANIFESTS.isdisjoint(folder.names) else folder


def _stands_alone(project: Project) -> bool:
    """Tell a project from lists for the component above: requirements of its docs, tests, CI or scripts."""
    folder = project.folder
    if not folder.path or not _MANIFESTS.isdisjoint(folder.names):
        return not serves_above(folder.path)
    if serves_above(folder.path) or place_of(folder.path) in ("docs", "test", "benchmark"):
        return False
    return folder.name not in ("ci", "binder", ".binder", ".devcontainer") and _has_python(folder)


def _has_python(folder: Folder) -> bool:
    return any(name.endswith((".py", ".ipynb")) for below in folder.below(2) for name in below.names)


def uv_members(files: Files) -> dict[str, str]:
    """Return member folder -> workspace root for every [tool.uv.workspace]."""
    found: dict[str, str] = {}
    for root in files.named("pyproject.toml"):
        if "[tool.uv" in root.text("pyproject.toml"):
            workspace = mapping(mapping(mapping(root.toml("pyproject.toml").get("tool")).get("uv")).get("workspace"))
            found.update(
                (folder.path, root.path)
                for folder in _matching(root, workspace.get("members"), workspace.get("exclude"))
            )
    return found


def hatch_members(files: Files) -> frozenset[str]:
    """Return the folders that a Hatch environment's ``workspace.members`` names."""
    found: set[str] = set()
    for root in files.named("hatch.toml", "pyproject.toml"):
        tool = mapping(root.toml("pyproject.toml").get("tool"))
        for env in (
            *mapping(root.toml("hatch.toml").get("envs")).values(),
            *mapping(mapping(tool.get("hatch")).get("envs")).values(),
        ):
            found.update(
                folder.path for folder in _matching(root, mapping(mapping(env).get("workspace")).get("members"), None)
            )
    return frozenset(found)


def _matching(root: Folder, members: object, excluded: object) -> Iterator[Folder]:
    wanted, unwanted = _patterns(members), _patterns(excluded)
    for folder in root.files.named("pyproject.toml") if wanted else ():
        if folder.path != root.path and folder.path.startswith(root.join("") if root.path else ""):
            relative = folder.path[len(root.path) :].lstrip("/")
            if any(p.fullmatch(relative) for p in wanted) and not any(p.fullmatch(relative) for p in unwanted):
                yield folder


def _patterns(globs: object) -> list[re.Pattern[str]]:
    return [_pattern(each) for each in globs if isinstance(each, str)] if isinstance(globs, list) else []


def _pattern(glob: str) -> re.Pattern[str]:
    """Turn a workspace glob into a pattern: ``*`` stays within a folder's name, ``**`` spans several."""
    text = re.escape(glob.strip("/").removeprefix("./")).replace(r"\*\*/", "(?:.*/)?").replace(r"\*\*", ".*")
    return re.compile(text.replace(r"\*", "[^/]*").replace(r"\?", "[^/]"))
