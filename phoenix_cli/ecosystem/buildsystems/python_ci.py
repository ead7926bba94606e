"""Which Python tools the maintainers' CI, containers and platform files call, as words in their text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from phoenix_cli.ecosystem.buildsystems.ci_text import ci_text
from phoenix_cli.ecosystem.facts import Evidence
from phoenix_cli.ecosystem.files import Files, Folder

_TOOLS = (
    ("uv", r"\buv (?:sync|run|pip|build|lock)\b|setup-uv\b"),
    ("poetry", r"\bpoetry (?:install|run|sync|build)\b|actions-poetry|install-poetry"),
    ("pdm", r"\bpdm (?:install|sync|run|build)\b|setup-pdm"),
    ("pipenv", r"\bpipenv (?:install|run|sync)\b"),
    ("hatch", r"\bhatch (?:run|test|env|build|fmt|-)|\bhatch@"),
    ("flit", r"\bflit (?:install|build)\b"),
    ("pixi", r"setup-pixi|\bpixi (?:run|install)\b"),
    (
        "conda",
        r"setup-miniconda|setup-micromamba|provision-with-micromamba|\b(?:(?:micro)?mamba|conda) (?:env|create|install)\b",
    ),
    ("maturin", r"\bmaturin (?:develop|build)\b|maturin-action"),
    ("tox", r"\btox\b"),
    ("nox", r"\bnox\b"),
    ("pytest", r"\bpytest\b"),
    ("unittest", r"-m unittest\b"),
    ("pre-commit", r"\bpre-commit\b|\bprek\b"),
)
_ENVIRONMENT = re.compile(r"""(?:environment-file:|(?:--file|-f|-n \w+ -f))[ =]*["']?([\w./-]+\.ya?ml)""")
#: pip installs more than the project itself: ``pip install --no-deps -e .`` leaves the dependencies to conda.
_PIP_GETS = re.compile(r"\bpip3? install (?![^\n]*--no-deps)[^\n]*(?:-r |--requirement|\.\[|--group)")
_ANY = re.compile("|".join(f"(?P<t{number}>{pattern})" for number, (_, pattern) in enumerate(_TOOLS)))


def ci_tools(files: Files) -> frozenset[str]:
    """Return the tools that CI calls."""
    return files.once(_ci_tools)


def _ci_tools(files: Files) -> frozenset[str]:
    return frozenset(_TOOLS[int((found.lastgroup or "t0")[1:])][0] for found in _ANY.finditer(files.once(ci_text)))


def ci_environment(files: Files) -> Evidence | None:
    """Return the environment file that CI makes with conda, None where pip gets the dependencies there."""
    text = files.once(ci_text)
    if "conda" not in ci_tools(files) or _PIP_GETS.search(text):
        return None
    for found in _ENVIRONMENT.finditer(text):
        path = found.group(1).removeprefix("./")
        if files.root.has_file(path):
            return Evidence(path, 1, "conda.ci")
    return None


def uses_requirements(folder: Folder, paths: Iterable[str]) -> bool:
    """Tell whether CI, a Dockerfile, tox, nox or a Makefile installs from one of this folder's requirement files."""
    wanted = re.compile(rf"(?:-r|--requirement)[ =]*(?:[\w./-]*/)?(?:{'|'.join(map(re.escape, paths))})\b")
    beside = [name for name in folder.names if name in ("Makefile", "tox.ini", "noxfile.py") or "ockerfile" in name]
    return any(wanted.search(text) for text in (folder.files.once(ci_text), *map(folder.text, sorted(beside)[:8])))
