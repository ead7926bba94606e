"""Phoenix applications: whether one stands in a mix project, and the port of its endpoint."""

from __future__ import annotations

import itertools
import re

from phoenix_cli.ecosystem.buildsystems.mix_project import Project, project_of
from phoenix_cli.ecosystem.facts import Evidence
from phoenix_cli.ecosystem.files import Folder

DEFAULT_PORT = 4000
_ENDPOINT = re.compile(r"^config\s+:(\w+),[^\n]*\bEndpoint\b", re.MULTILINE)
_HTTP = re.compile(r"\bhttp:\s*(?:\[|%\{)(.{0,600}?)(?:\]|^[ \t]*\})", re.DOTALL | re.MULTILINE)


def endpoint_of(folder: Folder, project: Project) -> Evidence | None:
    """Return where an endpoint is configured, None for a project that only builds upon Phoenix."""
    members = folder.at(project.apps_path).subfolders if project.apps_path else ()
    depending = [project, *(project_of(folder.at(f"{project.apps_path}/{name}")) for name in sorted(members))]
    if not any("phoenix" in one.dependencies for one in depending):
        return None
    config = folder.at("config")
    for name in ("config.exs", "dev.exs", "runtime.exs"):
        found = re.search(r"^config\s+:?\w+.*\bEndpoint\b", config.text(name), re.MULTILINE)
        if found:
            line = config.text(name).count("\n", 0, found.start()) + 1
            return config.evidence(name, "phoenix.endpoint", line=line)
    return None


def endpoints_of(folder: Folder) -> dict[str, int]:
    """Return the applications of an umbrella that have an endpoint of their own, with its development port."""
    config, found = folder.at("config"), dict[str, int]()
    for name in ("dev.exs", "config.exs"):
        text = re.sub(r"(?m)^[ \t]*#.*$", "", config.text(name))
        starts = [*_ENDPOINT.finditer(text), None]
        for one, after in itertools.pairwise(starts):
            if one is not None:
                port = _in_options(text[one.end() : after.start() if after else one.end() + 1_000], text)
                if port is not None:
                    found.setdefault(one.group(1), port)
    return found


def port_of(folder: Folder, endpoint: Evidence) -> tuple[int, Evidence]:
    """Return the development port: dev.exs, then runtime.exs, then what every environment shares, then 4000."""
    config = folder.at("config")
    for name in ("dev.exs", "runtime.exs", "config.exs"):
        text = re.sub(r"(?m)^[ \t]*#.*$", "", config.text(name))
        for http in _HTTP.finditer(text):
            port = _in_options(http.group(1), text)
            if port is not None:
                return port, config.evidence(name, "phoenix.port", line=text.count("\n", 0, http.start()) + 1)
    return DEFAULT_PORT, endpoint


def _in_options(options: str, text: str) -> int | None:
    found = re.search(r"\bport:(.*)", options, re.DOTALL)
    if found is None:
        return None
    digits = re.search(r"\b(\d{2,5})\b", found.group(1))
    if digits:
        return int(digits.group(1))
    variable = re.match(r"\s*(\w+)", found.group(1))
    assigned = re.search(rf"(?m)^[ \t]*{variable.group(1)}\s*=[^\n]*?(\d{{4,5}})", text) if variable else None
    return int(assigned.group(1)) if assigned else None
