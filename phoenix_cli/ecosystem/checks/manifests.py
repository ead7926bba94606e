"""What packages a repository holds and needs, by its manifests and lock files. Nothing is executed.

Names are written as their registries compare them: ``zope.interface`` and ``Zope_Interface`` are ``zope-interface``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from phoenix_cli.ecosystem.files import Files, Folder
from phoenix_cli.ecosystem.places import LOW_PLACES, place_of
from phoenix_cli.kernel.documents import MAX_BYTES, DocumentError, load_jsonc, load_toml

MAX_LOCK = 50_000_000


@dataclass(frozen=True, slots=True)
class Requirement:
    """One dependency: its name, and the rest of what the manifest says about it."""

    name: str
    wanted: str
    dev: bool = False


@dataclass(frozen=True, slots=True)
class Manifest:
    """One package. ``lock`` is the path of the lock file that holds for it, "" for none; ``locked`` the names in it,
    None where it cannot be read. ``runs``: it is a program of its own, so its dependencies should be locked."""

    path: str
    registry: str
    name: str
    requires: tuple[Requirement, ...]
    lock: str = ""
    locked: frozenset[str] | None = None
    runs: bool = False


Reader = Callable[[Folder], Iterator[Manifest]]


def manifests(files: Files) -> list[Manifest]:
    """Return every package's manifest, nearest to the root first; those of tests, examples and vendored code are left out."""
    found: list[Manifest] = []
    for name, read in _READERS.items():
        for folder in files.named(name):
            if place_of(folder.path.lower()) not in LOW_PLACES:
                found += read(folder)
    return sorted(found, key=lambda one: (one.path.count("/"), one.path))


def python_name(text: str) -> str:
    """Normalise a name as PEP 503 does."""
    return re.sub(r"[-_.]+", "-", text).lower()


def requirement(text: str) -> Requirement | None:
    """Read a line of PEP 508; None for what is none."""
    match = re.match(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*([^;#]*)", text)
    return Requirement(python_name(match[1]), match[2].strip()) if match else None


def _lock(folder: Folder, *names: str) -> str:
    """Return the lock file that holds for a folder: its own, or one above it (workspaces have one)."""
    for above in folder.up():
        if name := above.first(*names):
            return above.join(name)
    return ""


def _locked(folder: Folder, lock: str, read: Callable[[str], Iterator[str]]) -> frozenset[str] | None:
    if not lock:
        return None
    text = folder.files.text(lock, MAX_LOCK)
    try:
        return frozenset(read(text)) if text else None
    except (DocumentError, TypeError, AttributeError):
        return None


def _of(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _wanted(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(f"{key}={item}" for key, item in value.items() if isinstance(item, str | bool))
    return str(value)


def _node(folder: Folder) -> Iterator[Manifest]:
    body = folder.json("package.json")
    kinds = (
        ("dependencies", False),
        ("optionalDependencies", False),
        ("peerDependencies", True),
        ("devDependencies", True),
    )
    needs = tuple(
        Requirement(name, _wanted(wanted), dev) for kind, dev in kinds for name, wanted in _of(body.get(kind)).items()
    )
    lock = _lock(
        folder, "package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb"
    )
    readable = lock.endswith(("package-lock.json", "npm-shrinkwrap.json"))
    locked = _locked(folder, lock, _npm_names) if readable else None
    runs = bool(body.get("private")) or "start" in _of(body.get("scripts"))
    yield Manifest(folder.join("package.json"), "npm", str(body.get("name") or ""), needs, lock, locked, runs)


def _npm_names(text: str) -> Iterator[str]:
    body = _of(load_jsonc(text))
    yield from _of(body.get("dependencies"))
    for place, entry in _of(body.get("packages")).items():
        yield place.rpartition("node_modules/")[2] or place
        yield str(_of(entry).get("name", place))


_PYTHON_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "pixi.lock", "Pipfile.lock")


def _python(folder: Folder) -> Iterator[Manifest]:
    body = folder.toml("pyproject.toml")
    project, poetry = _of(body.get("project")), _of(_of(body.get("tool")).get("poetry"))
    name = project.get("name") or poetry.get("name") or ""
    needs = [one for text in _texts(project.get("dependencies")) if (one := requirement(text))]
    needs += [
        Requirement(python_name(each), _wanted(wanted))
        for each, wanted in _of(poetry.get("dependencies")).items()
        if each != "python"
    ]
    lock = _lock(folder, *_PYTHON_LOCKS)
    locked = _locked(folder, lock, _toml_names) if lock.endswith(("uv.lock", "poetry.lock", "pdm.lock")) else None
    runs = bool(project.get("scripts")) and "build-system" not in body
    if name or needs:
        yield Manifest(folder.join("pyproject.toml"), "pypi", python_name(str(name)), tuple(needs), lock, locked, runs)


def _toml_names(text: str) -> Iterator[str]:
    yield from (python_name(name) for name in _toml_packages(text))


def _toml_packages(text: str) -> Iterator[str]:
    packages = load_toml(text).get("package")
    yield from (str(one.get("name")) for one in (packages if isinstance(packages, list) else []))


def _requirements(folder: Folder) -> Iterator[Manifest]:
    lines = folder.text("requirements.txt").replace("\\\n", " ").splitlines()
    plain = [line.strip() for line in lines if line.strip() and not line.strip().startswith(("#", "-"))]
    needs = tuple(one for line in plain if (one := requirement(line.partition(" --")[0])))
    yield Manifest(folder.join("requirements.txt"), "pypi", "", needs, folder.join("requirements.txt"))


def _cargo(folder: Folder) -> Iterator[Manifest]:
    body = folder.toml("Cargo.toml")
    kinds = (("dependencies", False), ("build-dependencies", False), ("dev-dependencies", True))
    needs = [
        Requirement(str(_of(wanted).get("package", name)), _wanted(wanted), dev)
        for kind, dev in kinds
        for name, wanted in _of(body.get(kind)).items()
    ]
    name = str(_of(body.get("package")).get("name") or "")
    lock = _lock(folder, "Cargo.lock")
    runs = "bin" in body or folder.has_file("src/main.rs")
    if name or needs:
        locked = _locked(folder, lock, _toml_packages)
        yield Manifest(folder.join("Cargo.toml"), "cargo", name, tuple(needs), lock, locked, runs)


def _go(folder: Folder) -> Iterator[Manifest]:
    lines = list(_go_lines(folder.text("go.mod")))
    name = next((words[0].strip('"') for verb, words in lines if verb == "module" and words), "")
    needs = tuple(Requirement(words[0], words[1]) for verb, words in lines if verb == "require" and len(words) > 1)
    lock = folder.join("go.sum") if folder.has("go.sum") else _lock(folder, "go.work.sum")
    locked = _locked(folder, lock, _go_names) if lock.endswith("go.sum") else None
    yield Manifest(folder.join("go.mod"), "go", name, needs, lock, locked, runs=True)


def _go_lines(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield (verb, words) of each line; lines in parentheses have the verb before these."""
    block = ""
    for line in text.splitlines():
        words = line.partition("//")[0].split()
        if block:
            if words[:1] == [")"]:
                block = ""
            else:
                yield block, words
        elif words[1:2] == ["("]:
            block = words[0]
        elif words:
            yield words[0], words[1:]


def _go_names(sums: str) -> Iterator[str]:
    yield from (line.partition(" ")[0] for line in sums.splitlines())


def _composer(folder: Folder) -> Iterator[Manifest]:
    body = folder.json("composer.json")
    needs = tuple(
        Requirement(name.lower(), _wanted(wanted), kind == "require-dev")
        for kind in ("require", "require-dev")
        for name, wanted in _of(body.get(kind)).items()
        if "/" in name
    )
    lock = _lock(folder, "composer.lock")
    runs = body.get("type", "project") == "project"
    locked = _locked(folder, lock, _composer_names)
    yield Manifest(folder.join("composer.json"), "composer", str(body.get("name") or ""), needs, lock, locked, runs)


def _composer_names(text: str) -> Iterator[str]:
    body = _of(load_jsonc(text))
    for kind in ("packages", "packages-dev"):
        yield from (str(one.get("name")).lower() for one in body.get(kind) or [])


def _ruby(folder: Folder) -> Iterator[Manifest]:
    needs = tuple(
        Requirement(match[1], match[2].strip(" ,"))
        for match in re.finditer(r"(?m)^[ \t]*gem[ \t]+[\"']([^\"']+)[\"']([^\n#]*)", folder.text("Gemfile"))
    )
    lock = _lock(folder, "Gemfile.lock", "gems.locked")
    names = r"(?m)^    ([A-Za-z0-9_.-]+) \("
    locked = _locked(folder, lock, lambda text: iter(re.findall(names, text)))
    yield Manifest(folder.join("Gemfile"), "rubygems", "", needs, lock, locked, runs=not _has_gemspec(folder))


def _has_gemspec(folder: Folder) -> bool:
    return any(name.endswith(".gemspec") for name in folder.names)


def _maven(folder: Folder) -> Iterator[Manifest]:
    root = folder.xml("pom.xml")
    if root is None:
        return
    space = root.tag.partition("}")[0] + "}" if root.tag.startswith("{") else ""

    def text(node: Any, name: str) -> str:
        found = node.find(f"{space}{name}")
        return (found.text or "").strip() if found is not None else ""

    parent = root.find(f"{space}parent")
    group = text(root, "groupId") or (text(parent, "groupId") if parent is not None else "")
    needs = tuple(
        Requirement(f"{text(one, 'groupId')}:{text(one, 'artifactId')}", text(one, "version"))
        for one in root.findall(f"{space}dependencies/{space}dependency")
    )
    if parent is not None:
        needs += (Requirement(f"{text(parent, 'groupId')}:{text(parent, 'artifactId')}", text(parent, "version")),)
    yield Manifest(
        folder.join("pom.xml"), "maven", f"{group}:{text(root, 'artifactId')}", needs, folder.join("pom.xml")
    )


_READERS: Mapping[str, Reader] = {
    "package.json": _node,
    "pyproject.toml": _python,
    "requirements.txt": _requirements,
    "Cargo.toml": _cargo,
    "go.mod": _go,
    "composer.json": _composer,
    "Gemfile": _ruby,
    "pom.xml": _maven,
}
__all__ = ["MAX_BYTES", "Manifest", "Requirement", "manifests", "python_name", "requirement"]
