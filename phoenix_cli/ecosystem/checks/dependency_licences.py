"""Licences of dependencies, as far as files on this machine tell: lock files, and what is installed beside the sources.

npm and composer write licences into their lock files. Of Python and Rust packages only the installed or vendored ones
tell. Nothing is asked over a network, so the rest is unknown, and said to be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from phoenix_cli.ecosystem.files import Files
from phoenix_cli.ecosystem.trees import FolderTree
from phoenix_cli.kernel.documents import DocumentError, load_json, load_toml

MAX_PACKAGES = 20_000
_MAX_METADATA = 200_000
_LOCK = 50_000_000


class Dependency(NamedTuple):
    """One package. ``licence`` is "" where nothing here tells it."""

    registry: str
    name: str
    version: str
    licence: str
    source: str


def dependencies(files: Files, root: Path) -> list[Dependency]:
    """Return what lock files and installed packages tell, each package once."""
    found: dict[tuple[str, str, str], Dependency] = {}
    for one in (*_locked(files), *_installed_python(root), *_installed_node(root)):
        key = (one.registry, one.name, one.version)
        if key not in found or not found[key].licence:
            found[key] = one
        if len(found) == MAX_PACKAGES:
            break
    return sorted(found.values())


def _locked(files: Files) -> Iterator[Dependency]:
    for folder in files.named("package-lock.json"):
        yield from _npm_lock(files, folder.join("package-lock.json"))
    for folder in files.named("composer.lock"):
        yield from _composer_lock(files, folder.join("composer.lock"))
    for name, registry in (("Cargo.lock", "cargo"), ("uv.lock", "pypi"), ("poetry.lock", "pypi"), ("pdm.lock", "pypi")):
        for folder in files.named(name):
            yield from _toml_lock(files, folder.join(name), registry)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _npm_lock(files: Files, path: str) -> Iterator[Dependency]:
    for place, entry in _mapping(_json(files.text(path, _LOCK)).get("packages")).items():
        name = place.rpartition("node_modules/")[2]
        if name and "node_modules/" in place and not _mapping(entry).get("link"):
            entry = _mapping(entry)
            yield Dependency("npm", name, str(entry.get("version", "")), _npm_licence(entry), path)


def _npm_licence(body: Mapping[str, Any]) -> str:
    """Read ``license`` as text, as npm's old ``{"type": ...}``, or as a list of these."""
    value = body.get("license") or body.get("licenses") or ""
    values = value if isinstance(value, list) else [value]
    return " OR ".join(str(one.get("type", "")) if isinstance(one, dict) else str(one) for one in values)[:200]


def _composer_lock(files: Files, path: str) -> Iterator[Dependency]:
    body = _json(files.text(path, _LOCK))
    for one in (*_list(body.get("packages")), *_list(body.get("packages-dev"))):
        yield Dependency("composer", str(one.get("name")), str(one.get("version")), _npm_licence(one), path)


def _toml_lock(files: Files, path: str, registry: str) -> Iterator[Dependency]:
    try:
        packages = load_toml(files.text(path, _LOCK)).get("package")
    except DocumentError:
        return
    for one in _list(packages):
        own = (
            "source" not in one
            if registry == "cargo"
            else bool({"virtual", "editable"} & set(_mapping(one.get("source"))))
        )
        if not own:
            yield Dependency(registry, str(one.get("name")), str(one.get("version", "")), "", path)


def _json(text: str) -> Mapping[str, Any]:
    try:
        return _mapping(load_json(text)) if text else {}
    except DocumentError:
        return {}


def _installed_python(root: Path) -> Iterator[Dependency]:
    for environment in (".venv", "venv"):
        for folder in sorted((root / environment).glob("lib/python3*/site-packages/*.dist-info")):
            text = _text(root, folder / "METADATA")
            head = text.partition("\n\n")[0]
            name, version = (_field(head, key) for key in ("Name", "Version"))
            if name:
                from phoenix_cli.ecosystem.checks.manifests import python_name

                yield Dependency(
                    "pypi", python_name(name), version, _python_licence(head), f"{environment}/{folder.name}"
                )


def _field(head: str, key: str) -> str:
    match = re.search(rf"(?m)^{key}: *(.+)$", head)
    return match[1].strip() if match else ""


def _python_licence(head: str) -> str:
    """Read PEP 639's expression, else the classifiers, else the free text when it is short."""
    classifiers = re.findall(r"(?m)^Classifier: License :: (?:OSI Approved :: )?(.+)$", head)
    free = _field(head, "License")
    return _field(head, "License-Expression") or " OR ".join(classifiers) or (free if 0 < len(free) < 80 else "")


def _installed_node(root: Path) -> Iterator[Dependency]:
    folder = root / "node_modules"
    for place in sorted((*folder.glob("[!.@]*/package.json"), *folder.glob("@*/*/package.json"))):
        body = _json(_text(root, place))
        if body.get("name"):
            yield Dependency("npm", str(body["name"]), str(body.get("version", "")), _npm_licence(body), "node_modules")


def _text(root: Path, path: Path) -> str:
    """Read without following links: what is installed may point anywhere."""
    data = FolderTree(root).read(path.relative_to(root).as_posix(), _MAX_METADATA) or b""
    return data.decode("utf-8", "replace")
