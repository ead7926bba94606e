"""Platforms for functions (row 76): Cloudflare's wrangler, Serverless, AWS SAM, CDK and Amplify, Firebase."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from phoenix_cli.ecosystem.buildsystems.hosting import hint, run_by, table, tables
from phoenix_cli.ecosystem.facts import Fact
from phoenix_cli.ecosystem.files import Folder
from phoenix_cli.ecosystem.places import LOW_PLACES, place_of
from phoenix_cli.ecosystem.ports import port_number

WRANGLER_PORT = 8787
SERVERLESS_OFFLINE_PORT = 3000
SAM_PORT = 3000


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield what the platform files of a folder tell."""
    if place_of(folder.path) in LOW_PLACES:
        return
    for name in sorted(folder.names & READERS.keys()):
        yield from READERS[name](folder, name)


def _wrangler(folder: Folder, name: str) -> Iterator[Fact]:
    """A worker runs in ``wrangler dev``; a configuration of static pages alone has no ``main``."""
    document = folder.toml(name) if name.endswith("toml") else folder.json(name)
    yield from run_by(folder, name, table(document, "build").get("command"))
    if document.get("main"):
        port = port_number(table(document, "dev").get("port")) or WRANGLER_PORT
        yield from hint(folder, name, str(document.get("name") or "worker"), "npx wrangler dev", port)


def _serverless(folder: Folder, name: str) -> Iterator[Fact]:
    document = folder.yaml(name)
    plugins = document.get("plugins")
    if isinstance(plugins, list) and "serverless-offline" in plugins:
        offline = table(document, "custom", "serverless-offline")
        service = document.get("service")
        title = service if isinstance(service, str) else str(table(service).get("name") or "api")
        port = port_number(offline.get("httpPort")) or SERVERLESS_OFFLINE_PORT
        yield from hint(folder, name, title, "npx serverless offline", port)


def _sam(folder: Folder, name: str) -> Iterator[Fact]:
    if "AWS::Serverless" not in folder.head(name):
        return  # a file of this name may be anything, even a template that is no YAML yet
    document = folder.yaml(name)
    if any(_has_api(resource) for resource in table(document, "Resources").values()):
        yield from hint(folder, name, "api", "sam local start-api", SAM_PORT)


def _has_api(resource: Any) -> bool:
    events = table(resource, "Properties", "Events").values()
    return any(table(event).get("Type") in ("Api", "HttpApi") for event in events)


def _cdk(folder: Folder, name: str) -> Iterator[Fact]:
    document = folder.json(name)
    yield from run_by(folder, name, document.get("build"))
    yield from run_by(folder, name, document.get("app"))


def _amplify(folder: Folder, name: str) -> Iterator[Fact]:
    document = folder.yaml(name)
    for application in tables(document.get("applications")) or [document]:
        dir = str(application.get("appRoot") or "")
        for part in ("backend", "frontend"):
            for phase in table(application, part, "phases").values():
                yield from run_by(folder, name, table(phase).get("commands"), dir)


def _firebase(folder: Folder, name: str) -> Iterator[Fact]:
    document = folder.json(name)
    for part in ("hosting", "functions"):
        value = document.get(part)
        for one in tables(value) or [table(value)]:
            yield from run_by(folder, name, one.get("predeploy"))


READERS: dict[str, Callable[[Folder, str], Iterator[Fact]]] = {
    "wrangler.toml": _wrangler,
    "wrangler.json": _wrangler,
    "wrangler.jsonc": _wrangler,
    "serverless.yml": _serverless,
    "serverless.yaml": _serverless,
    "template.yaml": _sam,
    "template.yml": _sam,
    "cdk.json": _cdk,
    "amplify.yml": _amplify,
    "firebase.json": _firebase,
}
