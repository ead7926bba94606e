"""Every package.json of a repository, read once: names, scripts, dependencies, and where in the file they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from phoenix_cli.ecosystem.facts import Evidence
from phoenix_cli.ecosystem.files import Files, Folder

#: pnpm reads package.yaml too; package.json wins where both are.
NAMES = ("package.json", "package.yaml")
_MAX_MISSES = 20  # names with escapes are not found; each costs a search to the end of the file
_DEPENDENCIES = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")


@dataclass(frozen=True, slots=True)
class Manifest:
    """One package manifest. ``data`` is empty when the file is broken (``Files`` has noted why)."""

    folder: Folder
    file: str
    data: dict[str, Any]
    name: str
    scripts: Mapping[str, str]

    @property
    def short_name(self) -> str:
        """The package's name without its scope: ``web`` for ``@acme/web``."""
        return self.name.rpartition("/")[2]

    @property
    def broken(self) -> bool:
        """Tell whether the file could not be read as what it is."""
        return self.folder.join(self.file) in self.folder.files.problems

    def depends_on(self, *packages: str) -> bool:
        """Tell whether one of these packages is a dependency of any kind."""
        tables = [table for kind in _DEPENDENCIES if isinstance(table := self.data.get(kind), dict)]
        return any(name in table for table in tables for name in packages)

    def table(self, key: str) -> dict[str, Any]:
        """Return an object of the manifest, empty when it is absent or something else."""
        value = self.data.get(key)
        return value if isinstance(value, dict) else {}

    def evidence(self, rule: str, key: str = "") -> Evidence:
        """Point at the manifest, at the line of a key when one is given."""
        return self.folder.evidence(self.file, rule, f'"{key}"' if key else "", None if key else 1)

    def lines(self) -> Iterator[tuple[str, str, int | None]]:
        """Yield each script's name, text and line; scripts stand in the file in the order in which they were parsed."""
        text, misses = self.folder.text(self.file), 0
        at = max(text.find('"scripts"'), 0)
        line = text.count("\n", 0, at) + 1
        for name, value in self.scripts.items():
            found = text.find(f'"{name}"', at) if misses < _MAX_MISSES else -1
            if found >= 0:
                line += text.count("\n", at, found)
                at = found + len(name)
            misses += found < 0
            yield name, value, line if found >= 0 else None


def manifests(files: Files) -> dict[str, Manifest]:
    """Read every package manifest of the repository: folder -> manifest."""
    return {
        folder.path: _read(folder)
        for folder in files.named(*NAMES)
        if "package.json" in folder.names or _has_pnpm(folder)
    }


def _has_pnpm(folder: Folder) -> bool:
    """Tell whether a package.yaml is pnpm's: Haskell's hpack has files of that name too."""
    return any(level.has("pnpm-workspace.yaml", "pnpm-lock.yaml") for level in folder.up())


def manifest_of(folder: Folder) -> Manifest | None:
    """Return the manifest in a folder."""
    return folder.files.once(manifests).get(folder.path)


def by_name(files: Files) -> dict[str, Manifest]:
    """Index the manifests by package name; of several with one name, the nearest to the root."""
    found: dict[str, Manifest] = {}
    for manifest in files.once(manifests).values():
        found.setdefault(manifest.name, manifest)
    return found


def repeated_names(files: Files) -> frozenset[str]:
    """Return the package names that several manifests bear, as fixtures do: they can't tell commands apart."""
    counts = Counter(manifest.name for manifest in files.once(manifests).values())
    return frozenset(name for name, count in counts.items() if count > 1)


def _read(folder: Folder) -> Manifest:
    file = "package.json" if "package.json" in folder.names else "package.yaml"
    data = folder.json(file) if file == "package.json" else folder.yaml(file)
    name, scripts = data.get("name"), data.get("scripts")
    return Manifest(folder, file, data, name if isinstance(name, str) else "", _scripts(scripts, data.get("wireit")))


def _scripts(scripts: Any, wireit: Any) -> dict[str, str]:
    """Keep the scripts that are text; where a script only says ``wireit``, its command stands under the key wireit."""
    if not isinstance(scripts, dict):
        return {}
    wired = wireit if isinstance(wireit, dict) else {}
    found = {
        name: text for name, text in scripts.items() if isinstance(text, str) and not name.startswith(("//", "?", "#"))
    }
    for name, text in found.items():
        entry = wired.get(name)
        if text.strip() == "wireit" and isinstance(entry, dict):
            found[name] = str(entry.get("command") or "wireit")
    return found
