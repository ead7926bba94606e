"""How sure it is that a program which serves is a service of its own, and not one that a Procfile or compose file names."""

from __future__ import annotations

import re

from phoenix_cli.ecosystem.files import Folder

SURE, HINT = 0.7, 0.5  # a hint only completes what Procfile and compose say, see services.join_services
_COMPOSE = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")


def sureness(folder: Folder) -> float:
    """Return HINT where a Procfile or a compose file that builds an image already names the repository's own program."""
    return HINT if any(_names_programs(above) for above in folder.up()) else SURE


def _names_programs(folder: Folder) -> bool:
    if folder.has("Procfile", "Procfile.dev"):
        return True
    return any(re.search(r"^[ \t]+build\s*:", folder.text(name), re.MULTILINE) for name in _COMPOSE if name in folder.names)
