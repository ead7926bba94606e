"""How a Python application is started: Django, ASGI and WSGI objects, Streamlit, Gradio, plain main files (§2h).

The object and its module are looked up in the sources, as text: no file is imported. A project that does not depend on a
framework has no application of it, so a framework's own repository and its documentation do not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from phoenix_cli.ecosystem.buildsystems.python_checks import django_folder
from phoenix_cli.ecosystem.buildsystems.python_project import Project
from phoenix_cli.ecosystem.buildsystems.python_scripts import console_scripts
from phoenix_cli.ecosystem.buildsystems.python_sources import sources_of
from phoenix_cli.ecosystem.buildsystems.python_voice import Voice
from phoenix_cli.ecosystem.facts import Command, Evidence
from phoenix_cli.ecosystem.files import line_of

#: Class of the application object -> the distributions that bring it, and whether it is ASGI.
_OBJECTS: dict[str, tuple[tuple[str, ...], bool]] = {
    "FastAPI": (("fastapi",), True),
    "Starlette": (("starlette",), True),
    "Quart": (("quart",), True),
    "Litestar": (("litestar",), True),
    "Flask": (("flask",), False),
    "APIFlask": (("apiflask",), False),
    "Bottle": (("bottle",), False),
    "Dash": (("dash",), False),
}
_OBJECT = re.compile(rf"^(\w+)(?:\s*:[^=\n]+)?\s*=\s*(?:\w+\.)?({'|'.join(_OBJECTS)})\(", re.MULTILINE)
_FACTORY = re.compile(r"^def ((?:create|make|get|build|init)_(?:\w+_)?app\w*|app_factory)\(", re.MULTILINE)
_MADE = re.compile(
    r"^(app|application|server|api)\s*(?::[^=\n]+)?=\s*\w*(?:create|make|get|build|init)_\w*app\w*\(", re.MULTILINE
)
_MAIN = re.compile(r"^if __name__\s*==\s*['\"]__main__['\"]", re.MULTILINE)
_PORT = re.compile(
    r"\bport\s*=\s*(?:int\()?(?:os\.(?:environ\.get|getenv)\(\s*['\"]\w*PORT['\"]\s*,\s*)?['\"]?(\d{2,5})\b|\bserver_port\s*=\s*(\d{2,5})"
)
_RUNS = re.compile(r"\b(?:uvicorn\.run|\w+\.run|web\.run_app|\w+\.run_server|\w+\.launch|serve)\(")
MAX_SOURCE = 60_000


@dataclass(frozen=True, slots=True)
class App:
    """An application: the command that starts it, the one for developing, where, and the port it listens on."""

    start: tuple[str, ...] | None
    dev: tuple[str, ...] | None
    dir: str
    port: int | None
    source: Evidence
    confidence: float


def find_app(project: Project) -> App | None:
    """Return the project's application, None when there is none or it cannot be told."""
    django = django_folder(project)
    if django:
        runserver = ("python", "manage.py", "runserver")
        return App(runserver, runserver, django[0], 8000, django[1], 0.8)
    for path in sources_of(project.folder.files, project.folder.path).entries:
        text = project.folder.files.head(path, MAX_SOURCE)
        app = _streamlit(project, path, text) or _gradio(project, path, text) or _served(project, path, text)
        if app is not None:
            return app
    return _plain_main(project)


def app_commands(voice: Voice, app: App) -> Iterator[Command]:
    """Yield the start and dev commands of an application."""
    for task, argv, confidence in (
        ("start", app.start, round(app.confidence - 0.1, 2)),
        ("dev", app.dev, app.confidence),
    ):
        if argv:
            yield voice.command(
                task,
                "start" if task == "start" else "dev",
                (*voice.run, *argv),
                app.source,
                confidence,
                "framework",
                app.dir,
            )


def _streamlit(project: Project, path: str, text: str) -> App | None:
    found = re.search(r"^(?:import|from) streamlit\b", text, re.MULTILINE)
    if not found or "streamlit" not in project.dependencies or path.endswith("__init__.py"):
        return None
    config = project.folder.at(".streamlit").toml("config.toml").get("server")
    port = config.get("port") if isinstance(config, dict) else None
    argv = ("streamlit", "run", _own(project, path))
    return App(
        argv,
        argv,
        project.folder.path,
        port if isinstance(port, int) else 8501,
        _at(path, text, found, "streamlit.app"),
        0.85,
    )


def _gradio(project: Project, path: str, text: str) -> App | None:
    found = re.search(r"^(?:import|from) gradio\b", text, re.MULTILINE)
    if not found or "gradio" not in project.dependencies or ".launch(" not in text:
        return None
    argv = ("python", _own(project, path))
    return App(argv, None, project.folder.path, _port(text) or 7860, _at(path, text, found, "gradio.app"), 0.85)


def _served(project: Project, path: str, text: str) -> App | None:
    """Find an ASGI or WSGI object at the module's top, or what makes one."""
    for found in _OBJECT.finditer(text):
        wanted, asgi = _OBJECTS[found.group(2)]
        if not project.dependencies.isdisjoint(wanted):
            return _server(project, path, text, found, found.group(2), asgi)
    made = _MADE.search(text)
    framework = next(
        (name for name, (wanted, _) in _OBJECTS.items() if not project.dependencies.isdisjoint(wanted)), None
    )
    if made and framework:
        return _server(project, path, text, made, framework, _OBJECTS[framework][1])
    factory = _FACTORY.search(text)
    if factory and framework == "Flask":
        return _server(project, path, text, factory, framework, False)
    return None


def _server(project: Project, path: str, text: str, found: re.Match[str], framework: str, asgi: bool) -> App:
    source = _at(path, text, found, f"{framework.lower()}.app")
    where, port = _import_root(project, path, text), _port(text)
    own = path[len(where) :].lstrip("/")
    target = f"{_module(project, own)}:{found.group(1)}"
    if framework == "FastAPI" and not project.dependencies.isdisjoint(
        ("fastapi[standard]", "fastapi[all]", "fastapi-cli")
    ):
        return App(("fastapi", "run", own), ("fastapi", "dev", own), where, port or 8000, source, 0.85)
    if asgi:
        server = next(
            (name for name in ("uvicorn", "hypercorn", "granian", "daphne") if name in _plain(project)), "uvicorn"
        )
        reload = ("uvicorn", target, "--reload") if server == "uvicorn" else (server, target, "--reload")
        return App((server, target), reload if server != "daphne" else None, where, port or 8000, source, 0.8)
    if _MAIN.search(text) and _RUNS.search(text):
        argv = ("python", own)
        return App(argv, argv, where, port or _WSGI_PORTS.get(framework, 8080), source, 0.8)
    flask = ("flask", "--app", target.removesuffix(":app").removesuffix(":application"), "run")
    start = ("gunicorn", target) if "gunicorn" in _plain(project) else flask
    return App(start, (*flask, "--debug"), where, 8000 if start[0] == "gunicorn" else 5000, source, 0.75)


_WSGI_PORTS = {"Flask": 5000, "APIFlask": 5000, "Dash": 8050, "Bottle": 8080}


def _plain(project: Project) -> set[str]:
    return {name.partition("[")[0] for name in project.dependencies}


def _plain_main(project: Project) -> App | None:
    """Return the program of a project that is no package and lists no scripts: its main file, or ``python -m``."""
    if project.is_package or console_scripts(project):
        return None
    for path in sources_of(project.folder.files, project.folder.path).entries:
        own = _own(project, path)
        if own.endswith("__main__.py") and own.count("/") == 1:
            argv: tuple[str, ...] = ("python", "-m", own.partition("/")[0])
        elif "/" not in own and not own.startswith("__"):
            argv = ("python", own)
        else:
            continue
        text = project.folder.files.head(path, MAX_SOURCE)
        if _MAIN.search(text) or argv[1] == "-m":
            port = _port(text) if _RUNS.search(text) else None
            return App(argv, None, project.folder.path, port, Evidence(path, 1, "python.main"), 0.65)
    return None


def _own(project: Project, path: str) -> str:
    return path[len(project.folder.path) :].lstrip("/")


def _import_root(project: Project, path: str, text: str) -> str:
    """Return the folder to start from: the project's, or the source's own when its imports begin there."""
    dir = path.rpartition("/")[0]
    top = _own(project, path).partition("/")[0]
    files = project.folder.files
    if dir == project.folder.path or files.folder(dir).has("__init__.py") or project.is_package:
        return project.folder.path
    absolute = re.search(rf"^\s*(?:from|import) (?:{re.escape(top)}\b|\.)", text, re.MULTILINE)
    return project.folder.path if absolute else dir


def _module(project: Project, own: str) -> str:
    """Return a source's module name as seen from where it is started, without ``src`` where that is the layout."""
    own = own.removeprefix("src/") if project.is_package else own
    return own.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _port(text: str) -> int | None:
    found = _PORT.search(text)
    return int(found.group(1) or found.group(2)) if found else None


def _at(path: str, text: str, found: re.Match[str], rule: str) -> Evidence:
    return Evidence(path, line_of(text, found.group(0), found.start()), rule)
