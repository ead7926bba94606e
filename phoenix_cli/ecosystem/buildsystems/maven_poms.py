"""Maven's pom.xml: what a project is called, which modules it has, which plugins it builds with."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from phoenix_cli.ecosystem.files import Files, Folder

_RESOURCE = re.compile(r"(?:^|/)src/(?:it|test|main)(?:/|$)|(?:^|/)(?:archetype-resources|META-INF|BOOT-INF)(?:/|$)")


@dataclass(frozen=True, slots=True)
class Pom:
    """What a pom.xml tells of itself."""

    name: str
    packaging: str
    modules: tuple[str, ...]
    plugins: frozenset[str]
    dependencies: frozenset[str]
    properties: dict[str, str]


def tag(element: Any) -> str:
    """Return an element's name without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def at(element: Any, path: str) -> list[Any]:
    """Return the elements at a path of plain names, whatever their namespace."""
    found = [element] if element is not None else []
    for name in path.split("/"):
        found = [child for parent in found for child in parent if tag(child) == name]
    return found


def _text(element: Any, path: str) -> str:
    found = at(element, path)
    return (found[0].text or "").strip() if found else ""


def pom_of(folder: Folder) -> Pom | None:
    """Return the project of a folder's pom.xml, None when it is broken or none."""
    project = folder.xml("pom.xml")
    if project is None or tag(project) != "project":
        return None
    return Pom(
        _text(project, "artifactId"),
        _text(project, "packaging") or "jar",
        tuple((one.text or "").strip() for path in ("modules/module", "subprojects/subproject", "profiles/profile/modules/module")
              for one in at(project, path)),
        frozenset(_text(plugin, "artifactId") for plugin in at(project, "build/plugins/plugin")),
        frozenset(_text(one, "artifactId") for one in at(project, "dependencies/dependency") if _text(one, "scope") != "test"),
        {tag(one): (one.text or "").strip() for one in at(project, "properties") for one in one},
    )  # fmt: skip


def owners(files: Files) -> dict[str, str]:
    """Return module folder -> the folder of the outermost pom that reaches it; call it as ``files.once(owners)``."""
    parents = {module: folder.path for folder in files.named("pom.xml") for module in _modules(folder)}
    return {module: _top(module, parents) for module in parents}


def _modules(folder: Folder) -> Iterator[str]:
    pom = pom_of(folder)
    for module in pom.modules if pom else ():
        path = folder.at(posixpath.dirname(module) if module.endswith(".xml") else module)
        if path.exists and path.path != folder.path:
            yield path.path


def _top(module: str, parents: dict[str, str]) -> str:
    seen = {module}
    while parents[module] in parents and parents[module] not in seen:
        module = parents[module]
        seen.add(module)
    return parents[module]


def is_resource(folder: Folder) -> bool:
    """Tell whether a pom is a test's or an archetype's, rather than a project of the repository."""
    return _RESOURCE.search(folder.path) is not None
