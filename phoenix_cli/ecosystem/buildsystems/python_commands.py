"""Getting a Python project's dependencies, and building it, in the words of each manager (rows 13-22)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from phoenix_cli.ecosystem.buildsystems.ini_files import value_of
from phoenix_cli.ecosystem.buildsystems.python_ci import ci_tools
from phoenix_cli.ecosystem.buildsystems.python_project import Project, mapping
from phoenix_cli.ecosystem.buildsystems.python_requirements import Requirements
from phoenix_cli.ecosystem.buildsystems.python_voice import Voice
from phoenix_cli.ecosystem.facts import Command, Evidence

#: Extras and groups that hold what a contributor needs, best first.
_DEV_EXTRAS = ("dev", "develop", "development", "all-dev", "test", "tests", "testing")
_PIP = ("pip", "install")
_SELF = ("pip", "install", "-e", ".")


def own_commands(voice: Voice, source: Evidence) -> Iterator[Command]:
    """Yield install and build as this system does them."""
    yield from _OWN.get(voice.system, _editable)(voice, source)


def _uv(voice: Voice, source: Evidence) -> Iterator[Command]:
    extra = () if _groups(voice.project) else _uv_extra(voice.project)
    sync = ("uv", "sync", *extra)
    yield voice.command(
        "install", "install", sync, source, 0.95, locked=(*sync, "--locked"), offline=(*sync, "--offline")
    )
    if voice.project.is_package:
        yield voice.command("build", "build", ("uv", "build"), source, 0.9, offline=("uv", "build", "--offline"))


def _uv_extra(project: Project) -> tuple[str, ...]:
    if mapping(project.tool.get("uv")).get("dev-dependencies"):
        return ()
    extra = _dev_extra(project)
    return ("--extra", extra) if extra else ()


def _poetry(voice: Voice, source: Evidence) -> Iterator[Command]:
    install = ("poetry", "install")
    locked = install if voice.project.folder.has("poetry.lock") else None  # a stale lock file is an error to install
    yield voice.command("install", "install", install, source, 0.95, locked=locked)
    if voice.project.is_package:
        yield voice.command("build", "build", ("poetry", "build"), source, 0.9)


def _pdm(voice: Voice, source: Evidence) -> Iterator[Command]:
    locked = ("pdm", "install", "--frozen-lockfile") if voice.project.folder.has("pdm.lock") else None
    yield voice.command("install", "install", ("pdm", "install"), source, 0.95, locked=locked)
    if voice.project.is_package:
        yield voice.command("build", "build", ("pdm", "build"), source, 0.9)


def _pipenv(voice: Voice, source: Evidence) -> Iterator[Command]:
    locked = ("pipenv", "sync", "--dev") if voice.project.folder.has("Pipfile.lock") else None
    yield voice.command("install", "install", ("pipenv", "install", "--dev"), source, 0.95, locked=locked)


def _pixi(voice: Voice, source: Evidence) -> Iterator[Command]:
    locked = ("pixi", "install", "--locked") if voice.project.folder.has("pixi.lock") else None
    yield voice.command("install", "install", ("pixi", "install"), source, 0.95, locked=locked)


def _conda(voice: Voice, source: Evidence) -> Iterator[Command]:
    for number, one in enumerate(voice.project.environments):
        argv = ("conda", "env", "create", "-f", one.path)
        yield voice.command(
            "install" if number == 0 else f"install:{one.path}", "install", argv,
            voice.project.folder.evidence(one.path, "conda.environment", "dependencies:"),
            0.9 if number == 0 else 0.5, offline=(*argv, "--offline"),
        )  # fmt: skip


def _hatch(voice: Voice, source: Evidence) -> Iterator[Command]:
    if not voice.run:
        yield from _editable(voice, source)
        return
    yield voice.command("install", "install", ("hatch", "env", "create"), source, 0.9)
    if voice.project.is_package:
        yield voice.command("build", "build", ("hatch", "build"), source, 0.9)


def _maturin(voice: Voice, source: Evidence) -> Iterator[Command]:
    yield voice.command(
        "install", "install", ("maturin", "develop"), source, 0.8, locked=("maturin", "develop", "--locked")
    )
    build = ("maturin", "build", "--release")
    yield voice.command(
        "build", "build", build, source, 0.9, locked=(*build, "--locked"), offline=(*build, "--offline")
    )


def _editable(voice: Voice, source: Evidence) -> Iterator[Command]:
    """Speak for a project that pip installs, whatever its backend: editable, with what developers need besides."""
    project = voice.project
    argv: tuple[str, ...] = _SELF
    if extra := _dev_extra(project):
        argv = (*_PIP, "-e", f".[{extra}]")
    elif group := _dev_group(project):
        argv = (*_SELF, "--group", group)
    offline = (*argv, "--no-index", "--no-build-isolation")
    yield voice.command("install", "install", argv, source, 0.9 if argv != _SELF else 0.8, offline=offline)
    if argv != _SELF:
        yield voice.command("install:plain", "install", _SELF, source, 0.5)
    if project.is_package:
        name = "flit" if voice.system == "flit" and "flit" in ci_tools(project.folder.files) else ""
        build = ("flit", "build") if name else ("python", "-m", "build")
        yield voice.command("build", "build", build, source, 0.85, offline=None if name else (*build, "--no-isolation"))


def _pip(voice: Voice, source: Evidence) -> Iterator[Command]:
    """Install from requirement files: the developers' when they lead to the main ones, else both."""
    files = {one.path: one for one in voice.project.requirements if one.purpose != "docs"}
    best = _best_files(voice.project)
    argv = (*_PIP, *(word for one in best for word in ("-r", one.path)))
    locked = (*argv, "--require-hashes") if best and all(one.hashes for one in best) else None
    yield voice.command(
        "install", "install", argv, source, 0.85 if best[0].purpose in ("main", "dev") else 0.7, locked=locked
    )
    for path, one in files.items():
        if best != [one]:
            evidence = voice.project.folder.evidence(path, "pip.requirements", line=1)
            yield voice.command(
                f"install:{path}", "install", (*_PIP, "-r", path), evidence, 0.55 if one.purpose == "main" else 0.4
            )


def _best_files(project: Project) -> list[Requirements]:
    ordered = sorted(
        project.requirements, key=lambda one: (one.path.count("/"), one.path.endswith(".in"), len(one.path), one.path)
    )
    main = next((one for one in ordered if one.purpose == "main"), None)
    for purpose in ("dev", "test"):
        extra = next((one for one in ordered if one.purpose == purpose), None)
        if extra is not None:
            reaches = (
                main is None
                or extra.installs_project
                or any(re.search(r"requirements|base|main|prod|common", each) for each in extra.includes)
            )
            return [extra] if reaches else [main, extra] if main is not None else [extra]
    return [main or ordered[0]]


def _dev_extra(project: Project) -> str:
    extras = {
        *mapping(project.project.get("optional-dependencies")),
        *project.setup_cfg.get("options.extras_require", {}),
        *re.findall(r"['\"]([\w-]+)['\"]\s*:", project.setup_py.partition("extras_require")[2][:4_000]),
        *re.findall(r"extras_require\[['\"]([\w-]+)['\"]\]", project.setup_py),
        *([""] if value_of(project.setup_cfg, "options", "extras_require") else []),
    }
    return next((extra for extra in _DEV_EXTRAS if extra in extras), "")


def _dev_group(project: Project) -> str:
    return next((group for group in _DEV_EXTRAS if group in _groups(project)), "")


def _groups(project: Project) -> dict[str, object]:
    return mapping(project.pyproject.get("dependency-groups"))


_OWN: dict[str, Callable[[Voice, Evidence], Iterator[Command]]] = {
    "uv": _uv,
    "poetry": _poetry,
    "pdm": _pdm,
    "pipenv": _pipenv,
    "pixi": _pixi,
    "conda": _conda,
    "hatch": _hatch,
    "maturin": _maturin,
    "pip": _pip,
}
