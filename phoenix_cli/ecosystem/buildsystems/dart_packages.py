"""Dart packages: what a pubspec.yaml tells, and which workspaces claim it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from phoenix_cli.ecosystem.buildsystems.path_globs import any_of
from phoenix_cli.ecosystem.files import Files, Folder

FILE = "pubspec.yaml"
MELOS = "melos.yaml"
PLATFORMS = ("android", "ios", "web", "linux", "macos", "windows")


@dataclass(frozen=True, slots=True)
class Package:
    """One pubspec: ``flutter`` when it needs the Flutter SDK, ``application`` when it is something to run on a device."""

    folder: Folder
    manifest: dict[str, Any]

    @property
    def name(self) -> str:
        """The package's name."""
        return str(self.manifest.get("name") or "")

    @property
    def flutter(self) -> bool:
        """Tell whether the Flutter SDK is needed, directly or by a constraint."""
        asked = [self.table("dependencies").get("flutter"), self.table("dev_dependencies").get("flutter_test")]
        by_sdk = any(isinstance(one, dict) and one.get("sdk") == "flutter" for one in asked)
        return by_sdk or "flutter" in self.table("environment")

    @property
    def application(self) -> bool:
        """Tell whether this is an app: it has a main library and a platform's folder; a plugin declares its platforms."""
        plugin = isinstance(self.manifest.get("flutter"), dict) and "plugin" in self.manifest["flutter"]
        has_main = "main.dart" in self.folder.at("lib").names
        return self.flutter and not plugin and has_main and not self.folder.subfolders.isdisjoint(PLATFORMS)

    def table(self, key: str) -> dict[str, Any]:
        """Return a mapping of the manifest, empty when it is absent."""
        value = self.manifest.get(key)
        return value if isinstance(value, dict) else {}

    def depends_on(self, name: str) -> bool:
        """Tell whether a package is asked for, for running or for development."""
        return name in self.table("dependencies") or name in self.table("dev_dependencies")


def package_of(folder: Folder) -> Package:
    """Return a folder's package."""
    return Package(folder, folder.yaml(FILE))


def melos_of(folder: Folder) -> tuple[str, dict[str, Any]] | None:
    """Return (file, settings) of Melos: a melos.yaml, or since version 7 the pubspec's own key."""
    if MELOS in folder.names:
        return MELOS, folder.yaml(MELOS)
    settings = folder.yaml(FILE).get("melos") if FILE in folder.names else None
    return (FILE, settings) if isinstance(settings, dict) else None


def member_folders(files: Files) -> frozenset[str]:
    """Return the folders that a pub workspace or Melos claims; call it as ``files.once(member_folders)``."""
    found: set[str] = set()
    pubspecs = files.named(FILE)
    for top in files.named(FILE, MELOS):
        wanted = any_of(_claims(top))
        prefix = f"{top.path}/" if top.path else ""
        for one in pubspecs:
            if one.path != top.path and one.path.startswith(prefix) and wanted.fullmatch(one.path[len(prefix) :]):
                found.add(one.path)
    return frozenset(found)


def _claims(top: Folder) -> list[str]:
    listed = top.yaml(FILE).get("workspace") if FILE in top.names else None
    melos = melos_of(top)
    packages = melos[1].get("packages") if melos else None
    return [one for source in (listed, packages) if isinstance(source, list) for one in source if isinstance(one, str)]
