"""Gradle builds as text: what settings files include, which plugins a build file applies. Both are programs, and not run."""

from __future__ import annotations

import re
from dataclasses import dataclass

from phoenix_cli.ecosystem.files import Files, Folder

SETTINGS = ("settings.gradle.kts", "settings.gradle")
BUILDS = ("build.gradle.kts", "build.gradle")

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|(?<![:\"'])//[^\n]*", re.DOTALL)
_INCLUDE = re.compile(r"\binclude\b(?:\s*\()?((?:\s*[\"'][^\"'\n]+[\"'](?:\s*,)?)+)")
_MOVED = re.compile(
    r"project\s*\(\s*[\"']([^\"']+)[\"']\s*\)\s*\.\s*projectDir\s*=\s*(?:new\s+)?[fF]ile\(\s*"
    r"(?:(?:settingsDir|rootDir|rootProject\.projectDir)\s*,\s*)?[\"']([^\"']+)[\"']"
)
_QUOTED = re.compile(r"[\"']([^\"'\n]+)[\"']")
_ID = re.compile(r"\bid(?:\s*\()?\s*[\"']([\w.-]+)[\"']\)?([^\n]*)")
_ALIAS = re.compile(r"\balias(?:\s*\()?\s*(\w+)\.plugins\.([\w.]+)\)?([^\n]*)")
_KOTLIN = re.compile(r"\bkotlin\s*\(\s*[\"']([\w.-]+)[\"']\s*\)([^\n]*)")
_APPLIED = re.compile(r"\bapply(?:\s*\()?\s*plugin\s*[:=]\s*[\"']([\w.-]+)[\"']")
_BARE = re.compile(
    r"^[ \t]*`?(application|java|java-library|war|groovy|scala|checkstyle|pmd|codenarc)`?[ \t]*$", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Member:
    """A project that a settings file includes: the folder of the settings, and Gradle's path (``:app:core``)."""

    root: str
    path: str


def plain(folder: Folder, name: str) -> str:
    """Return a build file's text without comments."""
    return _COMMENT.sub("", folder.text(name))


def members(files: Files) -> dict[str, Member]:
    """Return folder -> the build that includes it; call it as ``files.once(members)``."""
    found: dict[str, Member] = {}
    for root in files.named(*SETTINGS):
        text = plain(root, root.first(*SETTINGS) or "")
        moved = {_path(path): dir for path, dir in _MOVED.findall(text)}
        for path in _included(text):
            folder = root.at(moved.get(path) or path.strip(":").replace(":", "/"))
            if folder.path != root.path:
                found[folder.path] = Member(root.path, path)
    return found


def _path(name: str) -> str:
    return name if name.startswith(":") else f":{name}"


def _included(text: str) -> list[str]:
    """Return Gradle paths in their order; ``:a:b`` makes ``:a`` a project as well."""
    paths: dict[str, None] = {}
    for arguments in _INCLUDE.findall(text):
        for name in _QUOTED.findall(arguments):
            parts = name.replace("/", ":").strip(":").split(":")
            if "$" not in name:
                paths.update((":" + ":".join(parts[: end + 1]), None) for end in range(len(parts)))
    return list(paths)


def build_file(folder: Folder) -> str | None:
    """Return the build file of a folder; an included project may name it after itself."""
    own = folder.first(*BUILDS)
    if own is None and folder.path in folder.files.once(members):
        own = folder.first(f"{folder.name}.gradle.kts", f"{folder.name}.gradle")
    return own


def plugins(folder: Folder, root: Folder) -> frozenset[str]:
    """Return the ids of the plugins that a folder's build file applies; ``apply false`` only lends them to others."""
    name = build_file(folder)
    if name is None:
        return frozenset()
    text = plain(folder, name)
    found = {id for id, rest in _ID.findall(text) if "apply false" not in rest and "apply(false)" not in rest}
    found |= {f"org.jetbrains.kotlin.{id}" for id, rest in _KOTLIN.findall(text) if "apply" not in rest}
    found |= set(_APPLIED.findall(text)) | set(_BARE.findall(text))
    catalog = _catalog(root)
    found |= {catalog.get(alias, alias) for _, alias, rest in _ALIAS.findall(text) if "apply" not in rest}
    return frozenset(found)


def _catalog(root: Folder) -> dict[str, str]:
    """Return alias -> plugin id by gradle/libs.versions.toml; ``spring-boot`` is spoken ``libs.plugins.spring.boot``."""
    listed = root.at("gradle").toml("libs.versions.toml").get("plugins")
    found = {}
    for alias, value in listed.items() if isinstance(listed, dict) else ():
        id = value.get("id", "") if isinstance(value, dict) else str(value).partition(":")[0]
        found[re.sub(r"[-_]", ".", alias)] = str(id)
    return found
