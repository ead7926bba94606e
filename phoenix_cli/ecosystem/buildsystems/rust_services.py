"""Rust programs that serve: a web framework among the dependencies, a server in the source, and its port."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.cargo_workspaces import Crate, table
from phoenix_cli.ecosystem.buildsystems.source_ports import port_in_source
from phoenix_cli.ecosystem.facts import Evidence
from phoenix_cli.ecosystem.files import Folder
from phoenix_cli.ecosystem.ports import port_number

#: Framework -> the port of its own examples and defaults.
FRAMEWORKS = {
    "actix-web": 8080, "axum": 3000, "rocket": 8000, "warp": 3030, "poem": 3000, "salvo": 8698, "tide": 8080,
    "rouille": 8000, "ntex": 8080, "loco-rs": 5150, "tonic": 50051, "hyper": None, "leptos_axum": 3000,
}  # fmt: skip
_SERVES = re.compile(
    r"axum::serve|axum::Server|HttpServer::new|rocket::build|#\[launch\]|#\[rocket::main\]|warp::serve|Server::bind|Server::builder|TcpListener::bind"
    r"|poem::Server|Server::new\(|rouille::start_server|tide::new|loco_rs::cli"
)
MAX_FILES = 40
MAX_BYTES = 64_000


def serving(crate: Crate) -> tuple[int | None, Evidence] | None:
    """Return the port that a crate's program listens on, and where that stands; None when it serves nothing."""
    frameworks = [name for name in _dependencies(crate.folder) if name in FRAMEWORKS]
    if not frameworks:
        return None
    texts = [(folder, name, folder.head(name, MAX_BYTES)) for folder, name in _sources(crate.folder)]
    served = next(((folder, name, found) for folder, name, text in texts if (found := _SERVES.search(text))), None)
    if served is None:
        return None
    configured = _rocket_port(crate.folder) if "rocket" in frameworks else None
    if configured:
        return configured
    for folder, name, text in texts:
        literal = port_in_source(text)
        if literal:
            return literal[0], folder.evidence(name, "cargo.port", line=literal[1])
    folder, name, found = served
    line = folder.head(name, MAX_BYTES).count("\n", 0, found.start()) + 1
    return FRAMEWORKS[frameworks[0]], folder.evidence(name, f"cargo.{frameworks[0]}", line=line)


def _dependencies(folder: Folder) -> Iterator[str]:
    """Yield the crate's own dependencies; an optional one is a feature, which says little about the program."""
    for name, wanted in table(folder.toml("Cargo.toml").get("dependencies")).items():
        if not (isinstance(wanted, dict) and wanted.get("optional") is True):
            yield str(table(wanted).get("package", name))


def _sources(folder: Folder) -> list[tuple[Folder, str]]:
    found = [(below, name) for below in folder.at("src").below(3) for name in below.names if name.endswith(".rs")]
    return sorted(found, key=lambda one: (one[1] != "main.rs", one[0].depth, one[0].path, one[1]))[:MAX_FILES]


def _rocket_port(folder: Folder) -> tuple[int, Evidence] | None:
    settings = folder.toml("Rocket.toml")
    for profile in ("default", "global", "debug", "development", "release"):
        port = port_number(table(settings.get(profile)).get("port"))
        if port:
            return port, folder.evidence("Rocket.toml", "cargo.rocket", "port")
    return None
