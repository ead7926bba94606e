"""Bazel (row 35): workspaces by their module or workspace file; BUILD files belong to the workspace above."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, Version
from phoenix_cli.ecosystem.files import Folder

MARKERS = ("MODULE.bazel", "WORKSPACE.bazel", "WORKSPACE", "WORKSPACE.bzlmod")
MAX_FILES = 300
MAX_BYTES = 30_000

_TEST_RULE = re.compile(r"^[ \t]*(?:\w+_)?test(?:_suite)?\(", re.MULTILINE)
_RULES = re.compile(
    r"\b(?:rules_|aspect_rules_)(go|rust|java|jvm_external|python|cc|kotlin|scala|swift|nodejs|js|ts|haskell)\b"
)
_LANGUAGES = {"cc": "cpp", "jvm_external": "java", "nodejs": "javascript", "js": "javascript", "ts": "typescript"}


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the component of a workspace's root."""
    marker = folder.first(*MARKERS)
    if marker is None:
        return
    source = folder.evidence(marker, "bazel.workspace", line=1)
    found = re.search(r"^[ \t]*(?:module|workspace)\(\s*name\s*=\s*\"([^\"]+)\"", folder.text(marker), re.MULTILINE)
    name = found.group(1) if found else ""
    commands = tuple(_commands(folder, source, name))
    yield Component(folder.path, "bazel", _language(folder.text(marker)), 0.9, (source,), commands, name=name)
    pinned = folder.text(".bazelversion").strip().split("\n")[0]
    if pinned:
        yield Version("bazel", pinned, folder.evidence(".bazelversion", "bazelversion", line=1))


def _language(text: str) -> str:
    found = _RULES.search(text)
    return _LANGUAGES.get(found.group(1), found.group(1)) if found else "starlark"


def _commands(folder: Folder, source: Evidence, name: str) -> Iterator[Command]:
    make = Conventions("bazel", folder, source, name)
    locked = "--lockfile_mode=error"
    yield make.command("fetch", "bazel", "fetch", "//...", role="install", confidence=0.5)
    for task in ("build", "test"):
        tests = _tests(folder) if task == "test" else source
        if tests:
            yield make.command(
                task, "bazel", task, "//...", confidence=0.8, source=tests,
                locked=("bazel", task, locked, "//..."), offline=("bazel", task, "--nofetch", "//..."),
            )  # fmt: skip


def _tests(folder: Folder) -> Evidence | None:
    """Return the first test rule in the workspace's BUILD files."""
    looked = 0
    for below in folder.below(12):
        name = below.first("BUILD.bazel", "BUILD")
        if name is None:
            continue
        looked += 1
        text = below.head(name, MAX_BYTES)
        found = _TEST_RULE.search(text)
        if found:
            return below.evidence(name, "bazel.test", line=text.count("\n", 0, found.start()) + 1)
        if looked >= MAX_FILES:
            break
    return None
