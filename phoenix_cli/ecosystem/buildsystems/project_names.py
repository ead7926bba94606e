"""What a folder's project is called, for facts of files that give no name themselves."""

from __future__ import annotations

import re
from typing import Any

from phoenix_cli.ecosystem.files import Folder

_GENERIC = frozenset(
    ("server", "app", "api", "web", "backend", "frontend", "client", "cli", "main", "core", "service", "cmd")
)


def project_name(folder: Folder, unknown: str = "app") -> str:
    """Return the name in the folder's manifest without its scope, else the folder's own name, else ``unknown``."""
    return _bare(_declared(folder)) or folder.name or unknown


def _declared(folder: Folder) -> str:
    tables: list[Any] = []
    if "package.json" in folder.names:
        tables.append(folder.json("package.json"))
    if "pyproject.toml" in folder.names:
        document = folder.toml("pyproject.toml")
        tool = document.get("tool")
        tables += [document.get("project"), tool.get("poetry") if isinstance(tool, dict) else None]
    if "Cargo.toml" in folder.names:
        tables.append(folder.toml("Cargo.toml").get("package"))
    names = [table.get("name") for table in tables if isinstance(table, dict)]
    if "go.mod" in folder.names:
        module = re.search(r"^module\s+(\S+)", folder.head("go.mod"), re.MULTILINE)
        names.append(re.sub(r"/v\d+$", "", module.group(1)) if module else None)
    return next((name for name in names if isinstance(name, str) and name), "")


def _bare(name: str) -> str:
    """Drop scope and host; a part that fits any project (``server``) gives way to the one before it."""
    *before, last = name.rstrip("/").split("/")
    return before[-1].lstrip("@") if last in _GENERIC and before else last
