"""tox (row 23): environments from tox.ini, tox.toml, pyproject.toml or setup.cfg; ``tox list`` would load plugins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from phoenix_cli.ecosystem.buildsystems.ini_files import Ini, ini, read_ini
from phoenix_cli.ecosystem.buildsystems.python_ci import ci_tools
from phoenix_cli.ecosystem.buildsystems.python_project import mapping
from phoenix_cli.ecosystem.buildsystems.task_roles import judge
from phoenix_cli.ecosystem.commands import command_name
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, Role
from phoenix_cli.ecosystem.files import Folder

MAX_ENVIRONMENTS = 60

_INTERPRETER = re.compile(r"py(?:py)?\d*|py\d\.\d+t?|cpython.*|\d\.\d+t?")
_SPLIT = re.compile(r"[,\n](?![^{]*\})")
_WORDS: tuple[tuple[Role, frozenset[str]], ...] = (
    ("test", frozenset("test tests unit pytest unittest integration functional cov coverage doctest smoke".split())),
    ("lint", frozenset("lint style flake8 pre precommit ruff pylint linters pep8 qa codestyle".split())),
    (
        "check",
        frozenset("type types typing mypy pyright typecheck check checks pkg security bandit safety audit".split()),
    ),
    ("docs", frozenset("docs doc html linkcheck readme".split())),
    ("format", frozenset("format fmt black isort fix".split())),
    ("release", frozenset("release publish upload".split())),
    ("build", frozenset("build package dist".split())),
)


@dataclass(frozen=True, slots=True)
class Environment:
    """A tox environment: its name, the line that names it, what it runs."""

    name: str
    line: int | None
    text: str


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the tox component of a folder with ``tox`` itself and one command for every named environment."""
    for name, environments, default in (_from_ini(folder), _from_toml(folder)):
        if name:
            yield _component(folder, name, environments, default)
            return


def _component(folder: Folder, name: str, environments: list[Environment], default: list[str]) -> Component:
    in_ci = "tox" in ci_tools(folder.files)
    source = folder.evidence(
        name, "tox.file", {"pyproject.toml": "[tool.tox", "setup.cfg": "[tox:tox]"}.get(name, "[tox]")
    )
    commands = []
    if not default or any(_role(env, "") == "test" for env in default):
        commands.append(_command(folder, "default", "test", ("tox",), source, 0.85 if in_ci else 0.7))
    for env in environments[:MAX_ENVIRONMENTS]:
        role = _role(env.name, env.text)
        sure = (0.85 if in_ci else 0.75) if role != "test" else 0.5
        evidence = folder.evidence(name, "tox.environment", line=env.line)
        commands.append(_command(folder, env.name, role, ("tox", "-e", env.name), evidence, sure, env.text))
    return Component(folder.path, "tox", "python", 0.9, (source,), commands=tuple(commands))


def _command(
    folder: Folder, task: str, role: Role, argv: tuple[str, ...], source: Evidence, sure: float, text: str = ""
) -> Command:
    return Command(
        command_name("tox", task, folder.path),
        role,
        argv,
        folder.path,
        source,
        origin="runner",
        confidence=sure,
        text=text,
    )


def _role(name: str, text: str) -> Role:
    factors = re.split(r"[-_]", name.lower())
    if _INTERPRETER.fullmatch(factors[0]) and not any(
        factor in words for factor in factors[1:] for role, words in _WORDS if role != "test"
    ):
        return "test"
    found: Role = next((role for factor in factors for role, words in _WORDS if factor in words), judge(name, text)[0])
    if found == "other" and re.search(r"\bpre-commit run\b|\bprek\b|\bruff check\b|\bflake8\b", text):
        return "lint"
    return found


def _from_ini(folder: Folder) -> tuple[str, list[Environment], list[str]]:
    for name, section in (("tox.ini", "tox"), ("setup.cfg", "tox:tox")):
        parsed = ini(folder, name)
        if section in parsed or any(key.startswith("testenv") for key in parsed):
            return (name, *_read_ini(parsed, section))
    legacy = mapping(mapping(folder.toml("pyproject.toml").get("tool")).get("tox")).get("legacy_tox_ini")
    if isinstance(legacy, str):
        environments, default = _read_ini(read_ini(legacy), "tox")
        return "pyproject.toml", [Environment(env.name, None, env.text) for env in environments], default
    return "", [], []


def _read_ini(parsed: Ini, section: str) -> tuple[list[Environment], list[str]]:
    options = parsed.get(section, {})
    listed = options.get("envlist") or options.get("env_list")
    default = expand(listed.value) if listed else []
    found: dict[str, Environment] = {}
    for key, entries in parsed.items():
        if key.startswith("testenv:"):
            text = entries["commands"].value if "commands" in entries else ""
            line = min((entry.line for entry in entries.values()), default=1) - 1
            for name in expand(key.removeprefix("testenv:")):
                found[name] = Environment(name, max(line, 1), text)
    common = parsed.get("testenv", {}).get("commands")
    for name in default:
        found.setdefault(name, Environment(name, listed.line if listed else None, common.value if common else ""))
    return list(found.values()), default


def expand(text: str) -> list[str]:
    """Expand an environment list: ``py{311,312}-{a,b}`` gives four names."""
    names: list[str] = []
    for item in _SPLIT.split(text):
        parts = re.split(r"\{([^{}]*)\}", re.sub(r"\s+", "", item))
        choices = [[part] if number % 2 == 0 else _choices(part) for number, part in enumerate(parts)]
        size = 1
        for options in choices:
            size *= len(options)
        if size <= MAX_ENVIRONMENTS * 4:
            names.extend("".join(each).strip("-") for each in product(*choices) if "".join(each).strip("-"))
    return list(dict.fromkeys(names))


def _choices(text: str) -> list[str]:
    """Return the alternatives within braces; ``10-13`` is a range."""
    found: list[str] = []
    for each in text.split(","):
        span = re.fullmatch(r"(\d{1,4})-(\d{1,4})", each)
        first, last = (int(span[1]), int(span[2])) if span else (1, 0)
        found.extend(map(str, range(first, last + 1)) if 0 <= last - first <= MAX_ENVIRONMENTS else [each])
    return found


def _from_toml(folder: Folder) -> tuple[str, list[Environment], list[str]]:
    name, table = "tox.toml", folder.toml("tox.toml") if folder.has("tox.toml") else {}
    if not folder.has("tox.toml"):
        name, table = "pyproject.toml", mapping(mapping(folder.toml("pyproject.toml").get("tool")).get("tox"))
    if not table and name != "tox.toml":
        return "", [], []
    listed = table.get("env_list") or table.get("envlist")
    default = (
        [str(each) for each in listed]
        if isinstance(listed, list)
        else expand(listed)
        if isinstance(listed, str)
        else []
    )
    text = folder.text(name)
    named = {**{each: {} for each in default}, **mapping(table.get("env"))}
    environments = [
        Environment(env, _line(text, env), str(mapping(value).get("commands", ""))) for env, value in named.items()
    ]
    return name, environments, default


def _line(text: str, env: str) -> int | None:
    found = re.search(rf"env\.\"?{re.escape(env)}\"?\]|['\"]{re.escape(env)}['\"]", text)
    return text.count("\n", 0, found.start()) + 1 if found else None
