"""What role a named task plays, judged by its name and by what it runs."""

from __future__ import annotations

import re

from phoenix_cli.ecosystem.commands import role_of
from phoenix_cli.ecosystem.facts import Role

_WATCHES = re.compile(
    r"\bnodemon\b|--watch\b|--reload\b|\bwatchexec\b|\bcargo[ -]watch\b|(?:^|\s)air(?:\s|$)|\brunserver\b|--debug\b"
    r"|\b(?:next|nuxt|nuxi|astro|remix|vinxi) dev\b|\bvite(?:\s*$|\s+(?:dev|serve|--))|\bentr\b|\bwrangler dev\b|\bts-node-dev\b"
    r"|\btsx watch\b|\b(?:npm|pnpm|yarn|bun) (?:run )?dev\b|\bflask run\b|\bfastapi dev\b|\bmix phx\.server\b",
    re.MULTILINE,
)
_ON_SYSTEM = re.compile(
    r"\bgo install\b|\bcargo (?:\+\S+ )?install\b|\bmake install\b|\bmeson install\b|\binstall -[mDd]"
    r"|/usr/(?:local/)?(?:bin|lib|share)"
    r"|\bcmake --install\b|\bstow\b|~/\.local/bin|\bpipx install \.|\$\{?(?:DESTDIR|PREFIX)\b|\{\{\s*(?:destdir|prefix|bindir)"
)
_PLACEHOLDER = re.compile(r"no test specified|\bexit 1\s*$")
_SERVES = re.compile(r"\b(?:run|serve|server|start|dev|up|vite|webpack|air)\b")
_CHECKS = re.compile(r"\b(?:test|tests|lint|check|fmt|format|clippy|vet|pytest|ruff|eslint)\b")
_BUILDS = re.compile(r"\b(?:build|compile|bundle|tsc|webpack|gcc|cc|make|package|dist|assemble|docker)\b")
_OWN_TASK = re.compile(r"^[ \t]*(?:just|task|mise run|thor|mage)\s+([\w:.-]+)|^deps: (.*)$", re.MULTILINE)

#: Heads of a longer name (``test:unit``, ``build-wasm``) that still tell the role, with lower confidence.
_HEADS: dict[str, Role] = {
    "test": "test", "tests": "test", "build": "build", "compile": "build", "lint": "lint", "format": "format", "fmt": "format",
    "docs": "docs", "doc": "docs", "dev": "dev", "start": "start", "serve": "start", "run": "start", "release": "release",
    "publish": "release", "deploy": "release", "check": "check",
}  # fmt: skip
_GETS_DEPENDENCIES = re.compile(
    r"(?:install|setup|get|fetch|sync)[-_:](?:all[-_:])?(?:dev[-_:]?)?(?:deps|dependencies|requirements|env(?:ironment)?)"
)
#: Tails that turn a task into something beside the main run.
_ASIDE = re.compile(
    r"(?:^|[-_:./])(?:watch|debug|update|snapshots?|clean|open|ui|ci|image|container|docker|base|release|tools?)$"
)
MAX_TEXT = 20_000
_HEAD = re.compile(r"[-_:./ ]+")


def judge(name: str, text: str = "", needs_arguments: bool = False) -> tuple[Role, float]:
    """Return the task's role, and how sure it is that this is the role's main command (0.95 main, 0.6 a variant)."""
    role, sure = _by_name(name)
    role = _by_text(role, name, text[:MAX_TEXT]) if text else role
    if needs_arguments:
        sure = min(sure, 0.4)
    return role, sure if role != "other" else min(sure, 0.7)


def _by_name(name: str) -> tuple[Role, float]:
    role = role_of(name)
    if role != "other":
        return role, 0.6 if name.startswith("cov") else 0.95 if name.isalnum() else 0.85
    if _GETS_DEPENDENCIES.fullmatch(name.lower()):
        return "install", 0.85
    head, *rest = _HEAD.split(name.strip().lower())
    if rest and head in _HEADS:
        return _HEADS[head], 0.4 if _ASIDE.search(name.lower()) else 0.6
    return "other", 0.7


def _by_text(role: Role, name: str, text: str) -> Role:
    if role == "install" and _ON_SYSTEM.search(text) and not _GETS_DEPENDENCIES.fullmatch(name.lower()):
        return "other"
    if role in ("start", "dev") and re.search(r"\bcargo test\b|\bpytest\b|\bgo test\b", text):
        return "test"
    if name == "watch" and not _SERVES.search(text):
        return "other"  # the tests or the documentation are watched
    if role == "start" and _WATCHES.search(text):
        return "dev"
    if role == "test" and _PLACEHOLDER.search(text):
        return "other"
    if role == "build" and _only_checks(text):
        return "other"
    return role


def _only_checks(text: str) -> bool:
    """Tell whether an aggregate such as ``all: lint test`` builds nothing itself, or checks besides building."""
    tasks = " ".join(one or other for one, other in _OWN_TASK.findall(text))
    if tasks:
        return bool(_CHECKS.search(tasks))
    return bool(_CHECKS.search(text)) and not _BUILDS.search(text)
