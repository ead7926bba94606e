"""Which Python sources of interest each project owns: tests, entry points, manage.py; one pass over the whole index."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from phoenix_cli.ecosystem.buildsystems.hidden_folders import serves_above
from phoenix_cli.ecosystem.buildsystems.python_workspaces import python_projects
from phoenix_cli.ecosystem.files import Files
from phoenix_cli.ecosystem.places import LOW_PLACES, place_of

#: Files in which applications begin, likeliest first.
ENTRY_NAMES = (
    "main.py", "app.py", "asgi.py", "wsgi.py", "server.py", "api.py", "application.py", "web.py", "webapp.py", "run.py",
    "start.py", "bot.py", "manage.py", "streamlit_app.py", "Home.py", "__init__.py", "__main__.py", "factory.py",
)  # fmt: skip
MAX_ENTRY_DEPTH = 3
MAX_KEPT = 200

_ENTRIES = frozenset(ENTRY_NAMES)
_TEST = re.compile(r"test_.*\.py|.*_test\.py|tests\.py")
_ASIDE = re.compile(
    r"docs|example|demo|sample|tutorial|test|bench|script|tools|template|migrations|locale|static|^addons?$|^plugins?$|^contrib$"
)


@dataclass(slots=True)
class Sources:
    """Paths in the repository: test files and conftest.py; files in which an application may begin, nearest first."""

    tests: list[str] = field(default_factory=list)
    conftest: list[str] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)


def sources_of(files: Files, dir: str) -> Sources:
    """Return what the project in a folder owns, without what nested projects own."""
    return files.once(_sources).get(dir) or Sources()


def _sources(files: Files) -> dict[str, Sources]:
    projects = python_projects(files)
    owners: dict[str, str | None] = {}
    found: dict[str, Sources] = {dir: Sources() for dir in projects}
    for folder in sorted(files.folders.values(), key=lambda folder: (folder.depth, folder.path)) if projects else ():
        above = folder.path.rpartition("/")[0] if folder.path else None
        owner = folder.path if folder.path in projects else owners.get(above) if above is not None else None
        owners[folder.path] = owner
        if owner is not None:
            _collect(found[owner], folder.path, owner, folder.names)
    return found


def _collect(sources: Sources, path: str, owner: str, names: set[str]) -> None:
    own = path[len(owner) :].lstrip("/")
    if len(sources.tests) < MAX_KEPT:
        sources.tests.extend(
            f"{path}/{name}".lstrip("/") for name in names if name.endswith(".py") and _TEST.fullmatch(name)
        )
    if "conftest.py" in names:
        sources.conftest.append(f"{path}/conftest.py".lstrip("/"))
    if not _ENTRIES.isdisjoint(names) and len(sources.entries) < MAX_KEPT and _may_begin(own, path):
        sources.entries.extend(f"{path}/{name}".lstrip("/") for name in ENTRY_NAMES if name in names)


def _may_begin(own: str, path: str) -> bool:
    parts = own.split("/") if own else []
    return (
        len(parts) <= MAX_ENTRY_DEPTH
        and not any(_ASIDE.search(part.lower()) for part in parts)
        and place_of(path) not in LOW_PLACES
        and not serves_above(path)
    )
