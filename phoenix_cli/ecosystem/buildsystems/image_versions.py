"""What a container image's name says about a language: ``python:3.12-slim`` is Python 3.12."""

from __future__ import annotations

import re

_TOOLS = {
    "node": "node", "python": "python", "golang": "go", "go": "go", "rust": "rust", "ruby": "ruby", "php": "php",
    "openjdk": "java", "eclipse-temurin": "java", "elixir": "elixir", "erlang": "erlang", "swift": "swift", "dart": "dart",
    "maven": "maven", "gradle": "gradle", "bun": "bun", "deno": "deno", "terraform": "terraform", "haskell": "ghc",
    "julia": "julia", "perl": "perl",
}  # fmt: skip
#: Accounts whose images carry a language's own version; of any other we cannot know.
_ACCOUNTS = frozenset({"", "library", "cimg", "circleci", "oven", "denoland", "hashicorp", "bitnami"})


def image_version(image: str) -> tuple[str, str] | None:
    """Return the tool and the version that an image's tag begins with, None where it does not tell."""
    name, _, tag = image.removeprefix("docker.io/").partition("@")[0].partition(":")
    account, _, repository = name.rpartition("/")
    version = re.match(r"v?(\d[\w.]*)", tag)
    if account in _ACCOUNTS and repository in _TOOLS and version:
        return _TOOLS[repository], version.group(1)
    return None
