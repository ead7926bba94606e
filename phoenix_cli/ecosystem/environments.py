"""A Python environment of the repository's own: used when it is there, made before something is installed with pip.

Without one, ``pip install`` would go into the machine's Python, or be refused by it (PEP 668).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

NAME = ".venv"
#: Systems that install with pip into whatever Python is first in PATH; the others keep an environment themselves.
_WITH_PIP = frozenset({"pip", "setuptools", "flit", "hatch", "maturin", "scikit-build-core", "meson-python"})
_OWN_ENVIRONMENT = frozenset({"uv", "poetry", "pdm", "pipenv", "hatch", "conda", "mamba", "pixi", "tox", "nox"})
#: Made with the first Python of PATH; hidden from git by a file of its own, as newer Pythons do themselves.
_MAKE = f"""python3 -m venv {NAME} && printf '*\\n' > {NAME}/.gitignore && exec "$@" """


def inside(environment: Mapping[str, str], root: Path, cwd: Path) -> dict[str, str]:
    """Return the environment with the nearest ``.venv``, from ``cwd`` up to the repository's root, put first in PATH."""
    for folder in (cwd, *cwd.parents):
        if (folder / NAME / "bin").is_dir() and not (folder / NAME).is_symlink():
            return _with(environment, folder / NAME)
        if folder == root:
            break
    return dict(environment)


def _with(environment: Mapping[str, str], place: Path) -> dict[str, str]:
    path = os.pathsep.join([str(place / "bin"), environment.get("PATH", os.defpath)])
    return {**environment, "PATH": path, "VIRTUAL_ENV": str(place)}


def wanted(detection: Mapping[str, Any], command: Mapping[str, Any]) -> bool:
    """Tell whether a command installs a Python project's needs with pip, itself or through a task runner."""
    if command["role"] != "install" or command["argv"][0] in _OWN_ENVIRONMENT:
        return False
    return any(one["system"] in _WITH_PIP and one["dir"] == command["dir"] for one in detection["components"])


def making(argv: Sequence[str], environment: Mapping[str, str], cwd: Path) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return what makes an environment in a folder and then runs a command with it.

    One that is there or that the user has activated (``VIRTUAL_ENV``) is not second-guessed.
    """
    if "VIRTUAL_ENV" in environment:
        return tuple(argv), dict(environment)
    return ("sh", "-c", _MAKE, "sh", *argv), _with(environment, cwd / NAME)
