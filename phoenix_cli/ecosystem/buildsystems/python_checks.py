"""How a Python project is tested, linted, formatted and type-checked, from its settings (row 25)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.ini_files import ini
from phoenix_cli.ecosystem.buildsystems.python_ci import ci_tools
from phoenix_cli.ecosystem.buildsystems.python_project import Project, mapping
from phoenix_cli.ecosystem.buildsystems.python_sources import sources_of
from phoenix_cli.ecosystem.buildsystems.python_voice import Voice
from phoenix_cli.ecosystem.facts import Command, Evidence

_MANAGE = re.compile(r"execute_from_command_line|DJANGO_SETTINGS_MODULE")
MAX_PEEKS = 4


def check_commands(voice: Voice) -> Iterator[Command]:
    """Yield test, lint, format and check commands where settings or sources give ground for them."""
    yield from _test(voice)
    yield from _lint(voice)
    yield from _format(voice)
    yield from _types(voice)


def django_folder(project: Project) -> tuple[str, Evidence] | None:
    """Return the folder of Django's manage.py, nearest first, with its evidence."""
    files = project.folder.files
    for path in sources_of(files, project.folder.path).entries:
        if path.rpartition("/")[2] == "manage.py" and _MANAGE.search(files.head(path)):
            folder = files.folder(path.rpartition("/")[0])
            return folder.path, folder.evidence("manage.py", "django.manage", line=1)
    return None


def _test(voice: Voice) -> Iterator[Command]:
    project = voice.project
    setting = _pytest_setting(project)
    django = django_folder(project)
    tested = sources_of(project.folder.files, project.folder.path)
    wants_pytest = setting is not None or any(
        name.startswith("pytest") for name in project.dependencies | project.development
    )
    if django and not ("pytest-django" in project.development | project.dependencies or setting):
        if tested.tests:
            yield voice.command(
                "test", "test", (*voice.run, "python", "manage.py", "test"), django[1], 0.9, "framework", django[0]
            )
    elif wants_pytest and (setting or tested.tests or tested.conftest):
        yield _pytest(voice, setting or _first_test(project, "pytest.dependency"), 0.9 if setting else 0.85)
    elif tested.tests:
        yield from _own_runner(voice) or _by_imports(voice, tested.tests)


def _pytest(voice: Voice, source: Evidence, confidence: float) -> Command:
    if voice.system == "hatch" and voice.run:
        return voice.command("test", "test", ("hatch", "test"), source, confidence)
    ci = ci_tools(voice.project.folder.files)
    if not ci.isdisjoint(("tox", "nox")) and "pytest" not in ci:
        confidence = 0.6  # the maintainers' way is tox or nox
    return voice.command("test", "test", (*voice.run, "pytest"), source, confidence)


def _own_runner(voice: Voice) -> list[Command]:
    """Return the call of a test program that the repository brings along."""
    for folder, name in (("", "runtests.py"), ("tests", "runtests.py"), ("", "run_tests.py"), ("", "runtests")):
        if voice.project.folder.at(folder).has(name):
            path = f"{folder}/{name}".lstrip("/")
            source = voice.project.folder.at(folder).evidence(name, "python.test-runner", line=1)
            argv = ("python", path) if name.endswith(".py") else (f"./{path}",)
            return [voice.command("test", "test", (*voice.run, *argv), source, 0.8)]
    return []


def _by_imports(voice: Voice, tests: list[str]) -> Iterator[Command]:
    """Look into a few test files for the framework that they import."""
    files = voice.project.folder.files
    heads = [(path, files.head(path)) for path in sorted(tests, key=lambda path: (path.count("/"), path))[:MAX_PEEKS]]
    for path, text in heads:
        if re.search(r"^\s*(?:import|from) pytest\b", text, re.MULTILINE):
            yield _pytest(voice, Evidence(path, 1, "pytest.import"), 0.8)
            return
    for path, text in heads:
        if re.search(r"^\s*(?:import|from) unittest\b", text, re.MULTILINE):
            yield voice.command(
                "test", "test", (*voice.run, *_unittest(voice.project, path)), Evidence(path, 1, "unittest.import"), 0.7
            )
            return


def _unittest(project: Project, path: str) -> tuple[str, ...]:
    """Return the call that finds the tests: discovery from here needs packages all the way down."""
    own = path[len(project.folder.path) :].lstrip("/")
    top = own.partition("/")[0] if "/" in own else ""
    if not top or project.folder.at(top).has("__init__.py"):
        return ("python", "-m", "unittest")
    return ("python", "-m", "unittest", "discover", "-s", top)


def _pytest_setting(project: Project) -> Evidence | None:
    folder = project.folder
    if "pytest" in project.tool:
        return folder.evidence("pyproject.toml", "pytest.settings", "[tool.pytest")
    name = folder.first("pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml")
    if name:
        return folder.evidence(name, "pytest.settings", line=1)
    for name, section in (("setup.cfg", "tool:pytest"), ("tox.ini", "pytest")):
        if section in ini(folder, name):
            return folder.evidence(name, "pytest.settings", f"[{section}]")
    return None


def _first_test(project: Project, rule: str) -> Evidence:
    tested = sources_of(project.folder.files, project.folder.path)
    return Evidence(min(tested.conftest or tested.tests, key=lambda path: (path.count("/"), path)), 1, rule)


def _lint(voice: Voice) -> Iterator[Command]:
    project, folder = voice.project, voice.project.folder
    if "ruff" in project.tool or folder.has("ruff.toml", ".ruff.toml"):
        only_format = set(mapping(project.tool.get("ruff"))) == {"format"}
        yield voice.command(
            "lint",
            "lint",
            voice.tool("ruff", "check", "."),
            _setting(project, "ruff", "ruff.toml", ".ruff.toml"),
            0.5 if only_format else 0.7,
        )
    elif folder.has(".flake8") or "flake8" in ini(folder, "setup.cfg") or "flake8" in ini(folder, "tox.ini"):
        name = folder.first(".flake8") or ("setup.cfg" if "flake8" in ini(folder, "setup.cfg") else "tox.ini")
        yield voice.command(
            "lint", "lint", voice.tool("flake8"), folder.evidence(name, "flake8.settings", "[flake8]"), 0.65
        )
    elif folder.has(".pylintrc", "pylintrc") or "pylint" in project.tool:
        package = _package(project)
        if package:
            yield voice.command(
                "lint", "lint", voice.tool("pylint", package), _setting(project, "pylint", ".pylintrc", "pylintrc"), 0.6
            )


def _format(voice: Voice) -> Iterator[Command]:
    project, folder = voice.project, voice.project.folder
    if "black" in project.tool or ("black" in project.development and "ruff" not in project.tool):
        yield voice.command("format", "format", voice.tool("black", "."), _setting(project, "black"), 0.7)
    elif "ruff" in project.tool or folder.has("ruff.toml", ".ruff.toml"):
        yield voice.command(
            "format",
            "format",
            voice.tool("ruff", "format", "."),
            _setting(project, "ruff", "ruff.toml", ".ruff.toml"),
            0.6,
        )


def _types(voice: Voice) -> Iterator[Command]:
    project, folder = voice.project, voice.project.folder
    mypy = mapping(project.tool.get("mypy"))
    if mypy or folder.has("mypy.ini", ".mypy.ini"):
        named = not {"files", "packages", "modules"}.isdisjoint(mypy) or re.search(
            r"^(?:files|packages)\s*=", folder.text("mypy.ini"), re.MULTILINE
        )
        yield voice.command(
            "check",
            "check",
            voice.tool("mypy", *([] if named else ["."])),
            _setting(project, "mypy", "mypy.ini", ".mypy.ini"),
            0.65,
        )
    elif "pyright" in project.tool or folder.has("pyrightconfig.json"):
        yield voice.command(
            "check", "check", voice.tool("pyright"), _setting(project, "pyright", "pyrightconfig.json"), 0.65
        )


def _setting(project: Project, tool: str, *names: str) -> Evidence:
    folder = project.folder
    name = folder.first(*names)
    if name and tool not in project.tool:
        return folder.evidence(name, f"{tool}.settings", line=1)
    file = (
        "pyproject.toml"
        if folder.has("pyproject.toml")
        else next((one.path for one in project.requirements), "setup.cfg")
    )
    return folder.evidence(file, f"{tool}.settings", f"[tool.{tool}" if file == "pyproject.toml" else tool)


def _package(project: Project) -> str:
    """Return the folder of the import package that the project is named after, "" when it is not found."""
    for candidate in (project.name.replace("-", "_"), project.name.replace("-", "_").lower(), project.folder.name):
        for base in ("", "src/"):
            if candidate and project.folder.at(base + candidate).has("__init__.py"):
                return base + candidate
    return ""
