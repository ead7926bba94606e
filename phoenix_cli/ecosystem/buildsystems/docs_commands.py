"""Commands in README, CONTRIBUTING and the files for agents (row 84): strangers' prose, so evidence and nothing more.

Only files at the root are read, and of them only fenced shell blocks and lines that show a prompt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.shell_usages import Shell
from phoenix_cli.ecosystem.facts import Fact, Usage
from phoenix_cli.ecosystem.files import Folder

NAMES = (
    "CONTRIBUTING", "README", "DEVELOPMENT", "DEVELOPING", "HACKING", "BUILDING", "BUILD", "AGENTS", "CLAUDE", "GEMINI",
)  # fmt: skip
_SUFFIXES = (".md", ".markdown", ".rst", ".adoc", ".txt", "")
MAX_BYTES = 150_000  # of one file
MAX_USAGES = 120  # of all files
_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[ \t]*\{?\.?([\w+-]*)[^\n]*\n(.*?)^[ \t]*\1", re.MULTILINE | re.DOTALL)
_SHELLS = frozenset((
    "sh", "bash", "zsh", "shell", "console", "shell-session", "shellsession", "sh-session", "terminal", "cmd",
    "powershell",
))  # fmt: skip
_PROMPT = re.compile(r"^[ \t]*\$ +(\S[^\n]*)$", re.MULTILINE)
_DIRECTIVE = re.compile(
    r"^\.\. (?:code-block|code|sourcecode)::[ \t]*(\w[\w-]*)[^\n]*\n((?:[ \t]*\n|[ \t]+[^\n]*\n?)+)", re.MULTILINE
)


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the commands that the root's documents show."""
    if folder.path:
        return
    count = 0
    seen: set[tuple[object, ...]] = set()
    for place, name in _documents(folder):
        for usage in usages_in(place, name):
            key = (usage.argv, usage.dir)
            if key not in seen and count < MAX_USAGES:
                seen.add(key)
                count += 1
                yield usage


def _documents(folder: Folder) -> Iterator[tuple[Folder, str]]:
    for place in (folder, folder.at(".github")):
        by_lower = {name.lower(): name for name in sorted(place.names)}
        for base in NAMES:
            found = next((by_lower[f"{base.lower()}{end}"] for end in _SUFFIXES if f"{base.lower()}{end}" in by_lower), None)
            if found is not None and (base == "CONTRIBUTING" or place is folder):
                yield place, found


def usages_in(folder: Folder, name: str) -> Iterator[Usage]:
    """Yield one document's commands, in the order of its blocks."""
    text = folder.head(name, MAX_BYTES)
    shell = Shell(folder.files, "docs", folder.join(name), "docs.block", "", trust_cd=False)
    for start, block in sorted(_blocks(text)):
        line = text.count("\n", 0, start) + 1
        prompts = list(_PROMPT.finditer(block))
        shell.dir = ""
        if not prompts:
            yield from shell.usages(block, line)
        for prompt in prompts:
            yield from shell.usages(prompt.group(1), line + block.count("\n", 0, prompt.start(1)))


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """Yield fenced shell blocks, reStructuredText's, and indented lines with a prompt; each with its offset."""
    taken: list[tuple[int, int]] = []
    for found in _FENCE.finditer(text):
        taken.append(found.span())
        if found.group(2).lower() in _SHELLS or (not found.group(2) and _PROMPT.search(found.group(3))):
            yield found.start(3), found.group(3)
    for found in _DIRECTIVE.finditer(text):
        taken.append(found.span())
        if found.group(1).lower() in _SHELLS:
            yield found.start(2), found.group(2)
    for found in _PROMPT.finditer(text):
        if not any(start <= found.start() < end for start, end in taken):
            yield found.start(), found.group(0) + "\n"
