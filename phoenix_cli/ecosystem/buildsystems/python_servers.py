"""The servers that run a Python application object: which one a project has, and its call for start and dev (§2h)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from phoenix_cli.ecosystem.buildsystems.python_project import Project

#: Class of the application object -> the distributions that bring it, whether it is ASGI, the port of its own server.
OBJECTS: dict[str, tuple[tuple[str, ...], bool, int]] = {
    "FastAPI": (("fastapi",), True, 8000),
    "Starlette": (("starlette",), True, 8000),
    "Quart": (("quart",), True, 5000),
    "Litestar": (("litestar",), True, 8000),
    "Flask": (("flask",), False, 5000),
    "APIFlask": (("apiflask",), False, 5000),
    "Bottle": (("bottle",), False, 8080),
    "Dash": (("dash",), False, 8050),
}
_PORT_NAME = re.compile(r"\bport\s*=\s*(?:\w+\.){0,3}([A-Za-z_]*PORT)\b", re.IGNORECASE)
_FLASK_PORT = re.compile(r"^FLASK_RUN_PORT=[\"']?(\d{2,5})\b", re.MULTILINE)
_SETTINGS = frozenset(("settings.py", "config.py", "conf.py", "configuration.py", "constants.py", "base.py"))
MAX_SETTINGS = 12
_FASTAPI_CLI = ("fastapi[standard]", "fastapi[all]", "fastapi-cli")
_ASGI = ("uvicorn", "hypercorn", "granian", "daphne")
_MAIN = re.compile(r"^if __name__\s*==\s*['\"]__main__['\"]", re.MULTILINE)
_RUNS = re.compile(r"\b(?:uvicorn|hypercorn|\w*app\w*|server)\.run\(|\.run_server\(|\bserve\(")
_PORT = re.compile(
    r"\b(?:server_)?port\s*=\s*(?:int\()?(?:os\.(?:environ\.get|getenv)\(\s*['\"]\w*PORT['\"]\s*,\s*)?['\"]?(\d{2,5})\b"
)


@dataclass(frozen=True, slots=True)
class Target:
    """An application object: its module and name, the file as seen from where it is started, what made it, its text."""

    module: str
    name: str
    own: str
    framework: str
    factory: bool
    text: str


@dataclass(frozen=True, slots=True)
class Calls:
    """How a target is started, developed, and otherwise started; ``port`` is where ``start`` listens."""

    start: tuple[str, ...]
    dev: tuple[str, ...] | None
    others: tuple[tuple[str, ...], ...]
    port: int


def calls(project: Project, target: Target) -> Calls:
    """Return the calls for an application object."""
    if OBJECTS[target.framework][1]:
        return _asgi(project, target)
    return _wsgi(project, target)


def port_in(text: str) -> int | None:
    """Return the port that a program's text sets for its server."""
    found = _PORT.search(text)
    return int(found.group(1)) if found else None


def computed_port(project: Project, text: str) -> int | None:
    """Return the number behind ``port=settings.API_PORT``: what the project's settings give that name."""
    found = _PORT_NAME.search(text)
    if found is None:
        return None
    number = re.compile(rf"\b{found.group(1)}\b(?:\s*:[^=\n]{{1,60}})?\s*=[^\n]{{0,80}}?(?<![\w.])(\d{{2,5}})\b")
    files = project.folder.files
    texts = (files.head(path, 60_000) for path in _settings_files(project))
    return next((int(one.group(1)) for each in (text, *texts) if (one := number.search(each))), None)


def _settings_files(project: Project) -> list[str]:
    found = (
        below.join(name) for below in project.folder.below(4) for name in below.names if name in _SETTINGS
    )  # fmt: skip
    return sorted(found, key=lambda path: (path.count("/"), path))[:MAX_SETTINGS]


def runs_itself(text: str) -> bool:
    """Tell whether a program starts its own server when it is run as the main program."""
    return bool(_MAIN.search(text) and _RUNS.search(text))


def is_main(text: str) -> bool:
    """Tell whether a program does something of its own when it is run as the main program."""
    return _MAIN.search(text) is not None


def distributions(project: Project) -> set[str]:
    """Return the project's dependencies without their extras."""
    return {name.partition("[")[0] for name in project.dependencies}


def _asgi(project: Project, target: Target) -> Calls:
    """Speak for an ASGI object; a file that serves itself on a port of its own choice is started as what it is."""
    spot = f"{target.module}:{target.name}"
    if target.framework == "FastAPI" and not project.dependencies.isdisjoint(_FASTAPI_CLI):
        return Calls(("fastapi", "run", target.own), ("fastapi", "dev", target.own), (("uvicorn", spot),), 8000)
    server = next((name for name in _ASGI if name in distributions(project)), "uvicorn")
    serve = (server, spot, *(["--factory"] if target.factory else []))
    watch = (*serve, "--reload") if server != "daphne" else None
    own_port = port_in(target.text) or computed_port(project, target.text)
    if runs_itself(target.text):
        itself = _program(target)
        watch = itself if "reload=True" in target.text else watch
        return Calls(itself, watch, (serve,), own_port) if own_port else Calls(serve, watch, (itself,), 8000)
    return Calls(serve, watch, (), 8000)


def _wsgi(project: Project, target: Target) -> Calls:
    named = _FLASK_PORT.search(project.folder.text(".flaskenv")) if target.framework == "Flask" else None
    stated = int(named.group(1)) if named else None
    own_port = stated or port_in(target.text) or computed_port(project, target.text) or OBJECTS[target.framework][2]
    flask = _flask(project, target)
    gunicorn = ("gunicorn", f"{target.module}:{target.name}{'()' if target.factory else ''}")
    has_gunicorn = "gunicorn" in distributions(project)
    if runs_itself(target.text):
        dev = _program(target) if "debug=True" in target.text or not flask else (*flask, "--debug")
        return Calls(_program(target), dev, (gunicorn,) if has_gunicorn else (), own_port)
    if has_gunicorn or not flask:
        port = (
            own_port if flask and project.folder.has("Procfile") else 8000
        )  # gunicorn takes the PORT that foreman gives
        return Calls(gunicorn, (*flask, "--debug") if flask else None, (flask,) if flask else (), port)
    return Calls(flask, (*flask, "--debug"), (), stated or 5000)


def _flask(project: Project, target: Target) -> tuple[str, ...]:
    """Return Flask's own server; it finds app.py, wsgi.py, ``app`` and ``create_app`` by itself. Empty for others."""
    if "flask" not in target.framework.lower():
        return ()
    found = target.own in ("app.py", "wsgi.py") or "FLASK_APP" in project.folder.text(".flaskenv")
    known = target.name in ("app", "application", "create_app", "make_app")
    if found and known:
        return ("flask", "run")
    return ("flask", "--app", target.module if known else f"{target.module}:{target.name}", "run")


def _program(target: Target) -> tuple[str, ...]:
    """Return the call of the file itself: by its module when it imports from its own package."""
    if "/" in target.own and re.search(
        rf"^\s*from (?:\.|{re.escape(target.own.partition('/')[0])}\b)", target.text, re.MULTILINE
    ):
        return ("python", "-m", target.module)
    return ("python", target.own)
