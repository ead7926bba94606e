"""Say when two command lines are the same deed, so that what CI runs can be held against what a component offers.

What only lends an environment or spells a program's place is taken away first: ``uv run python -m pytest -x``, ``./gradlew``,
``bundle exec rake``, ``sh scripts/test``. What is left is read by ``acts``.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import lru_cache

from phoenix_cli.ecosystem.acts import Act, Words, acts_of_tool, joined
from phoenix_cli.ecosystem.shell_words import simple_commands

__all__ = ["Act", "acts_of"]

_WRAPPERS: tuple[Words, ...] = tuple(
    tuple(words.split())
    for words in (
        "uv run", "uv tool run", "uvx", "poetry run", "pdm run", "pipenv run", "pipx run", "hatch run", "rye run", "pixi run",
        "conda run", "mamba run", "micromamba run", "bundle exec", "npx", "bunx", "pnpx", "pnpm exec", "pnpm dlx", "yarn exec",
        "yarn dlx", "npm exec", "cross-env", "coverage run", "mise exec", "mise x", "direnv exec", "devbox run", "opam exec",
        "stack exec", "asdf exec", "rbenv exec", "nix develop", "xvfb-run", "dotenv", "retry", "time",
    )
)  # fmt: skip
_WRAPPERS_BY_FIRST = {first: [one for one in _WRAPPERS if one[0] == first] for first, *_ in _WRAPPERS}
_VALUED = frozenset(
    ("--with", "--group", "--only-group", "--extra", "--python", "-p", "--project", "--package", "--directory", "-n", "-e",
     "--env", "--environment", "--from")
)  # fmt: skip
_PYTHON = re.compile(r"(?:.*/)?(?:python|py|pypy)(?:\d(?:\.\d+)?)?(?:\.exe)?$|\$\{?\w*PYTHON\w*\}?$")
_COMPUTED = re.compile(r"^\$\{?\w+\}?/?")  # ${PREFIX}ruff, $VENV/bin/ruff
_INTERPRETER = re.compile(r"(?:sh|bash|zsh|pwsh|perl|node)$|(?:php|ruby)[\d.]*(?:\$\{?\w*\}?)?$")
_RENAMED = {
    "gradlew": "gradle", "gradlew.bat": "gradle", "mvnw": "mvn", "mvnw.cmd": "mvn", "millw": "mill", "prek": "pre-commit",
    "cross": "cargo", "docker-compose": "docker compose", "podman": "docker", "gotestsum": "go test", "py.test": "pytest",
    "pytest-3": "pytest", "gmake": "make", "buck": "buck2", "bazelisk": "bazel", "clj": "clojure",
}  # fmt: skip
NESTING = 4  # wrappers in wrappers


def acts_of(argv: Words, dir: str = "") -> tuple[Act, ...]:
    """Return what an argument list does; a ``sh -c`` text may do several things."""
    if argv[:2] in (("sh", "-c"), ("bash", "-c")) and len(argv) > 2:
        return tuple(_acts_of_text(argv[2], dir))
    return _acts(argv, dir)


def _acts_of_text(text: str, dir: str) -> Iterator[Act]:
    for argv in simple_commands(text):
        if argv[0] == "cd" and len(argv) > 1:
            dir = joined(dir, argv[1])
        else:
            yield from _acts(argv, dir)


@lru_cache(maxsize=16_384)
def _acts(argv: Words, dir: str) -> tuple[Act, ...]:
    words: Words = (argv[0].lstrip("@-"), *argv[1:])  # make's marks on a recipe's line
    for _ in range(NESTING):
        words = _without_interpreter(_without_wrapper(words))
    if not words or not words[0]:
        return ()
    tool, *rest = words
    tool, *more = _program(tool).split(" ")
    return acts_of_tool(tool, [*more, *rest], dir)


def _program(word: str) -> str:
    """Return a program without what is only spelling: ``./gradlew`` is gradle, ``node_modules/.bin/jest`` is jest."""
    word = _COMPUTED.sub("", word) or word
    path = posixpath.normpath(word) if "/" in word else word
    name = path.rpartition("/")[2]
    if name in _RENAMED:
        return _RENAMED[name]
    installed = "bin/" in path.removesuffix(name)[-5:] and not path.startswith("bin/")
    return name if installed or path[0] in "$/" or not path else path


def _without_wrapper(words: Words) -> Words:
    for wrapper in _WRAPPERS_BY_FIRST.get(words[0], ()) if words else ():
        if words[: len(wrapper)] == wrapper:
            return _after_flags(words[len(wrapper) :]) or words
    return words


def _after_flags(words: Words) -> Words:
    at = 0
    while at < len(words) and words[at].startswith("-"):
        if words[at] in ("-m", "--module"):
            return ("python", *words[at:])
        at += 2 if words[at] in _VALUED else 1
    return words[at:]


def _without_interpreter(words: Words) -> Words:
    """Read ``python -m pytest`` as ``pytest``, ``sh scripts/test`` as ``scripts/test``."""
    if len(words) < 2:
        return words
    if _INTERPRETER.match(words[0]):
        return words if words[1].startswith("-") else words[1:]
    return _without_python(words) if _PYTHON.match(words[0]) else words


def _without_python(words: Words) -> Words:
    for at, word in enumerate(words[1:], 1):
        if word == "-m" and at + 1 < len(words):
            return words[at + 1 :]
        if word.startswith("-m") and len(word) > 2:
            return (word[2:], *words[at + 1 :])
        if not word.startswith("-"):
            return words[at:]
    return words
