"""Decide which package manager a folder's package.json is for, and say why.

The three published deciders disagree (one takes the field before the locks, one the locks before the field, each with
another order of locks). Here: a workspace's member follows its workspace; else the nearest folder upwards that has a
``packageManager`` field or a lock decides, the field before the lock; then engines, markers, words, at last npm.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from phoenix_cli.ecosystem.buildsystems.node_hints import hinted
from phoenix_cli.ecosystem.buildsystems.node_manifests import Manifest, manifest_of
from phoenix_cli.ecosystem.buildsystems.node_workspaces import workspace_of
from phoenix_cli.ecosystem.facts import Conflict, Evidence, Rejected
from phoenix_cli.ecosystem.files import Files, Folder

LOCKS = {
    "pnpm-lock.yaml": "pnpm",
    "bun.lock": "bun",
    "bun.lockb": "bun",
    "yarn.lock": "yarn",
    "package-lock.json": "npm",
    "npm-shrinkwrap.json": "npm",
}
MANAGERS = ("npm", "pnpm", "yarn", "bun")


@dataclass(frozen=True, slots=True)
class Decision:
    """The manager of a folder, where and by what it was decided, and what was turned down.

    ``lock`` is the lock file of the deciding folder that belongs to the manager, "" without one. ``berry`` tells yarn 2
    and later from yarn 1, whose flags differ.
    """

    manager: str
    dir: str
    reason: str
    source: Evidence
    confidence: float
    lock: str = ""
    berry: bool = False
    rejected: tuple[Rejected, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


def decide(folder: Folder) -> Decision:
    """Return the decision for a folder; a member's is its workspace's, unless the member names another by a field."""
    space = workspace_of(folder)
    if space is None or _field(folder) is not None:
        return _decided(folder)
    root = folder.files.folder(space.dir)
    if space.manager == "rush":
        return Decision("rush", space.dir, f"{space.source.file} lists it", space.source, 0.95)
    return _decided(root)


def _decided(folder: Folder) -> Decision:
    known = folder.files.once(_memory)
    if folder.path not in known:
        known[folder.path] = _fresh(folder)
    return known[folder.path]


def _memory(files: Files) -> dict[str, Decision]:
    return {}


def _fresh(folder: Folder) -> Decision:
    for level in folder.up():
        found = _field(level) or _locked(level)
        if found is not None:
            return _finished(found, level)
    hint = hinted(folder)
    if hint is not None:
        return _finished(Decision(hint.manager, hint.dir, hint.reason, hint.source, hint.confidence), folder)
    manifest = manifest_of(folder)
    source = manifest.evidence("node.default") if manifest else folder.evidence("package.json", "node.default")
    return Decision("npm", folder.path, "nothing names another manager, and npm comes with Node", source, 0.8)


def _field(folder: Folder) -> Decision | None:
    manifest = manifest_of(folder)
    if manifest is None:
        return None
    for key, value in _field_values(manifest):
        name, _, version = value.partition("@")
        if name in MANAGERS:
            berry = name == "yarn" and not version.startswith(("1.", "0.")) and bool(version)
            reason = f"{key} says {value.partition('+')[0]}"
            return Decision(name, folder.path, reason, manifest.evidence("node.manager-field", key), 0.95, berry=berry)
    return None


def _field_values(manifest: Manifest) -> Iterator[tuple[str, str]]:
    field = manifest.data.get("packageManager")
    if isinstance(field, str):
        yield "packageManager", field
    engines = manifest.table("devEngines").get("packageManager")
    for one in engines if isinstance(engines, list) else [engines]:
        if isinstance(one, dict) and isinstance(one.get("name"), str):
            yield "devEngines", f"{one['name']}@{one.get('version') or ''}".rstrip("@")


def _locked(folder: Folder) -> Decision | None:
    locks = [name for name in LOCKS if name in folder.names]
    if not locks:
        return None
    managers = {LOCKS[name] for name in locks}
    chosen = locks[0]
    hint = hinted(folder) if len(managers) > 1 else None
    if hint is not None and hint.manager in managers:
        chosen = next(name for name in locks if LOCKS[name] == hint.manager)
    return Decision(
        LOCKS[chosen], folder.path, f"{chosen} is the nearest lock", folder.evidence(chosen, "node.lock"), 0.95
    )


def _finished(found: Decision, level: Folder) -> Decision:
    """Add what the deciding folder's other files tell: the lock, yarn's generation, locks of other managers."""
    locks = [name for name in LOCKS if name in level.names]
    own = next((name for name in locks if LOCKS[name] == found.manager), "")
    others = [name for name in locks if LOCKS[name] != found.manager]
    return replace(
        found,
        lock=own,
        berry=found.manager == "yarn" and (found.berry or _is_berry(level)),
        rejected=_rejected(found, level, others),
        conflicts=_conflicts(found, level, own, others),
    )


def _is_berry(folder: Folder) -> bool:
    if "yarn.lock" in folder.names:
        return "__metadata:" in folder.head("yarn.lock", 1_024)
    return folder.has(".yarnrc.yml", ".pnp.cjs")


def _rejected(found: Decision, level: Folder, others: list[str]) -> tuple[Rejected, ...]:
    turned_down = [
        Rejected(LOCKS[name], f"{name} is there too, but {found.reason}", level.evidence(name, "node.lock"))
        for name in others
    ]
    if found.manager != "npm" and all(LOCKS[name] != "npm" for name in others):
        turned_down.append(Rejected("npm", found.reason, found.source))
    return tuple(turned_down)


def _conflicts(found: Decision, level: Folder, own: str, others: list[str]) -> tuple[Conflict, ...]:
    if not others:
        return ()
    names = ", ".join(others)
    message = f"{own} and {names} are both there" if own else f"{found.reason}, but the lock is {names}"
    sources = (found.source, *(level.evidence(name, "node.lock") for name in others))
    return (Conflict(level.path, f"{message}; {found.manager} is taken", tuple(dict.fromkeys(sources))),)
