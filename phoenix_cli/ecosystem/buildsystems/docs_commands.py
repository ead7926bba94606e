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
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})[ \t]*\{?\.?([\w+-]*)")
_SHELLS = frozenset((
    "sh", "bash", "zsh", "shell", "console", "shell-session", "shellsession", "sh-session", "terminal", "cmd",
    "powershell",
))  # fmt: skip
_PROMPT = re.compile(r"[ \t]*\$ +(\S.*)$")
_DIRECTIVE = re.compile(r"\.\. (?:code-block|code|sourcecode)::[ \t]*([\w-]+)")


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
            found = next(
                (by_lower[f"{base.lower()}{end}"] for end in _SUFFIXES if f"{base.lower()}{end}" in by_lower), None
            )
            if found is not None and (base == "CONTRIBUTING" or place is folder):
                yield place, found


def usages_in(folder: Folder, name: str) -> Iterator[Usage]:
    """Yield one document's commands, in the order of its blocks."""
    shell = Shell(folder.files, "docs", folder.join(name), "docs.block", "", trust_cd=False)
    for first, lines in _blocks(folder.head(name, MAX_BYTES).splitlines()):
        shell.dir = ""
        prompts = [(first + at, found.group(1)) for at, line in enumerate(lines) if (found := _PROMPT.match(line))]
        for number, text in prompts or [(first, "\n".join(lines))]:
            yield from shell.usages(text, number)


def _blocks(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield (first line number, lines) of fenced shell blocks, of directives, and of indented lines with a prompt."""
    at = 0
    while at < len(lines):
        fence, directive = _FENCE.match(lines[at]), _DIRECTIVE.match(lines[at])
        start = at = at + 1
        if fence is not None:
            while at < len(lines) and not lines[at].lstrip().startswith(fence.group(1)):
                at += 1
            language, block = fence.group(2).lower(), lines[start:at]
            at += 1
            if language in _SHELLS or (not language and any(map(_PROMPT.match, block))):
                yield start + 1, block
        elif directive is not None:
            while at < len(lines) and (not lines[at].strip() or lines[at][0] in " \t"):
                at += 1
            if directive.group(1).lower() in _SHELLS:
                yield start + 1, lines[start:at]
        elif _PROMPT.match(lines[start - 1]):
            yield start, [lines[start - 1]]
