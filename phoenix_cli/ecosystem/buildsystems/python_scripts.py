"""Tasks and entry points that Python manifests list: PDM, Pipenv, Hatch and Pixi scripts, [project.scripts]."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from phoenix_cli.ecosystem.buildsystems.ini_files import value_of
from phoenix_cli.ecosystem.buildsystems.python_project import Project, mapping
from phoenix_cli.ecosystem.buildsystems.python_voice import Voice
from phoenix_cli.ecosystem.buildsystems.task_roles import judge
from phoenix_cli.ecosystem.commands import role_of
from phoenix_cli.ecosystem.facts import Command, Evidence, Role

#: Distributions whose presence among the dependencies makes a console script the start of a server.
SERVERS = frozenset(
    "uvicorn gunicorn hypercorn granian daphne waitress cherrypy tornado aiohttp sanic flask quart django fastapi starlette"
    " litestar streamlit gradio dash bottle pyramid falcon twisted nicegui eventlet bjoern".split()
)
#: Distributions of programs with a screen of their own, or of bots that stay connected.
_APPLICATIONS = frozenset(
    "textual urwid pygame kivy pyqt5 pyqt6 pyside6 discord-py aiogram python-telegram-bot slack-bolt".split()
)
_LIBRARY = re.compile(r"Topic :: Software Development :: (?:Libraries|Quality Assurance|Testing|Code Generators)")
_DOCS_TOOL = re.compile(r"\b(?:mkdocs|sphinx-build|sphinx-autobuild|zensical|pdoc|mike|make -C docs|docs?/)\b")
_TEST_TOOL = re.compile(r"^(?:python -m )?(?:pytest|unittest|coverage run)\b|manage\.py test\b")


def script_commands(voice: Voice) -> Iterator[Command]:
    """Yield the tasks that this system's own table lists, then the project's console scripts."""
    listing = {"pdm": _pdm, "pipenv": _pipenv, "hatch": _hatch, "pixi": _pixi}.get(voice.system)
    if listing:
        yield from listing(voice)


def task_role(name: str, text: str) -> tuple[Role, float]:
    """Judge a Python task: as any task, and by the docs or test tool that it runs."""
    role, sure = judge(name, text)
    if role == "test" and re.search(r"cov|report", name):
        return role, min(sure, 0.6)  # the tests with something besides
    if role in ("build", "start", "dev", "other") and _DOCS_TOOL.search(text):
        return "docs", min(sure, 0.8)
    if role == "other" and _TEST_TOOL.search(text):
        return "test", 0.6
    return role, sure


def _pdm(voice: Voice) -> Iterator[Command]:
    table = mapping(mapping(voice.project.tool.get("pdm")).get("scripts"))
    for name, value in table.items():
        hook = re.match(r"(?:pre|post)_(.+)", name)
        if name == "_" or (hook and hook.group(1) in (*table, "install", "build", "lock", "publish", "init")):
            continue
        yield _task(voice, name, ("pdm", "run", name), "pyproject.toml", "pdm.script", _text(value))


def _pipenv(voice: Voice) -> Iterator[Command]:
    for name, value in mapping(voice.project.folder.toml("Pipfile").get("scripts")).items():
        yield _task(voice, name, ("pipenv", "run", name), "Pipfile", "pipenv.script", _text(value))


def _pixi(voice: Voice) -> Iterator[Command]:
    name = "pixi.toml" if voice.project.folder.has("pixi.toml") else "pyproject.toml"
    manifest = voice.project.folder.toml(name) if name == "pixi.toml" else mapping(voice.project.tool.get("pixi"))
    tables = [manifest, *mapping(manifest.get("feature")).values(), *mapping(manifest.get("target")).values()]
    seen: set[str] = set()
    for task, value in (
        (task, value) for table in tables for task, value in mapping(mapping(table).get("tasks")).items()
    ):
        if task not in seen and not task.startswith("_"):
            seen.add(task)
            yield _task(voice, task, ("pixi", "run", task), name, "pixi.task", _text(value))


def _hatch(voice: Voice) -> Iterator[Command]:
    folder = voice.project.folder
    for name, envs in (
        ("hatch.toml", folder.toml("hatch.toml").get("envs")),
        ("pyproject.toml", mapping(voice.project.tool.get("hatch")).get("envs")),
    ):
        for env, table in mapping(envs).items():
            for script, value in mapping(mapping(table).get("scripts")).items():
                if not script.startswith("_"):
                    yield _hatch_task(voice, name, env, script, _text(value))
        if "hatch-static-analysis" in mapping(envs):
            source = folder.evidence(name, "hatch.static-analysis", "hatch-static-analysis")
            yield voice.command("lint", "lint", ("hatch", "fmt", "--check"), source, 0.9)
            yield voice.command("format", "format", ("hatch", "fmt"), source, 0.9)


def _hatch_task(voice: Voice, file: str, env: str, script: str, text: str) -> Command:
    """Name a script as Hatch does: ``script`` in the default environment, ``env:script`` in another."""
    name = script if env == "default" else f"{env}:{script}"
    role, sure = _hatch_role(env, script, text)
    source = voice.project.folder.evidence(
        file, "hatch.script", line=_hatch_line(voice.project.folder.text(file), env, script)
    )
    return voice.command(name, role, ("hatch", "run", name), source, sure, "runner", text=text)


def _hatch_role(env: str, script: str, text: str) -> tuple[Role, float]:
    """Judge a script by its name; an environment made for one role lends it to scripts whose names say nothing."""
    role, sure = task_role(script, text)
    if env == "default":
        return role, sure
    about = role_of(env)
    if about not in ("other", "docs") and script in ("run", "all", "check"):
        return about, 0.5 if env in ("cov", "coverage") else 0.85
    if about == "docs" or (about in ("lint", "check", "format") and role == "other"):
        return about, 0.6
    return role, min(sure, 0.9 if about == role else 0.5)


def _hatch_line(text: str, env: str, script: str) -> int | None:
    heading = re.search(rf"\[(?:tool\.hatch\.)?envs\.{re.escape(env)}\.scripts\]|\benvs\.{re.escape(env)}\b", text)
    if heading is None:
        return None
    key = re.compile(rf"^\s*(?:scripts\.)?['\"]?{re.escape(script)}['\"]?\s*=", re.MULTILINE).search(
        text, heading.end()
    )
    return text.count("\n", 0, (key or heading).end()) + 1


def _task(voice: Voice, name: str, argv: tuple[str, ...], file: str, rule: str, text: str) -> Command:
    role, sure = task_role(name, text)
    source = voice.project.folder.evidence(file, rule, line=task_line(voice.project.folder.text(file), name))
    return voice.command(name, role, argv, source, sure, "runner", text=text)


def task_line(text: str, name: str) -> int | None:
    """Return the line of a task in TOML: a key in a table of scripts or tasks, or a table of its own."""
    own = re.search(rf"^\s*\[[\w.\"'-]*\b(?:scripts|tasks)\.['\"]?{re.escape(name)}['\"]?[\].]", text, re.MULTILINE)
    for table in re.finditer(r"^\s*\[[\w.\"'-]*\b(?:scripts|tasks)\][^\n]*\n", text, re.MULTILINE):
        end = re.compile(r"^\s*\[", re.MULTILINE).search(text, table.end())
        key = re.compile(rf"^\s*['\"]?{re.escape(name)}['\"]?\s*[=.]", re.MULTILINE)
        own = own or key.search(text, table.end(), end.start() if end else len(text))
    return text.count("\n", 0, own.end()) + 1 if own else None


def _text(value: Any) -> str:
    """Return what a task runs, whatever shape its table has."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return " && ".join(_text(each) for each in value)
    table = mapping(value)
    parts = next((table[key] for key in ("cmd", "shell", "call", "composite") if key in table), "")
    return " ".join(map(str, parts)) if "cmd" in table and isinstance(parts, list) else _text(parts) if parts else ""


def console_scripts(project: Project) -> dict[str, str]:
    """Return console script -> object, from whichever manifest lists them."""
    found = {name: str(target) for name, target in mapping(project.project.get("scripts")).items()}
    for name, target in mapping(mapping(project.tool.get("poetry")).get("scripts")).items():
        found.setdefault(name, str(mapping(target).get("reference", "")) if isinstance(target, dict) else str(target))
    lines = value_of(project.setup_cfg, "options.entry_points", "console_scripts").splitlines()
    lines += re.findall(r"['\"]([\w.-]+\s*=\s*[\w.]+:[\w.]+)", project.setup_py.partition("console_scripts")[2][:4_000])
    for line in lines:
        name, equals, target = line.partition("=")
        if equals and name.strip():
            found.setdefault(name.strip(), target.strip())
    return found


def entry_commands(voice: Voice) -> Iterator[Command]:
    """Yield the console scripts; the one that is the application is its start."""
    scripts = console_scripts(voice.project)
    application = _application(voice.project, scripts)
    for name in list(scripts)[:20]:
        role: Role = "start" if name == application else "other"
        sure = 0.6 if role == "other" else 0.8 if is_server(voice.project) else 0.65
        yield voice.command(
            f"run:{name}",
            role,
            (*voice.run, name),
            _script_source(voice.project, name),
            sure,
            "script",
            text=scripts[name],
        )


def is_server(project: Project) -> bool:
    """Tell whether the project itself depends on something that serves."""
    return not SERVERS.isdisjoint(project.dependencies)


def _application(project: Project, scripts: dict[str, str]) -> str:
    """Return the script that starts the application; "" where scripts are tools: nobody starts a formatter and leaves it."""
    name = project.name.lower().replace("_", "-")
    own = next((each for each in scripts if each.lower().replace("_", "-") == name), None)
    candidate = own or (next(iter(scripts)) if len(scripts) == 1 else "")
    if any(_LIBRARY.match(str(each)) for each in _classifiers(project)):
        return ""
    return candidate if is_server(project) or not _APPLICATIONS.isdisjoint(project.dependencies) else ""


def _classifiers(project: Project) -> list[str]:
    stated = project.project.get("classifiers") or mapping(project.tool.get("poetry")).get("classifiers")
    if isinstance(stated, list):
        return [str(each) for each in stated]
    return value_of(project.setup_cfg, "metadata", "classifiers").splitlines() or re.findall(
        r"['\"](\w[^'\"\n]* :: [^'\"\n]*)['\"]", project.setup_py
    )


def _script_source(project: Project, name: str) -> Evidence:
    for file in ("pyproject.toml", "setup.cfg", "setup.py"):
        found = re.search(rf"^.*\b{re.escape(name)}\b['\"]?\s*=.*$", project.folder.text(file), re.MULTILINE)
        if found:
            return project.folder.evidence(file, "python.script", found.group(0))
    return project.folder.evidence("pyproject.toml", "python.script", name)
