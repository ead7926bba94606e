"""What tells of a JavaScript package manager where no field and no lock does: engines, markers, scripts, what CI runs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from phoenix_cli.ecosystem.buildsystems.node_manifests import manifest_of
from phoenix_cli.ecosystem.facts import Evidence
from phoenix_cli.ecosystem.files import Folder

_MARKERS = {
    "pnpm-workspace.yaml": "pnpm",
    ".pnpmfile.cjs": "pnpm",
    ".yarnrc.yml": "yarn",
    ".pnp.cjs": "yarn",
    ".yarnrc": "yarn",
    "bunfig.toml": "bun",
}
_REFUSED = re.compile(r"please|use|don|not|no-|forbid|wrong", re.IGNORECASE)
_ONLY = re.compile(r"only-allow\s+(npm|pnpm|yarn|bun)\b")
_WORD = re.compile(r"\b(npm|pnpm|yarn|bun)\s+(?:run|-r|--filter|-F|workspace|workspaces|exec|install|--cwd)\b")
_INSTALLS = re.compile(
    r"\b(npm|pnpm|yarn|bun)\s+(?:install|ci|i)\b(?!\s+(?:-g|--global))|\b(yarn)(?=\s*$)|(pnpm)/action-setup"
    r"|oven-sh/setup-(bun)|\bcache:\s*[\"']?(npm|pnpm|yarn)\b",
    re.MULTILINE,
)
_WORKFLOWS_READ = 20


@dataclass(frozen=True, slots=True)
class Hint:
    """A manager that something weaker than a field or a lock speaks for."""

    manager: str
    dir: str
    reason: str
    source: Evidence
    confidence: float


def hinted(folder: Folder) -> Hint | None:
    """Return the strongest hint for a folder: engines first, then markers, configuration, scripts, CI."""
    kinds: tuple[Callable[[Folder], Hint | None], ...] = (_engines, _only_allowed, _marker, _client, _toolchain, _words)
    for kind in kinds:
        for level in folder.up():
            found = kind(level)
            if found is not None:
                return found
    return _in_workflows(folder)


def _engines(folder: Folder) -> Hint | None:
    """Read ``engines`` when it asks for one manager; ``npm: please-use-yarn`` asks for none."""
    manifest = manifest_of(folder)
    engines = manifest.table("engines") if manifest else {}
    named = [
        name for name in ("pnpm", "yarn", "bun", "npm") if engines.get(name) and not _REFUSED.search(str(engines[name]))
    ]
    if manifest is None or len(named) != 1:
        return None
    return Hint(
        named[0], folder.path, f"engines asks for {named[0]}", manifest.evidence("node.engines", "engines"), 0.85
    )


def _only_allowed(folder: Folder) -> Hint | None:
    manifest = manifest_of(folder)
    found = _ONLY.search(manifest.scripts.get("preinstall", "")) if manifest else None
    if manifest is None or found is None:
        return None
    source = manifest.evidence("node.only-allow", "preinstall")
    return Hint(found.group(1), folder.path, f"preinstall only allows {found.group(1)}", source, 0.9)


def _marker(folder: Folder) -> Hint | None:
    name = folder.first(*_MARKERS)
    if name is None:
        return None
    return Hint(
        _MARKERS[name], folder.path, f"{name} is {_MARKERS[name]}'s", folder.evidence(name, "node.marker", line=1), 0.85
    )


def _client(folder: Folder) -> Hint | None:
    """Read lerna's ``npmClient``."""
    client = folder.json("lerna.json").get("npmClient") if "lerna.json" in folder.names else None
    if client not in ("npm", "pnpm", "yarn"):
        return None
    source = folder.evidence("lerna.json", "lerna.client", "npmClient")
    return Hint(str(client), folder.path, f"lerna's npmClient is {client}", source, 0.85)


def _toolchain(folder: Folder) -> Hint | None:
    """Read moon's toolchain, ``javascript.packageManager`` or the older ``node.packageManager``."""
    moon = folder.at(".moon")
    name = moon.first("toolchains.yml", "toolchain.yml") if moon.exists else None
    tables = [moon.yaml(name).get(key) for key in ("javascript", "node")] if name else []
    for table in tables:
        manager = table.get("packageManager") if isinstance(table, dict) else None
        if name and manager in ("npm", "pnpm", "yarn", "bun"):
            source = moon.evidence(name, "moon.toolchain", "packageManager")
            return Hint(str(manager), folder.path, f"moon's toolchain says {manager}", source, 0.9)
    return None


def _words(folder: Folder) -> Hint | None:
    """Look at which manager the scripts call, when they agree."""
    manifest = manifest_of(folder)
    kinds = set(_WORD.findall("\n".join(manifest.scripts.values()))) if manifest else set()
    if manifest is None or len(kinds) != 1:
        return None
    (found,) = kinds
    return Hint(found, folder.path, f"the scripts call {found}", manifest.evidence("node.script-words", "scripts"), 0.8)


def _in_workflows(folder: Folder) -> Hint | None:
    """Look at what CI installs with most; libraries try several managers there, so npm wins a tie."""
    flows = folder.files.folder(".github/workflows")
    seen: Counter[str] = Counter()
    first: dict[str, str] = {}
    for name in sorted(flows.names)[:_WORKFLOWS_READ]:
        for groups in _INSTALLS.findall(flows.text(name)):
            manager = "".join(groups)
            seen[manager] += 1
            first.setdefault(manager, name)
    if not seen:
        return None
    found = max(seen, key=lambda manager: (seen[manager], manager == "npm"))
    return Hint(found, folder.path, f"CI installs with {found}", flows.evidence(first[found], "node.ci", found), 0.75)
