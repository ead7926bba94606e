"""Files that only pin the version of a language or tool (row 67): asdf, nvm, pyenv, rbenv, SDKMAN, proto and their like."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.facts import Fact, Version
from phoenix_cli.ecosystem.files import Folder
from phoenix_cli.ecosystem.places import LOW_PLACES, place_of

#: File whose first line is one version -> the tool.
SINGLE = {
    ".nvmrc": "node",
    ".node-version": "node",
    ".python-version": "python",
    ".ruby-version": "ruby",
    ".java-version": "java",
    ".go-version": "go",
    ".php-version": "php",
    ".swift-version": "swift",
    ".bun-version": "bun",
    ".deno-version": "deno",
    ".dvmrc": "deno",
    ".elixir-version": "elixir",
    ".crystal-version": "crystal",
    ".perl-version": "perl",
    ".terraform-version": "terraform",
    ".opentofu-version": "opentofu",
    ".terragrunt-version": "terragrunt",
    ".bazelversion": "bazel",
    ".zigversion": "zig",
    ".xcode-version": "xcode",
    ".jvmopts-version": "java",
    "runtime.txt": "python",
}
#: The names that tools have in asdf, SDKMAN and proto, where they differ.
_NAMES = {"nodejs": "node", "golang": "go", "openjdk": "java", "rust": "rust"}
_SINGLE_VERSION = re.compile(r"(?:python-)?v?([0-9][\w.+-]*|lts/[\w*-]+|[a-z][\w.-]*[0-9][\w.-]*)\s*$")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the versions that a folder's files pin; those of examples and fixtures are not the repository's."""
    if place_of(folder.path) in LOW_PLACES:
        return
    for name, tool in SINGLE.items():
        if name in folder.names:
            yield from _single(folder, name, tool)
    yield from _pairs(folder, ".tool-versions", r"([\w:/.-]+)[ \t]+(\S+)")
    yield from _pairs(folder, ".sdkmanrc", r"(\w+)\s*=\s*(\S+)")
    yield from _pairs(folder, ".prototools", r"""([\w-]+)\s*=\s*["']([^"']+)["']""")


def _single(folder: Folder, name: str, tool: str) -> Iterator[Version]:
    for number, line in enumerate(folder.head(name, 400).splitlines(), 1):
        found = _SINGLE_VERSION.match(line.split("#")[0].strip())
        if found:
            yield Version(tool, found.group(1), folder.evidence(name, "version.file", line=number))
            return


def _pairs(folder: Folder, name: str, pattern: str) -> Iterator[Version]:
    """Yield the lines before the first table of a file that names tool and version side by side."""
    for number, line in enumerate(folder.head(name).splitlines() if name in folder.names else (), 1):
        if line.startswith("["):
            return
        found = re.match(pattern, line.strip())
        if found and not line.lstrip().startswith("#"):
            tool = _NAMES.get(found.group(1), found.group(1))
            yield Version(tool, found.group(2), folder.evidence(name, "version.file", line=number))
