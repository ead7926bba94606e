"""What is known about a folder or an imported repository: looked at once, then told again for as long as it is true."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from phoenix_cli.ecosystem.freshness import places_of, settled, stamp
from phoenix_cli.ecosystem.repositories import find
from phoenix_cli.ecosystem.trees import FolderTree
from phoenix_cli.ecosystem.version import DETECTOR_VERSION
from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.errors import NotFound, PhoenixError, did_you_mean
from phoenix_cli.kernel.files import write_atomically
from phoenix_cli.kernel.state import State
from phoenix_cli.vcs.repository import find_place, head_of
from phoenix_cli.vcs.runner import Git, Place
from phoenix_cli.vcs.working_copy import WorkingState
from phoenix_cli.vcs.working_copy import working_state as look

Detected = dict[str, Any]


def known(path: Path, *, state: State, git: Git, clock: Clock) -> Detected:
    """Return the documented JSON of what a folder holds now, from the state when nothing of it has changed since."""
    place = find_place(path)
    told = _told_before(path, state)
    if told is not None:
        return told
    tree = FolderTree(path, listed=_listed(path, git, place))
    began = time.time_ns()
    commit = head_of(git, place).commit if place else None
    found = {**_look(tree, path), "commit": commit}
    if place is None or place.work_tree == path:  # of a part of a checkout, what is ignored is said above it
        _keep(path, tree, place, found, began, state)
    return found


def _look(tree: FolderTree, path: Path) -> Detected:
    from phoenix_cli.ecosystem.detect import detect
    from phoenix_cli.ecosystem.detection_json import detection_to_json

    return detection_to_json(detect(tree, str(path)))


def _told_before(path: Path, state: State) -> Detected | None:
    try:
        kept = json.loads(_note_of(path, state).read_bytes())
        holds = kept["path"] == os.fsdecode(path) and stamp(path, kept["places"])[0] == kept["stamp"]
        body: Detected = kept["body"]
    except (OSError, ValueError, TypeError, KeyError):
        return None  # none, or one that somebody has damaged
    return body if holds else None


def _keep(path: Path, tree: FolderTree, place: Place | None, found: Detected, began: int, state: State) -> None:
    """Note an answer with what proves it, unless something changed so lately that its stamp proves nothing."""
    places = places_of(path, sorted(tree.opened), place, tree.listed)
    proof, newest = stamp(path, places)
    if not settled(newest, began):
        return
    note = {"path": os.fsdecode(path), "stamp": proof, "places": places, "body": found}
    with contextlib.suppress(OSError):  # a home that cannot be written must not keep anyone from looking
        state.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(_note_of(path, state), json.dumps(note).encode(), durable=False)


def _note_of(path: Path, state: State) -> Path:
    """Return the file that keeps what was told of a folder: it can be made again, so it is no part of the state."""
    name = hashlib.blake2b(os.fsencode(path), digest_size=12).hexdigest()
    return state.path.parent / "cache" / "looks" / f"{name}-{DETECTOR_VERSION}.json"


def working_state(path: Path, git: Git) -> WorkingState | None:
    """Return how a checkout stands, None when it is none or git cannot say."""
    return _now(git, find_place(path))


def _now(git: Git, place: Place | None) -> WorkingState | None:
    if place is None:
        return None
    try:
        return look(git, place)
    except PhoenixError:
        return None  # a damaged .git: its files can still be looked at


def _listed(path: Path, git: Git, place: Place | None) -> list[str] | None:
    """Return the files that git knows or would know: what it ignores (build output, environments) is not the source."""
    if place is None or place.work_tree is None:
        return None
    inside = os.path.relpath(path, place.work_tree)
    words = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--full-name"]
    try:
        answer = git.ask(*words, *([] if inside == "." else ["--", f":(top,literal){inside}"]), at=place)
    except PhoenixError:
        return None  # a machine without git can still look
    if answer.code != 0:
        return None
    prefix = "" if inside == "." else f"{inside}/"
    names = answer.out.decode("utf-8", "surrogateescape").split("\0")
    return [name.removeprefix(prefix) for name in dict.fromkeys(names) if name.startswith(prefix) and name]


def detect_target(*, state: State, git: Git, clock: Clock, target: str) -> Detected:
    """Say what a folder or an imported repository is: its components, commands, services, with evidence."""
    return known(resolve(state, target), state=state, git=git, clock=clock)


def resolve(state: State, target: str) -> Path:
    """Return the folder that a word means: an imported repository's, else a folder's on disk.

    A word that looks like a path (``.``, ``./x``, ``/x``) is one. Raises ``NotFound``.
    """
    folder = Path(target).expanduser()
    if target.startswith((".", "/", "~")) and folder.is_dir():
        return folder.resolve()
    try:
        return find(state, target).path
    except NotFound as missing:
        if folder.is_dir():
            return folder.resolve()
        raise NotFound(f"no folder and no repository {target!r} here", code=missing.code, hints=missing.hints) from None


def list_commands(*, state: State, git: Git, clock: Clock, target: str, role: str = "") -> list[Detected]:
    """List every command of a folder or repository, across all of its runners, optionally of one role."""
    found = detect_target(state=state, git=git, clock=clock, target=target)
    primary = {name: main for main, name in reversed(found["primary"].items()) if name}
    return [
        {**command, "system": one["system"], "place": one["place"], "primary": primary.get(command["name"])}
        for one in found["components"]
        for command in one["commands"]
        if role in ("", command["role"])
    ]


def explain_target(*, state: State, git: Git, clock: Clock, target: str, what: str = "") -> Detected:
    """Explain what was found: evidence, rejected alternatives, conflicts; of one system, folder or command if named."""
    found = detect_target(state=state, git=git, clock=clock, target=target)
    components = [one for one in found["components"] if _about(one, what)]
    if what and not components:
        words = {word for one in found["components"] for word in (one["system"], one["dir"])}
        raise NotFound(f"nothing about {what!r} was found", code="ecosystem.nothing", hints=did_you_mean(what, words))
    primary = {name: role for role, name in found["primary"].items() if name}
    return {
        **found,
        "components": [{**one, "commands": _explained(one, what, primary)} for one in components],
        "conflicts": [
            one for one in found["conflicts"] if not what or one["dir"] in {each["dir"] for each in components}
        ],
    }


def _about(component: Mapping[str, Any], what: str) -> bool:
    named = any(command["name"] == what for command in component["commands"])
    return not what or named or what.rstrip("/") in (component["system"], component["dir"])


def _explained(component: Mapping[str, Any], what: str, primary: Mapping[str, str]) -> list[Detected]:
    only = [command for command in component["commands"] if command["name"] == what] or component["commands"]
    return [{**command, "primary": primary.get(command["name"])} for command in only]


__all__ = ["detect_target", "explain_target", "known", "list_commands", "resolve", "working_state"]
