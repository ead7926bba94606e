"""How a Python application is started: Django, ASGI and WSGI objects, Streamlit and its like, plain main files (§2h).

The object and its module are looked up in the sources, as text: no file is imported. A project that does not depend on a
framework has no application of it, so a framework's own repository and its documentation do not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from phoenix_cli.ecosystem.buildsystems.python_checks import django_folder
from phoenix_cli.ecosystem.buildsystems.python_project import Project, mapping
from phoenix_cli.ecosystem.buildsystems.python_scripts import console_scripts
from phoenix_cli.ecosystem.buildsystems.python_servers import (
    OBJECTS,
    Target,
    calls,
    distributions,
    is_main,
    port_in,
    runs_itself,
)
from phoenix_cli.ecosystem.buildsystems.python_sources import sources_of
from phoenix_cli.ecosystem.buildsystems.python_voice import Voice
from phoenix_cli.ecosystem.facts import Command, Evidence, Role
from phoenix_cli.ecosystem.files import line_of

_TYPED = r"(?:\s*:[^=\n]+)?\s*=\s*"
_OBJECT = re.compile(rf"^(\w+){_TYPED}(?:\w+\.)?({'|'.join(OBJECTS)})\(", re.MULTILINE)
_MADE = re.compile(rf"^(app|application|server|api){_TYPED}\w*(?:create|make|get|build|init)_\w*app\w*\(", re.MULTILINE)
_FACTORY = re.compile(r"^def ((?:create|make|get|build|init)_(?:\w+_)?app|app_factory)\(", re.MULTILINE)
MAX_SOURCE = 60_000


@dataclass(frozen=True, slots=True)
class App:
    """An application: its calls, where they are made, and the port that it listens on (None: it is no server)."""

    start: tuple[str, ...]
    dev: tuple[str, ...] | None
    dir: str
    port: int | None
    source: Evidence
    confidence: float
    others: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Screen:
    """A framework whose programs are run whole: what must stand in the file, the call, what watches, the port."""

    needs: str
    call: tuple[str, ...]
    watch: tuple[str, ...] | None
    port: int


_SCREENS = {
    "streamlit": Screen("", ("streamlit", "run"), (), 8501),
    "chainlit": Screen("", ("chainlit", "run"), ("-w",), 8000),
    "gradio": Screen(".launch(", ("python",), None, 7860),
    "nicegui": Screen("ui.run(", ("python",), None, 8080),
}


def find_app(project: Project) -> App | None:
    """Return the project's application, None when there is none or it cannot be told."""
    django = _django(project)
    if django is not None:
        return django
    for path in sources_of(project.folder.files, project.folder.path).entries:
        text = project.folder.files.head(path, MAX_SOURCE)
        app = _screen(project, path, text) or _served(project, path, text)
        if app is not None:
            return app
    return _plain_main(project)


def app_commands(voice: Voice, app: App) -> Iterator[Command]:
    """Yield the start and dev commands of an application, and the other ways to start it."""

    def command(task: str, argv: tuple[str, ...], confidence: float) -> Command:
        role: Role = "dev" if task == "dev" else "start"
        return voice.command(task, role, (*voice.run, *argv), app.source, round(confidence, 2), "framework", app.dir)

    yield command("start", app.start, app.confidence - 0.1)
    if app.dev:
        yield command("dev", app.dev, app.confidence)
    for argv in app.others:
        yield command(f"start:{argv[0]}", argv, app.confidence - 0.2)


def _django(project: Project) -> App | None:
    """Return Django's development server, and gunicorn where the project has it and a WSGI module."""
    found = django_folder(project)
    if found is None:
        return None
    home = project.folder.files.folder(found[0])
    site = next((name for name in sorted(home.subfolders) if home.at(name).has("wsgi.py")), "")
    others = (("gunicorn", f"{site}.wsgi"),) if site and "gunicorn" in distributions(project) else ()
    runserver = ("python", "manage.py", "runserver")
    return App(runserver, runserver, found[0], 8000, found[1], 0.8, others)


def _screen(project: Project, path: str, text: str) -> App | None:
    for name, screen in _SCREENS.items():
        found = re.search(rf"^(?:import|from) {name}\b", text, re.MULTILINE) if name in distributions(project) else None
        if found and screen.needs in text and not path.endswith("__init__.py"):
            call = (*screen.call, _own(project, path))
            configured = mapping(project.folder.at(".streamlit").toml("config.toml").get("server")).get("port")
            stated = configured if name == "streamlit" else port_in(text)
            dev = (*call, *screen.watch) if screen.watch is not None else None
            port = stated if isinstance(stated, int) else screen.port
            return App(call, dev, project.folder.path, port, _at(path, text, found, f"{name}.app"), 0.85)
    return None


def _served(project: Project, path: str, text: str) -> App | None:
    """Find an ASGI or WSGI object at the module's top, or what makes one."""
    known = [name for name, (wanted, _, _) in OBJECTS.items() if not project.dependencies.isdisjoint(wanted)]
    found = next((one for one in _OBJECT.finditer(text) if one.group(2) in known), None)
    if found is not None:
        return _server(project, path, text, found, found.group(2))
    made = (_MADE.search(text) or _FACTORY.search(text)) if known else None
    return _server(project, path, text, made, known[0]) if made else None


def _server(project: Project, path: str, text: str, found: re.Match[str], framework: str) -> App:
    where = _import_root(project, path, text)
    own = path[len(where) :].lstrip("/")
    target = Target(_module(project, own), found.group(1), own, framework, found.group(0).startswith("def "), text)
    made = calls(project, target)
    source = _at(path, text, found, f"{framework.lower()}.app")
    return App(made.start, made.dev, where, made.port, source, 0.75 if target.factory else 0.8, made.others)


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
        if is_main(text) or argv[1] == "-m":
            port = port_in(text) or (8080 if "web.run_app(" in text else None)
            serves = runs_itself(text) or "run_app(" in text
            return App(argv, None, project.folder.path, port if serves else None, Evidence(path, 1, "python.main"), 0.7)
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


def _at(path: str, text: str, found: re.Match[str], rule: str) -> Evidence:
    return Evidence(path, line_of(text, found.group(0), found.start()), rule)
