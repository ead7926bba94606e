"""Judge what a script of package.json is for, by its name first and then by what it runs."""

from __future__ import annotations

import re
from functools import lru_cache

from phoenix_cli.ecosystem.buildsystems import node_script_names as names
from phoenix_cli.ecosystem.buildsystems import node_script_texts as texts
from phoenix_cli.ecosystem.facts import Role

#: npm runs these by itself around its own work; ``pre`` and ``post`` of another script's name likewise.
_LIFECYCLE = frozenset((
    "preinstall", "install", "postinstall", "preprepare", "prepare", "postprepare", "prepublish", "prepublishOnly", "publish",
    "postpublish", "prepack", "postpack", "preversion", "version", "postversion", "dependencies", "prerestart", "restart",
    "postrestart", "preuninstall", "uninstall", "postuninstall", "husky",
))  # fmt: skip


def is_lifecycle(name: str, scripts: object) -> bool:
    """Tell whether a script is run around others rather than by people."""
    if name in _LIFECYCLE:
        return True
    rest = name[3:] if name.startswith("pre") else name[4:] if name.startswith("post") else ""
    return bool(rest) and isinstance(scripts, dict) and rest in scripts


@lru_cache(maxsize=8_192)
def judge(name: str, text: str) -> tuple[Role, float] | None:
    """Return role and confidence of a script, None for a placeholder that runs nothing.

    ``text`` is what the script runs in the end: calls of other scripts replaced by their text where they are known.
    """
    if texts.is_placeholder(text):
        return None
    role, sure = names.by_name(name)
    return _corrected(name, role, sure, text)


def _corrected(name: str, role: Role, sure: float, text: str) -> tuple[Role, float]:
    if role == "start":
        return _start(name, sure, text)
    if role == "dev":
        return ("other", 0.4) if texts.is_demo(text) else ("docs", 0.5) if texts.is_docs(text) else (role, sure)
    if role == "build":
        return _build(sure, text)
    if role == "test":
        return _test(name, sure, text)
    if role == "install":
        return ("install", 0.5) if texts.installs(text) else ("other", 0.5)
    if role in ("lint", "check", "other"):
        return _by_tools(name, role, sure, text)
    return role, sure


def _start(name: str, sure: float, text: str) -> tuple[Role, float]:
    if texts.is_demo(text):
        return "other", 0.4
    if texts.is_docs(text):
        return "docs", 0.5
    if texts.watches(text):
        return "dev", sure - 0.05
    if texts.previews(text):
        return ("start", 0.6) if name.startswith("start") else ("other", 0.5)
    if texts.tests(text):
        return "test", 0.4
    return "start", sure


def _build(sure: float, text: str) -> tuple[Role, float]:
    if texts.all_lint(text):
        return "lint", min(sure, 0.6)
    if texts.all_types(text):
        return "check", min(sure, 0.6)
    if texts.is_demo(text):
        return "other", 0.4
    if texts.is_docs(text):
        return "docs", 0.5
    return ("dev", 0.5) if texts.watches(text) else ("build", sure)


def _test(name: str, sure: float, text: str) -> tuple[Role, float]:
    if name != "test" and texts.all_lint(text):
        return "lint", 0.7
    if name != "test" and texts.all_types(text):
        return "check", 0.6
    if re.search(r"--watch(?!All=false|=false)\b", text) and name != "test":
        return "test", 0.35
    return "test", sure


def _by_tools(name: str, role: Role, sure: float, text: str) -> tuple[Role, float]:
    if role == "lint":
        return ("format", 0.6) if texts.all_writers(text) and not name.startswith("lint") else (role, sure)
    if texts.all_lint(text):
        return ("format", 0.6) if texts.all_writers(text) else ("lint", 0.7 if role == "check" else 0.55)
    if role == "other" and texts.all_types(text):
        return "check", 0.6
    if role == "other" and texts.all_tests(text) and names.may_be_main(name):
        return "test", 0.55
    return role, sure
