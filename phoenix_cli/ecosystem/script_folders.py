"""Scripts that a repository keeps in a folder for its everyday work: ``script/test``, ``scripts/build.sh``.

They have no manifest, so no build system offers them. They count when the maintainers are seen to run them, or when the
folder follows the convention of one script for each task.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.facts import Command, Evidence, Role
from phoenix_cli.ecosystem.files import Files, Folder
from phoenix_cli.ecosystem.tool_roles import roles_in
from phoenix_cli.ecosystem.usage_evidence import Evidences
from phoenix_cli.ecosystem.usage_matching import Act

_FOLDERS = ("script", "scripts", "bin", "tools", "ci", "dev", "")
_ROLES: dict[str, Role] = {
    "bootstrap": "install", "setup": "install", "install": "install", "install-deps": "install", "install_deps": "install",
    "test": "test", "tests": "test", "run-tests": "test", "run_tests": "test", "runtests": "test", "test-all": "test",
    "unittest": "test", "build": "build", "compile": "build", "build-all": "build", "make": "build", "server": "start",
    "serve": "start", "start": "start", "run": "start", "dev": "dev", "develop": "dev", "lint": "lint", "check": "check",
}  # fmt: skip
_CONVENTION = frozenset(
    ("bootstrap", "setup", "test", "build", "server", "update", "cibuild", "console", "lint", "check", "install")
)
ENOUGH = 3  # scripts of the convention's names make a folder one of that kind
HEAD = 8_192
_PACKAGING = re.compile(r"^[^#\n]*\bdocker[ -](?:compose|build|buildx)\b", re.MULTILINE)


def scripts(files: Files, evidences: Evidences) -> Iterator[Command]:
    """Yield the commands that script folders at the root offer."""
    for path in _FOLDERS:
        folder = files.folder(path)
        stems = {name: name.removesuffix(".sh").removesuffix(".bash") for name in sorted(folder.names)}
        agreed = path in ("script", "scripts") and len(_CONVENTION & set(stems.values())) >= ENOUGH
        for name, stem in stems.items():
            if stem in _ROLES and "." not in stem and (path or name != stem):
                command = _command(folder, name, stem, evidences)
                seen = evidences.strength(command)
                if command.role != "other" and (seen or agreed):
                    yield command


def _command(folder: Folder, name: str, stem: str, evidences: Evidences) -> Command:
    path = folder.join(name)
    spelled = next((act for act in (Act("", (path,)), Act("", (f"./{path}",))) if act in evidences.weights), None)
    argv = (path,) if spelled is not None and folder.path else (f"./{path}",)
    text = folder.head(name, HEAD)
    source = Evidence(path, 1, "script.file")
    sure = 0.85 if folder.path or evidences.weights.get(Act("", (path,))) == 1.0 else 0.7
    return Command(f"script:{stem}", _role(stem, text), argv, "", source, origin="runner", confidence=sure, text=text)


def _role(stem: str, text: str) -> Role:
    """Judge by the name, then by the text: ``check`` that only lints is the lint, ``install`` must get dependencies."""
    role, runs = _ROLES[stem], roles_in(text)
    if role == "check":
        return "lint" if "lint" in runs and "test" not in runs else "test" if runs == {"test"} else "other"
    if role == "lint" and runs and not runs & {"lint", "check"} and "format" in runs:
        return "format"
    if role == "install" and "install" not in runs:
        return "other"
    if role == "build" and (_PACKAGING.search(text) or (runs and runs <= {"test", "lint", "check", "format"})):
        return "other"
    return role
