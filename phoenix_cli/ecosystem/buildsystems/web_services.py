"""The process of a web framework as a service, where neither compose nor a Procfile tells of the same process."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from phoenix_cli.ecosystem.facts import Evidence, Service
from phoenix_cli.ecosystem.files import Files, Folder
from phoenix_cli.ecosystem.places import LOW_PLACES, place_of

_COMPOSE = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")

_SAIL = re.compile(r"\bvendor/laravel/sail/")  # its images run the application that mounts them
_PROCFILES = ("Procfile", "Procfile.dev")


def web_service(
    folder: Folder, name: str, argv: tuple[str, ...], port: int | None, source: Evidence, confidence: float = 0.7
) -> Iterator[Service]:
    """Yield the service of an application that stands in ``folder``; a container or Procfile line of it says more."""
    if place_of(folder.path) not in LOW_PLACES and folder.path not in folder.files.once(composed_folders):
        if re.search(r"^web:", "\n".join(map(folder.text, _PROCFILES)), re.MULTILINE):
            name = "web"  # the Procfile's own name for this process: the two become one, with the port known here
        yield Service(name, source, folder.path, argv, port=port, confidence=confidence)


def composed_folders(files: Files) -> frozenset[str]:
    """Return the folders that compose builds an image of: what runs there is a compose service already."""
    found: set[str] = set()
    for folder in files.named(*_COMPOSE):
        for name in _COMPOSE:
            services = folder.yaml(name).get("services") if name in folder.names else None
            for service in services.values() if isinstance(services, dict) else ():
                found.update(_built(folder, service.get("build") if isinstance(service, dict) else None))
    return frozenset(found)


def _built(folder: Folder, build: Any) -> Iterator[str]:
    """Yield the context of an image, and the folder of its Dockerfile where that lies further in."""
    context = build.get("context", ".") if isinstance(build, dict) else build
    if not isinstance(context, str) or "://" in context:
        return
    top = folder.at(context).path
    yield folder.path if _SAIL.search(context) else top
    dockerfile = build.get("dockerfile") if isinstance(build, dict) else None
    if isinstance(dockerfile, str) and "/" in dockerfile:
        yield posixpath.normpath(posixpath.join(top, posixpath.dirname(dockerfile)))
