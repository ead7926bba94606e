"""How sure it is that a program which serves is a service of its own, and not one that a Procfile or compose file names."""

from __future__ import annotations

import re

from phoenix_cli.ecosystem.files import Folder

SURE, HINT = 0.7, 0.5  # a hint only completes what Procfile and compose say, see service_facts.join_services
_COMPOSE = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_BESIDE = ("docker", "deploy", "scripts", "compose", "deployment", "deployments", "infra")


def sureness(folder: Folder, name: str = "") -> float:
    """Return HINT where a Procfile or a compose file already tells of the program, by building it or by its name."""
    return HINT if any(_tells(above, name) for above in folder.up()) else SURE


def _tells(folder: Folder, name: str) -> bool:
    if folder.has("Procfile", "Procfile.dev"):
        return True
    named = rf"|image[ \t]*:.*\b{re.escape(name)}\b" if name else ""
    own = re.compile(rf"^[ \t]+(?:build[ \t]*:{named})", re.MULTILINE)
    places = [folder, *(folder.at(beside) for beside in _BESIDE if beside in folder.subfolders)]
    return any(own.search(place.text(file)) for place in places for file in _COMPOSE if file in place.names)
