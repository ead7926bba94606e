"""Rebar3 (row 52): Erlang projects by rebar.config, read as text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.ci_text import ci_runs
from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.task_roles import judge
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, PackageManager, Version
from phoenix_cli.ecosystem.files import Folder

FILE = "rebar.config"
_COMMENT = re.compile(r"%[^\n]*")
_OTP = re.compile(r"\{\s*(?:minimum_otp_vsn|require_min_otp_vsn|require_otp_vsn)\s*,\s*\"([^\"]+)\"")
_ALIAS = re.compile(r"\{\s*alias\s*,\s*\[(.{0,4000}?)\]\s*\}\s*\.", re.DOTALL)
_ALIAS_ITEM = re.compile(r"\{\s*(\w+)\s*,\s*\[([^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*)\]")

_LINTERS: tuple[tuple[str, tuple[str, ...], float], ...] = (
    ("rebar3_lint", ("lint",), 0.85),
    ("rebar3_hank", ("hank",), 0.6),
    ("erlfmt", ("fmt", "--check"), 0.7),
)


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the rebar3 component of a folder."""
    if FILE not in folder.names:
        return
    text = _COMMENT.sub("", folder.text(FILE))
    member = any("rebar.config" in above.names for above in folder.up() if above.path != folder.path)
    source = folder.evidence(FILE, "rebar3.config", line=1)
    make = Conventions("rebar3", folder, source)
    yield Component(
        folder.path, "rebar3", "erlang", 0.95, (source,), tuple(_commands(make, text, member)), _name(folder), member
    )
    if not member:
        yield _manager(folder, source)
    found = _OTP.search(text)
    if found:
        yield Version("erlang", f">={found.group(1)}", folder.evidence(FILE, "rebar3.otp", f'"{found.group(1)}"'))


def _manager(folder: Folder, source: Evidence) -> PackageManager:
    if "rebar.lock" in folder.names:
        lock = folder.evidence("rebar.lock", "rebar3.lock", line=1)
        return PackageManager("erlang", "rebar3", folder.path, "rebar.lock is the nearest lock", lock)
    return PackageManager("erlang", "rebar3", folder.path, "rebar.config is here", source)


def _name(folder: Folder) -> str:
    return next(
        (name.removesuffix(".app.src") for name in sorted(folder.at("src").names) if name.endswith(".app.src")), ""
    )


def _commands(make: Conventions, text: str, member: bool) -> Iterator[Command]:
    rebar3 = "./rebar3" if "rebar3" in make.folder.names else "rebar3"
    sure = 0.6 if member else 0.9
    if not member:
        yield make.command("install", rebar3, "get-deps", confidence=sure)
    yield make.command("compile", rebar3, "compile", role="build", confidence=sure)
    yield from _tests(make, rebar3, text, sure)
    for alias in _ALIAS_ITEM.finditer(found.group(1) if (found := _ALIAS.search(text)) else ""):
        role, likely = judge(alias.group(1), alias.group(2))
        source = make.folder.evidence(FILE, "rebar3.alias", f"{{{alias.group(1)}")
        yield make.command(
            alias.group(1), rebar3, alias.group(1), role=role, confidence=likely, origin="script", source=source
        )
    yield from _checks(make, rebar3, text)


def _tests(make: Conventions, rebar3: str, text: str, sure: float) -> Iterator[Command]:
    """Judge by the names that EUnit and Common Test demand of their modules, in the project's own folders."""
    sources = [make.folder.at("test"), make.folder.at("src"), *(
        below.at(kind) for name in make.folder.at("apps").subfolders for below in [make.folder.at(f"apps/{name}")]
        for kind in ("test", "src")
    )]  # fmt: skip
    names = [name for folder in sources for below in folder.below(2) for name in below.names]
    suites = any(name.endswith("_SUITE.erl") for name in names)
    eunit = any(name.endswith(("_tests.erl", "_test.erl")) for name in names)
    if eunit or (re.search(r"\beunit_opts\b", text) and not suites):
        yield make.command("eunit", rebar3, "eunit", role="test", confidence=sure)
    if suites:
        yield make.command("ct", rebar3, "ct", role="test", confidence=0.7 if eunit else sure)
    if re.search(r"\bproper_opts\b|\brebar3_proper\b", text) and not (suites or eunit):
        yield make.command("proper", rebar3, "proper", role="test", confidence=0.7)


def _checks(make: Conventions, rebar3: str, text: str) -> Iterator[Command]:
    """Yield linters by plugin; xref and dialyzer come with rebar3, so that only a use of them counts."""
    root = not make.folder.path
    for plugin, words, sure in _LINTERS:
        if re.search(rf"\b{plugin}\b", text):
            yield make.command(words[0], rebar3, *words, role="lint", confidence=sure)
    for task in ("xref", "dialyzer"):
        if root and ci_runs(make.folder.files, rf"rebar3\b.*\b{task}\b"):
            yield make.command(task, rebar3, task, role="lint", confidence=0.7 if task == "xref" else 0.6)
        elif re.search(rf"\b{task}(?:_checks)?\b", text):
            yield make.command(task, rebar3, task, role="check", confidence=0.5)
