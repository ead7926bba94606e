"""Stack and Cabal (row 53)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.ci_text import ci_text
from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.haskell_packages import (
    HPACK,
    PROJECT,
    STACK,
    Package,
    package_of,
    packages_below,
    workspace_above,
)
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, PackageManager, Rejected, Version
from phoenix_cli.ecosystem.files import Folder
from phoenix_cli.ecosystem.places import LOW_PLACES, place_of

#: Programs beside the product.
_ASIDE = re.compile(r"(?i)(?:^|[-_])(?:tests?|spec|bench\w*|examples?|demo|gen\w*|profile|fuzz)(?:$|[-_])|^(?:ex|gen)-")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the stack and cabal components of a folder, and the manager where that is decided."""
    package, above = package_of(folder), workspace_above(folder)
    stack = STACK in folder.names
    of_stack = package is not None and package.file == HPACK and above is not None and STACK in above.names
    cabal = PROJECT in folder.names or (package is not None and (package.file != HPACK or not (stack or of_stack)))
    if stack or of_stack:
        yield _stack(folder, package, above)
    if cabal:
        yield _cabal(folder, package, above)
    if above is None and (stack or cabal):
        yield _manager(folder, stack, package)
    if stack:
        yield from _compiler(folder)


def _compiler(folder: Folder) -> Iterator[Version]:
    for pattern, tool in (
        (r"^compiler:\s*ghc-([\d.]+)", "ghc"),
        (r"^(?:resolver|snapshot):\s*([\w.-]+)\s*$", "stackage"),
    ):
        found = re.search(pattern, folder.text(STACK), re.MULTILINE)
        if found:
            yield Version(tool, found.group(1), folder.evidence(STACK, f"stack.{tool}", found.group(0)))


def _manager(folder: Folder, stack: bool, package: Package | None) -> PackageManager:
    """Take stack where its file is there, unless CI runs cabal more: many libraries keep a stack.yaml for visitors."""
    run = folder.files.once(ci_text)
    by_cabal = len(re.findall(r"\bcabal (?:v2-|new-)?(?:build|test)\b", run))
    by_stack = len(re.findall(r"\bstack (?:[-\w.]+ )*?(?:build|test)\b", run))
    mostly_cabal = stack and by_cabal > by_stack
    if stack and not mostly_cabal:
        return PackageManager(
            "haskell", "stack", folder.path, "stack.yaml is here", folder.evidence(STACK, "stack.file", line=1)
        )
    source = (
        folder.evidence(PROJECT, "cabal.project", line=1)
        if PROJECT in folder.names
        else package.source
        if package
        else None
    )
    reason = "CI runs cabal" if mostly_cabal else f"{source.file.rpartition('/')[2]} is here" if source else ""
    return PackageManager(
        "haskell", "cabal", folder.path, reason, source or folder.evidence(STACK, "stack.file", line=1)
    )


def _stack(folder: Folder, package: Package | None, above: Folder | None) -> Component:
    source = (
        folder.evidence(STACK, "stack.file", line=1) if STACK in folder.names else package.source if package else None
    )
    make = Conventions("stack", folder, source or folder.evidence(HPACK, "hpack.package", line=1))
    member = above is not None and STACK not in folder.names
    commands = () if member else tuple(_stack_commands(make, packages_below(folder)))
    return Component(
        folder.path, "stack", "haskell", 0.95, (make.source,), commands, package.name if package else "", member
    )


def _stack_commands(make: Conventions, packages: list[Package]) -> Iterator[Command]:
    flags = ("--test",) if any(one.tests for one in packages) else ()
    locked = (
        ("stack", "--lock-file", "error-on-write", "build", *flags, "--only-dependencies")
        if make.folder.has("stack.yaml.lock")
        else None
    )
    yield make.command("install", "stack", "build", *flags, "--only-dependencies", confidence=0.9, locked=locked)
    yield make.command("build", "stack", "build", confidence=0.9)
    if flags:
        yield make.command("test", "stack", "test", confidence=0.9)
    for name, main in _programs(packages):
        yield make.command(
            f"run:{name}",
            "stack",
            "run",
            name,
            role="start" if main else "other",
            confidence=0.6 if main else 0.4,
        )


def _cabal(folder: Folder, package: Package | None, above: Folder | None) -> Component:
    project = folder.evidence(PROJECT, "cabal.project", line=1) if PROJECT in folder.names else None
    evidence = tuple(one for one in (project, package.source if package else None) if one is not None)
    make = Conventions("cabal", folder, evidence[0])
    turned_down = (Rejected("stack", "the folder is a member of the stack.yaml above", _stack_source(above)),) if (
        package is not None and package.file.endswith(".cabal") and above is not None and STACK in above.names
    ) else ()  # fmt: skip
    commands = tuple(
        _member_commands(make, package)
        if above is not None and package
        else _cabal_commands(make, packages_below(folder))
    )
    return Component(
        folder.path,
        "cabal",
        "haskell",
        0.95,
        evidence,
        commands,
        package.name if package else "",
        above is not None,
        rejected=turned_down,
    )


def _stack_source(above: Folder | None) -> Evidence | None:
    return above.evidence(STACK, "stack.file", line=1) if above is not None else None


def _cabal_commands(make: Conventions, packages: list[Package]) -> Iterator[Command]:
    flags = ("--enable-tests",) if any(one.tests for one in packages) else ()
    offline = ("cabal", "build", "all", "--offline")
    yield make.command("install", "cabal", "build", "all", *flags, "--only-dependencies", confidence=0.85)
    yield make.command("build", "cabal", "build", "all", confidence=0.85, offline=offline)
    if flags:
        yield make.command(
            "test", "cabal", "test", "all", confidence=0.85, offline=("cabal", "test", "all", "--offline")
        )
    for name, main in _programs(packages):
        yield make.command(
            f"run:{name}",
            "cabal",
            "run",
            name,
            role="start" if main else "other",
            confidence=0.55 if main else 0.4,
        )
    hints = make.folder.first(".hlint.yaml", ".hlint.yml")
    if hints and re.search(r"\bhlint\b", make.folder.files.once(ci_text)):
        yield make.command(
            "hlint",
            "hlint",
            ".",
            role="lint",
            confidence=0.7,
            source=make.folder.evidence(hints, "hlint.settings", line=1),
        )


def _member_commands(make: Conventions, package: Package) -> Iterator[Command]:
    yield make.command("build", "cabal", "build", confidence=0.6)
    if package.tests:
        yield make.command("test", "cabal", "test", confidence=0.6)


def _programs(packages: list[Package]) -> list[tuple[str, bool]]:
    """Return the programs of a project, and whether each is the main one: the only one, or of its package's name."""
    own = [one for one in packages if place_of(one.folder.path) not in LOW_PLACES]
    names = [(program, one) for one in own for program in one.executables if not _ASIDE.search(program)]
    named = [program for program, one in names if program == one.name]
    shortest = min(named, key=len, default="")  # "hledger" among hledger-ui and hledger-web
    family = shortest and all(program.startswith(shortest) for program in named)
    main = names[0][0] if len(names) == 1 else shortest if family else ""
    return [(program, program == main) for program, _ in names]
