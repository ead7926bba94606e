"""The Clojure command line (row 45): deps.edn with its aliases, and the functions of build.clj."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.edn import load_edn
from phoenix_cli.ecosystem.buildsystems.task_roles import judge
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, PackageManager, Role
from phoenix_cli.ecosystem.files import Folder

#: Aliases that run the tests, and functions of build.clj that build, in order of preference.
_TEST_ALIASES = ("test", "tests", "kaocha", "runner", "test-runner", "cognitect", "run-tests")
_BUILD_FUNCTIONS = ("uber", "uberjar", "jar", "build", "compile", "all")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the component of a deps.edn."""
    if "deps.edn" not in folder.names:
        return
    deps = folder.files.parse(folder.join("deps.edn"), "edn", load_edn)
    aliases = deps.get("aliases") if isinstance(deps, dict) else None
    source = folder.evidence("deps.edn", "clojure.deps", line=1)
    commands = tuple(_commands(folder, source, aliases if isinstance(aliases, dict) else {}))
    yield Component(folder.path, "clojure", "clojure", 0.95 if isinstance(deps, dict) else 0.5, (source,), commands)
    if "project.clj" not in folder.names:
        yield PackageManager("clojure", "clojure", folder.path, "deps.edn is here", source)


def _commands(folder: Folder, source: Evidence, aliases: dict[str, Any]) -> Iterator[Command]:
    make = Conventions("clojure", folder, source)
    yield make.command("prepare", "clojure", "-P", role="install", confidence=0.8)
    functions = _functions(folder) if "build" in aliases else {}
    yield from _test(folder, make, aliases)
    for function, line in functions.items():
        yield _build(folder, make, function, line, functions)
    for alias, value in aliases.items():
        option = _option(value)
        if option and alias not in _TEST_ALIASES and alias != "build":
            role, sure = judge(alias)
            found = folder.evidence("deps.edn", "clojure.alias", f":{alias}")
            offered: Role = "other" if role == "install" else role
            yield make.command(
                alias,
                "clojure",
                f"{option}:{alias}",
                role=offered,
                confidence=min(sure, 0.8),
                origin="script",
                source=found,
            )


def _option(alias: Any) -> str:
    """Return how an alias is run: ``-X`` calls its function, ``-M`` its main; one that only adds paths is not run."""
    if not isinstance(alias, dict):
        return ""
    return "-X" if "exec-fn" in alias else "-M" if "main-opts" in alias else ""


def _test(folder: Folder, make: Conventions, aliases: dict[str, Any]) -> Iterator[Command]:
    runner = next((alias for alias in _TEST_ALIASES if _option(aliases.get(alias))), None)
    if runner is None:
        return
    adds = "test:" if runner != "test" and "test" in aliases else ""
    found = folder.evidence("deps.edn", "clojure.test", f":{runner}")
    argv = ("clojure", f"{_option(aliases[runner])}:{adds}{runner}")
    yield make.command("test", *argv, confidence=0.9, origin="script", source=found)


def _functions(folder: Folder) -> dict[str, int]:
    text = folder.text("build.clj")
    found = re.finditer(r"^\(defn\s+(?:\^\S+\s+)?([a-z][\w-]*)", text, re.MULTILINE)
    return {one.group(1): text.count("\n", 0, one.start()) + 1 for one in found}


def _build(folder: Folder, make: Conventions, function: str, line: int, functions: dict[str, int]) -> Command:
    best = next((name for name in _BUILD_FUNCTIONS if name in functions), None)
    role: Role = "build"
    sure = 0.85
    if function != best:
        role, sure = judge(function)
    if role in ("install", "start", "dev"):
        role, sure = "other", 0.6  # a build's install puts the jar into the local repository
    return make.command(
        f"build:{function}", "clojure", "-T:build", function, role=role, confidence=min(sure, 0.85), origin="script",
        source=folder.evidence("build.clj", "clojure.build", line=line),
    )  # fmt: skip
