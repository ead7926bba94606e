"""What a tool's command line does: a few words that stay the same whatever flags it is given.

``make -j8 all check`` is two acts, ``npm t`` and ``yarn run test`` the same one. A flag counts only where it chooses what is
run: ``tox -e py``, ``cmake --build``, ``nx run-many -t test``, and ``-C dir`` in its many spellings.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Act:
    """What a command line does, where: ``words`` are the tool and what it is told to do."""

    dir: str
    words: Words


Reader = Callable[[str, list[str], str], Iterator[Act]]

_SCRIPT_VERBS = frozenset(("run", "run-script", "task", "rum", "urn"))
#: The managers' own verbs: where a script has such a name, it needs ``run`` in front.
_OWN_VERBS = (
    "install i ci add remove exec dlx x create init publish pack audit link unlink why list ls config set cache dedupe up update"
    " upgrade workspaces rebuild prune version login view require dump-autoload validate global show self-update compile fmt lint"
    " check bench doc coverage clean-install setup info outdated import approve-builds"
)
_NO_SCRIPT = frozenset((*_OWN_VERBS.split(), ""))
_SHORT = {"t": "test", "tst": "test"}
_SCOPES = ("--filter", "-F", "-w", "--workspace", "--scope")
_CHOICES = ("-e", "-s", "--session", "--sessions", "--env")
_MOVES = frozenset(("-C", "--directory", "--prefix", "--dir", "--cwd", "--project-dir"))
_MANIFESTS = frozenset(("--manifest-path", "-f", "--file"))
_IN_FOLDER = _MOVES | _MANIFESTS | {"--working-directory", "-d", "--justfile"}
_OF_TASKS = frozenset(
    ("-t", "--target", "--targets", "-p", "--project", "--projects", "-P", "-x", "-j", "--jobs", "-I", "--filter", "-o",
     "--parallel", "-c", "--configuration")
)  # fmt: skip


def acts_of_tool(tool: str, rest: list[str], dir: str) -> tuple[Act, ...]:
    """Return what a program does when it is run with these arguments in a folder."""
    return tuple(dict.fromkeys(_READERS.get(tool, _alone)(tool, rest, dir)))


def joined(dir: str, path: str) -> str:
    """Return the folder that a relative path leads to from another; the root is "" ."""
    where = posixpath.normpath(posixpath.join(dir, path))
    return "" if where == "." else where


def _alone(tool: str, rest: list[str], dir: str) -> Iterator[Act]:
    yield Act(dir, (tool,))


def _split(rest: list[str], valued: frozenset[str] = frozenset()) -> tuple[list[str], dict[str, str]]:
    """Separate plain words from flags; ``valued`` flags take the next word."""
    plain: list[str] = []
    flags: dict[str, str] = {}
    words = iter(rest)
    for word in words:
        if word == "--":
            break
        if not word.startswith("-") or len(word) == 1:
            plain.append(word)
            continue
        name, equals, value = word.partition("=")
        flags[name] = value if equals or name not in valued else next(words, "")
    return plain, flags


def _verb(tool: str, rest: list[str], dir: str) -> Iterator[Act]:
    """Read ``cargo +nightly test --all`` as ``cargo test``."""
    plain = [word for word in _split(rest, _IN_FOLDER)[0] if not word.startswith("+")]
    yield Act(_moved(rest, dir), (tool, *plain[:1]))


def _tasks(tool: str, rest: list[str], dir: str) -> Iterator[Act]:
    """Read every plain word as a task of its own: ``gradle assemble check``."""
    plain, _ = _split(rest, _IN_FOLDER | _OF_TASKS)
    where = _moved(rest, dir)
    tasks = [word.lstrip(":") for word in plain if "=" not in word and not word.startswith("$")]
    for task in tasks or [""]:
        yield Act(where, (tool, task))


def _first_task(tool: str, rest: list[str], dir: str) -> Iterator[Act]:
    """Read the first plain word as the task, the others as its arguments: ``just test foo``."""
    plain = [word for word in _split(rest, _IN_FOLDER | _OF_TASKS)[0] if "=" not in word]
    if plain[:1] in (["run"], ["r"]) and tool != "just":
        plain = plain[1:]
    yield Act(_moved(rest, dir), (tool, *plain[:1]))


def _environments(tool: str, rest: list[str], dir: str) -> Iterator[Act]:
    """Read tox and nox: ``tox run -e py,lint`` runs two environments."""
    plain, flags = _split(rest, frozenset((*_CHOICES, "-f", "-c", "-p", "-k", "-t")))
    chosen = next((flags[name] for name in _CHOICES if name in flags), "")
    if tool == "nox" and chosen:
        chosen = ",".join([chosen, *plain])
    for name in chosen.split(",") if chosen else [""]:
        yield Act(dir, (tool, re.split(r"[(-]?\$|\(", name)[0].strip()))


def _script(tool: str, rest: list[str], dir: str) -> Iterator[Act]:
    """Read a script of package.json, composer.json or deno.json; every manager of package.json runs the same script."""
    plain, flags = _split(rest, _IN_FOLDER | frozenset(_SCOPES))
    scope = next((flags[name] for name in _SCOPES if flags.get(name)), "")
    if plain[:1] == ["workspace"] and len(plain) > 2:
        scope, plain = plain[1], plain[2:]
    spoken = bool(plain) and plain[0] in _SCRIPT_VERBS
    name = next(iter(plain[1:] if spoken else plain), "")
    where = _moved(rest, dir)
    if spoken or not (name in _NO_SCRIPT or (tool in ("bun", "deno") and name == "test")):
        kind = "composer" if tool == "composer" else "script"
        yield Act(where, (kind, name if spoken else _SHORT.get(name, name), *([scope] if scope else [])))
    else:
        yield Act(
            where, (tool, {"i": "install", "ci": "install", "": "install" if tool == "yarn" else ""}.get(name, name))
        )


def _cmake(tool: str, rest: list[str], dir: str) -> Iterator[Act]:
    yield Act(
        dir, (tool, next((verb for verb in ("--build", "--install", "--workflow", "-E", "-P") if verb in rest), ""))
    )


def _docker(tool: str, rest: list[str], dir: str) -> Iterator[Act]:
    plain, _ = _split(rest, frozenset(("-f", "--file", "-p", "--profile", "--env-file")))
    yield Act(dir, (tool, *(plain[:2] if plain[:1] in (["compose"], ["buildx"]) else plain[:1])))


def _dune(tool: str, rest: list[str], dir: str) -> Iterator[Act]:
    plain, _ = _split(rest, frozenset(("-p", "--profile", "--root")))
    yield Act(dir, (tool, "test" if any("runtest" in word for word in plain) else "".join(plain[:1])))


def _nx(tool: str, rest: list[str], dir: str) -> Iterator[Act]:
    """Read ``nx run-many -t build test`` as two targets, ``nx test app`` as one."""
    plain, flags = _split(rest, _OF_TASKS)
    many = plain[:1] in (["run-many"], ["affected"])
    target = next((flags[name] for name in ("-t", "--target", "--targets") if flags.get(name)), "")
    words = (
        [*target.split(","), *(plain[1:] if many else [])] if target else [word for word in plain if word != "run"][:1]
    )
    for word in words or [""]:
        yield Act(dir, (tool, word))


def _moved(rest: list[str], dir: str) -> str:
    """Return the folder that ``-C dir``, ``--prefix dir`` or a manifest's path leads to."""
    for at, word in enumerate(rest):
        name, equals, value = word.partition("=")
        target = value if equals else "".join(rest[at + 1 : at + 2])
        if not target or target[0] in "-$/":
            continue
        if name in _MOVES:
            return joined(dir, target)
        if name in _MANIFESTS and target.endswith((".toml", "pom.xml", "akefile", ".gradle")):
            return joined(dir, posixpath.dirname(target) or ".")
    return dir


_BY_TOOLS: dict[Reader, str] = {
    _script: "npm pnpm yarn bun deno composer",
    _tasks: "make gradle mvn ant rake sbt mill rebar3 invoke inv doit scons waf gulp grunt mage lage",
    _first_task: "just task mise moon turbo lerna rush earthly poe lein thor",
    _environments: "tox nox",
    _cmake: "cmake",
    _docker: "docker",
    _dune: "dune",
    _nx: "nx",
    _verb: "cargo go dotnet swift zig mix stack cabal opam elm gleam crystal shards dart flutter terraform tofu helm kustomize"
    " kubectl bazel buck2 meson pre-commit poetry pdm uv hatch pip pip3 pipenv pixi conda mamba micromamba flit bundle rails"
    " mkdocs mdbook hugo jekyll luarocks raco nimble dub spago forge manage.py setup.py artisan bin/console bin/rails"
    " golangci-lint clojure bb nix ng vite next rye maturin django-admin gem ruff biome",
}
_READERS: dict[str, Reader] = {tool: reader for reader, tools in _BY_TOOLS.items() for tool in tools.split()}
