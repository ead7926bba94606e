"""The presets of CMakePresets.json: what is hidden is left out, what is inherited or included counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.facts import Command, Role
from phoenix_cli.ecosystem.files import Folder

FILE = "CMakePresets.json"  # CMakeUserPresets.json is for one person, and not meant to be checked in
MAX_PRESETS = 40
MAX_INCLUDES = 10

#: Kind of preset -> how it is run, and the role of that.
_KINDS: tuple[tuple[str, tuple[str, ...], Role], ...] = (
    ("configurePresets", ("cmake", "--preset"), "other"),
    ("buildPresets", ("cmake", "--build", "--preset"), "build"),
    ("testPresets", ("ctest", "--preset"), "test"),
    ("packagePresets", ("cpack", "--preset"), "release"),
    ("workflowPresets", ("cmake", "--workflow", "--preset"), "other"),
)
_PREFERRED = ("default", "dev", "debug", "release", "ci")


def preset_commands(folder: Folder, make: Conventions) -> Iterator[Command]:
    """Yield one command a visible preset; the one named default is the main one, many others are for other machines."""
    for kind, run, role in _KINDS:
        presets = [
            one for one in _presets(folder, kind) if one.get("hidden") is not True and isinstance(one.get("name"), str)
        ]
        for preset in presets[:MAX_PRESETS]:
            name = preset["name"]
            sure = 0.85 if name == "default" or len(presets) == 1 else 0.65 if name in _PREFERRED else 0.55
            needle = f'"name": "{name}"'
            yield make.command(
                f"{kind.removesuffix('Presets')}:{name}", *run, name, role=role, confidence=sure, origin="script",
                source=folder.evidence(FILE, f"cmake.{kind}", needle),
            )  # fmt: skip


def _presets(folder: Folder, kind: str) -> list[dict[str, Any]]:
    return [
        preset for document in _documents(folder) for preset in _list(document.get(kind)) if isinstance(preset, dict)
    ]


def _documents(folder: Folder) -> list[dict[str, Any]]:
    pending = [(folder, FILE)]
    found: list[dict[str, Any]] = []
    seen: set[str] = set()
    while pending and len(seen) < MAX_INCLUDES:
        place, name = pending.pop(0)
        if place.join(name) in seen:
            continue
        seen.add(place.join(name))
        document = place.json(name)
        found.append(document)
        for path in _list(document.get("include")):
            dir, _, file = str(path).rpartition("/")
            pending.append((place.at(dir) if dir else place, file))
    return found


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
