"""Which systems a folder's Python manifests belong to, and which of them gets the dependencies (rows 13-22).

A lock file or a tool's own table names the manager; a build backend alone is not one: hatchling under uv is ``uv``. With
neither, the backend gives the name. Requirement files make ``pip`` a second system beside a bare backend, and beside a
manager only where something installs from them (an export for others does not count).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from phoenix_cli.ecosystem.buildsystems.python_ci import ci_tools, uses_requirements
from phoenix_cli.ecosystem.buildsystems.python_project import Project, mapping
from phoenix_cli.ecosystem.facts import Evidence, Rejected

#: What a build backend's module begins with -> the system that it names when nothing else does.
BACKENDS = (
    ("poetry", "poetry"),
    ("hatch", "hatch"),
    ("flit", "flit"),
    ("pdm", "pdm"),
    ("uv_build", "uv"),
    ("uv-build", "uv"),
    ("maturin", "maturin"),
    ("scikit_build_core", "scikit-build-core"),
    ("scikit-build-core", "scikit-build-core"),
    ("mesonpy", "meson-python"),
    ("meson-python", "meson-python"),
    ("setuptools", "setuptools"),
)
LOCKS = {"uv.lock": "uv", "poetry.lock": "poetry", "pdm.lock": "pdm", "Pipfile.lock": "pipenv", "pixi.lock": "pixi"}
#: Of these a folder has one; the order decides when all else is equal.
MANAGERS = ("uv", "poetry", "pdm", "pipenv")
#: Keys of [tool.uv] that only a project which uv manages has; the others also steer ``uv pip`` beside requirement files.
_UV_PROJECT = frozenset(
    "package managed workspace dev-dependencies default-groups dependency-groups required-version environments"
    " required-environments conflicts".split()
)


@dataclass(frozen=True, slots=True)
class Claim:
    """One reason to call a folder's project a system's: how sure, and why."""

    system: str
    weight: float
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Choice:
    """A system of a folder. ``manager`` tells that it gets the dependencies of the whole project."""

    system: str
    confidence: float
    evidence: tuple[Evidence, ...]
    manager: bool = False
    rejected: tuple[Rejected, ...] = ()


def claims(project: Project, member_of: str | None = None) -> list[Claim]:
    """Return every lock file, tool table and workspace that names a manager for this folder."""
    folder = project.folder
    found = [
        Claim(system, 2, folder.evidence(lock, f"{system}.lock", line=1))
        for lock, system in LOCKS.items()
        if folder.has(lock)
    ]
    if member_of is not None:
        root = folder.files.folder(member_of)
        found.append(Claim("uv", 3, root.evidence("pyproject.toml", "uv.workspace", "[tool.uv.workspace]")))
    found.extend(
        Claim(system, 1, folder.evidence("pyproject.toml", f"{system}.table", f"[tool.{system}"))
        for system in _tables(project)
    )
    for name, system in (("uv.toml", "uv"), ("pdm.toml", "pdm"), ("Pipfile", "pipenv"), ("pixi.toml", "pixi")):
        if folder.has(name):
            found.append(Claim(system, 1, folder.evidence(name, f"{system}.file", line=1)))
    if folder.has("hatch.toml") and folder.toml("hatch.toml").get("envs"):
        found.append(Claim("hatch", 1, folder.evidence("hatch.toml", "hatch.environments", "[envs")))
    return found


def _tables(project: Project) -> Iterator[str]:
    """Yield the managers whose own tables stand in pyproject.toml; settings of a build backend are not a manager's."""
    tool = project.tool
    uv = set(mapping(tool.get("uv")))
    if uv & _UV_PROJECT or (uv - {"pip", "build-backend"} and not project.requirements):
        yield "uv"
    if not {"name", "dependencies", "packages", "group", "package-mode"}.isdisjoint(mapping(tool.get("poetry"))):
        yield "poetry"
    if set(mapping(tool.get("pdm"))) - {"build", "version"}:
        yield "pdm"
    if "pixi" in tool:
        yield "pixi"
    if mapping(tool.get("hatch")).get("envs"):
        yield "hatch"


def choose(project: Project, member_of: str | None = None) -> list[Choice]:
    """Return the systems of a folder, the one that manages its dependencies first; empty when it is no project."""
    found = claims(project, member_of)
    manager, rejected = _manager(project, found)
    choices = [manager] if manager else []
    claimed = {claim.system for claim in found}
    for system in ("pixi", "hatch"):
        if system in claimed:
            choices.append(_choice(system, found, manager=not choices))
    environment = _environment(project, bool(choices))
    if environment:
        choices.append(environment)
    tabled = (manager is not None and manager.system != "pipenv") or "pixi" in _tables(project) or "hatch" in claimed
    if not tabled:
        choices.extend(_backend(project))
    if not choices and _is_broken(project):
        choices.append(_broken(project))
    stated = any(one.purpose != "other" for one in project.requirements)
    if project.requirements and (_really_used(project) if tabled else choices or stated):
        choices.append(_pip(project, bool(choices)))
    return _with_rejected(choices, rejected)


def _manager(project: Project, found: list[Claim]) -> tuple[Choice | None, tuple[Rejected, ...]]:
    """Choose among the managers of which a folder has one: locks and tables add up, what CI calls tips the scale."""
    claimed = [system for system in MANAGERS if any(claim.system == system for claim in found)]
    if not claimed:
        return None, ()
    in_ci = ci_tools(project.folder.files) if len(claimed) > 1 else frozenset()
    weights = {
        system: sum(c.weight for c in found if c.system == system) + 1.5 * (system in in_ci) for system in claimed
    }
    best = max(claimed, key=lambda system: weights[system])
    rejected = tuple(
        Rejected(
            claim.system,
            f"{best} has the better claim ({weights[best]:g} against {weights[claim.system]:g})",
            claim.evidence,
        )
        for claim in found
        if claim.system in claimed and claim.system != best
    )
    return _choice(best, found, manager=True), rejected


def _choice(system: str, found: list[Claim], manager: bool) -> Choice:
    own = [claim for claim in found if claim.system == system]
    return Choice(
        system, 0.95 if any(c.weight > 1 for c in own) else 0.9, tuple(claim.evidence for claim in own), manager
    )


def _environment(project: Project, managed: bool) -> Choice | None:
    if not project.environments:
        return None
    first = project.environments[0]
    manager = not managed and (
        first.development or "conda" in ci_tools(project.folder.files) or not project.requirements
    )
    return Choice("conda", 0.9, (project.folder.evidence(first.path, "conda.environment", "dependencies:"),), manager)


def _backend(project: Project) -> Iterator[Choice]:
    """Yield the system that the build backend names; without [build-system] a project is setuptools', as pip takes it."""
    folder = project.folder
    if project.backends:
        named = (system for backend in project.backends for start, system in BACKENDS if backend.startswith(start))
        system = next(named, "")
        evidence = folder.evidence("pyproject.toml", f"{system or 'setuptools'}.backend", "[build-system]")
        yield Choice(system or "setuptools", 0.9 if system else 0.6, (evidence,))
    elif project.setup_py:
        yield Choice("setuptools", 0.9, (folder.evidence("setup.py", "setuptools.setup", "setup("),))
    elif project.has_setup:
        yield Choice("setuptools", 0.8, (folder.evidence("setup.cfg", "setuptools.metadata", "[metadata]"),))
    elif project.project.get("name") and not any(one.purpose == "main" for one in project.requirements):
        yield Choice("setuptools", 0.6, (folder.evidence("pyproject.toml", "setuptools.default", "[project]"),))


def _really_used(project: Project) -> bool:
    return uses_requirements(project.folder, [one.path for one in project.requirements if not one.exported] or ["\0"])


def _is_broken(project: Project) -> bool:
    """Tell whether pyproject.toml could not be read."""
    return project.folder.join("pyproject.toml") in project.folder.files.problems


def _broken(project: Project) -> Choice:
    """Name a project whose pyproject.toml is no TOML by the words in it; the file's name alone says that it is Python."""
    text = project.folder.text("pyproject.toml")
    named = (
        system
        for start, system in BACKENDS
        if re.search(rf"build-backend\s*=\s*['\"]{start}|^\s*\[tool\.{start}\b", text, re.MULTILINE)
    )
    return Choice(next(named, "setuptools"), 0.5, (project.folder.evidence("pyproject.toml", "python.broken", line=1),))


def _pip(project: Project, beside: bool) -> Choice:
    order = sorted(project.requirements, key=lambda one: (one.purpose != "main", one.path.count("/"), len(one.path)))
    evidence = tuple(project.folder.evidence(one.path, "pip.requirements", line=1) for one in order[:3])
    return Choice("pip", 0.9 if order[0].purpose == "main" or not beside else 0.8, evidence)


def _with_rejected(choices: list[Choice], rejected: tuple[Rejected, ...]) -> list[Choice]:
    if not choices or not rejected:
        return choices
    first = choices[0]
    return [Choice(first.system, first.confidence, first.evidence, first.manager, rejected), *choices[1:]]
