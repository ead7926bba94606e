"""What one starts in a Ruby project: Rails, another Rack application, a Sinatra file, a Middleman site."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from phoenix_cli.ecosystem.buildsystems.ruby_gems import gems_of, gemspecs_of, with_bundle
from phoenix_cli.ecosystem.facts import Evidence, Role
from phoenix_cli.ecosystem.files import Folder
from phoenix_cli.ecosystem.ports import port_number

_PUMA_PORT = re.compile(r"""^[ \t]*port\b\s*\(?\s*(?:Integer\()?(?:ENV\b[^\n]*?)?["']?(\d{2,5})\b""", re.MULTILINE)
_PUMA_BIND = re.compile(r"""^[ \t]*bind\b[^\n]*?:(\d{2,5})\b""", re.MULTILINE)
_SINATRA = re.compile(r"""^[ \t]*require\s*\(?["']sinatra["']""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Application:
    """A server: the command that starts it, its default port, and the file that shows it."""

    task: str
    argv: tuple[str, ...]
    port: int | None
    source: Evidence
    confidence: float


def is_rails(folder: Folder) -> bool:
    """Tell whether a Rails application stands here; an engine has a gemspec and only a dummy application."""
    return folder.has_file("config/application.rb") and (
        folder.has_file("config/environment.rb") or folder.has("config.ru")
    )


def application_of(folder: Folder) -> Application | None:
    """Return the one server that this folder is about, None for a library."""
    if is_rails(folder):
        return _rails(folder)
    if gemspecs_of(folder):
        return None  # a config.ru beside a gemspec shows the library
    return _rack(folder) or _sinatra(folder)


def development(folder: Folder) -> Iterator[tuple[str, Role, tuple[str, ...], str, float]]:
    """Yield (task, role, argv, file, confidence) of Rails' own scripts in bin."""
    if not is_rails(folder):
        return
    scripts: tuple[tuple[str, Role, float], ...] = (("dev", "dev", 0.95), ("setup", "install", 0.5))
    for name, role, sure in scripts:
        if name in folder.at("bin").names:
            yield name, role, (f"bin/{name}",), f"bin/{name}", sure


def rails_command(folder: Folder, *argv: str) -> tuple[str, ...]:
    """Return how one calls Rails here: by its checked-in script, else through Bundler."""
    return ("bin/rails", *argv) if folder.has_file("bin/rails") else with_bundle(folder, "rails", *argv)


def _rails(folder: Folder) -> Application:
    source = folder.evidence("config/application.rb", "rails.application", line=1)
    written = _puma_port(folder)
    port, shown = written if written else (3000, source)
    return Application("server", rails_command(folder, "server"), port, shown, 0.9)


def _rack(folder: Folder) -> Application | None:
    if "config.ru" not in folder.names:
        return None
    source = folder.evidence("config.ru", "rack.application", line=1)
    puma = _puma_port(folder)
    server = "puma" if puma or "puma" in gems_of(folder) else "rackup"
    port, shown = puma or (9292, source)
    return Application("server", with_bundle(folder, server), port, shown, 0.8)


def _sinatra(folder: Folder) -> Application | None:
    if "sinatra" not in gems_of(folder):
        return None
    for name in ("app.rb", "server.rb", "main.rb", "web.rb"):
        if name in folder.names and _SINATRA.search(folder.text(name)):
            source = folder.evidence(name, "sinatra.application", "sinatra")
            return Application("server", with_bundle(folder, "ruby", name), 4567, source, 0.7)
    return None


def _puma_port(folder: Folder) -> tuple[int, Evidence] | None:
    config = folder.at("config")
    text = config.text("puma.rb")
    found = _PUMA_PORT.search(text) or _PUMA_BIND.search(text)
    port = port_number(found.group(1)) if found else None
    if found is None or port is None:
        return None
    return port, config.evidence("puma.rb", "puma.port", line=text.count("\n", 0, found.start(1)) + 1)
