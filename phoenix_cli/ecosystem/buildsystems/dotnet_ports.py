"""The port of an ASP.NET application: appsettings.json, the launch profiles, the framework's default."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from phoenix_cli.ecosystem.buildsystems.dotnet_projects import Project
from phoenix_cli.ecosystem.facts import Evidence
from phoenix_cli.ecosystem.files import line_of

DEFAULT = 5000  # Kestrel without any configuration
_ADDRESS = re.compile(r"(https?)://[^/;,\"\s]*?:(\d{2,5})")


def port_of(project: Project) -> tuple[int, Evidence]:
    """Return the port that ``dotnet run`` listens on, and where it is written down."""
    for path, addresses in _written(project):
        found = _ADDRESS.findall(addresses)
        plain = [int(port) for scheme, port in found if scheme == "http"] or [int(port) for _, port in found]
        if plain:
            text = project.folder.files.text(path)
            return plain[0], Evidence(path, line_of(text, f":{plain[0]}"), "dotnet.port")
    return DEFAULT, project.source


def _written(project: Project) -> Iterator[tuple[str, str]]:
    """Yield (file, addresses), the strongest first: profiles set ASPNETCORE_URLS, which appsettings overrules by endpoint."""
    folder = project.folder
    endpoints = _table(_table(folder.json("appsettings.json").get("Kestrel")).get("Endpoints"))
    yield folder.join("appsettings.json"), " ".join(str(_table(one).get("Url", "")) for one in endpoints.values())
    properties = folder.at("Properties")
    profiles = _table(properties.json("launchSettings.json").get("profiles"))
    for profile in profiles.values():
        if _table(profile).get("commandName") == "Project":
            yield properties.join("launchSettings.json"), str(profile.get("applicationUrl", ""))
    yield folder.join("appsettings.json"), str(folder.json("appsettings.json").get("Urls", ""))


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
