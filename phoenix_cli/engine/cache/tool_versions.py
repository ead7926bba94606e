"""Versions of tools that a result depends on: what ``tool --version`` says, or the tool's own content when it does not."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from phoenix_cli.engine.cache.store import Store
from phoenix_cli.kernel.errors import NotFound

LIMIT_S = 10.0
KEPT_S = 30 * 86_400.0
_MOST = 65_536


class ToolVersions:
    """Asks tools. A program's answer is remembered in the store, by its path and stat; that of a shim, whose answer depends
    on the folder (scripts, and programs that go by several names), only as long as this object lives."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._shims: dict[tuple[str, ...], str] = {}

    def version(self, tool: str, folder: Path, environ: Mapping[str, str]) -> str:
        """Return what tells one version of a tool from another; raise ``NotFound`` when there is no such tool."""
        named = str(folder / tool) if "/" in tool else tool
        path = shutil.which(named, path=environ.get("PATH", os.defpath))
        if path is None:
            raise NotFound(f"there is no {tool}, whose version a cached step names", code="cache.no_tool")
        real = os.path.realpath(folder / path)
        found = os.stat(real)
        state = (real, *map(str, (found.st_size, found.st_mtime_ns, found.st_ino, found.st_ctime_ns)))
        if found.st_nlink > 1 or not Path(real).name.startswith(Path(tool).name) or _is_script(real):
            return self._of_shim((*state, str(folder), environ.get("PATH", "")), path, real, folder, environ)
        key = "tool/" + hashlib.sha256("\0".join(state).encode("utf-8", "surrogateescape")).hexdigest()
        version: str | None = self._store.get(key, counts=False)
        if version is None:
            version = _asked(path, real, folder, environ)
            self._store.put(key, version, ttl_s=KEPT_S, tags=("tools",))
        return version

    def _of_shim(self, place: tuple[str, ...], path: str, real: str, folder: Path, environ: Mapping[str, str]) -> str:
        if place not in self._shims:
            self._shims[place] = _asked(path, real, folder, environ)
        return self._shims[place]


def _is_script(path: str) -> bool:
    with open(path, "rb") as file:
        return file.read(2) == b"#!"


def _asked(path: str, real: str, folder: Path, environ: Mapping[str, str]) -> str:
    try:
        done = subprocess.run(
            [path, "--version"], cwd=folder, env=dict(environ), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=LIMIT_S, check=False, start_new_session=True,
        )  # fmt: skip
        said = done.stdout[:_MOST].decode("utf-8", "replace").strip()
        if done.returncode == 0 and said:
            return said
    except subprocess.TimeoutExpired:
        pass  # a tool that waits for something when asked for its version
    with open(real, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
