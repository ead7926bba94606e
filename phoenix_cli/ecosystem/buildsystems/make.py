"""Make (row 33), read as text: every flag of make that lists targets also runs ``$(shell ...)`` and remakes includes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.make_roles import expand_recipe, role_of_target
from phoenix_cli.ecosystem.buildsystems.make_sites import SPHINX, is_site, site_commands, site_services
from phoenix_cli.ecosystem.buildsystems.makefile_text import Makefile, Target, read_makefile
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, Rejected
from phoenix_cli.ecosystem.files import Files, Folder
from phoenix_cli.ecosystem.places import LOW_PLACES, place_of

NAMES = ("GNUmakefile", "makefile", "Makefile")  # GNU make's own order
MAX_COMMANDS = 120
FEW_COMMANDS = 24  # of an example, whose makefile often includes a whole library of targets
FLOOD = 12  # nested makefiles from which on a tree of them is one recursive build

_GENERATED = re.compile(
    r"generated (?:automatically )?by (?:automake|configure|qmake)|CMAKE generated file|ExtUtils::MakeMaker",
    re.IGNORECASE,
)
_HANDS_ON = re.compile(r"\bcd ([\w./-]+)\s*(?:&&|;)\s*\$[({]MAKE[)}] \$@|\$[({]MAKE[)}] -C ([\w./-]+) \$@")
_HAND_WRITTEN = Rejected("autotools", "configure is written by hand: there is no configure.ac")
_KERNEL = re.compile(r"^(?:obj|lib|subdir|ccflags)-(?:y|m|\$\(|[A-Z])", re.MULTILINE)
_NOT_A_NAME = re.compile(r"[./\\]|^[A-Z_]+$")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the make component of a folder with one command for every target that people call."""
    name = folder.first(*NAMES)
    if name is None:
        return
    listed = _listed(folder, name)
    made = _with_handed_on(folder, read_makefile(folder, listed))
    unread = folder.join(listed) in folder.files.problems
    if not unread and _belongs_above(folder, name, made):
        return
    evidence: tuple[Evidence, ...] = (folder.evidence(name, "make.file", line=1),)
    if listed != name:
        evidence += (folder.evidence(listed, "make.template", line=1),)
    confidence = 0.5 if unread else 0.9 if folder.path else 0.95
    commands = list(_commands(folder, made, evidence[0]))
    if is_site(folder, name):
        special = list(site_commands(Conventions("make", folder, evidence[0]), made, evidence[0]))
        commands = [*special, *(each for each in commands if each.name not in {one.name for one in special})]
        yield from site_services(folder, made)
    rejected = (_HAND_WRITTEN,) if _is_configured(folder) else ()
    yield Component(folder.path, "make", _language(folder), confidence, evidence, tuple(commands), rejected=rejected)


def _with_handed_on(folder: Folder, made: Makefile) -> Makefile:
    """Add the targets of the makefile that the rule for unknown names hands them to: ``cd src && $(MAKE) $@``."""
    found = _HANDS_ON.search(made.otherwise.text) if made.otherwise else None
    below = folder.at(found.group(1) or found.group(2)) if found else folder
    name = below.first(*NAMES)
    if below.path != folder.path and name:
        for target in read_makefile(below, name).targets.values():
            made.targets.setdefault(target.name, target)
    return made


def _listed(folder: Folder, name: str) -> str:
    """Return the file whose targets count: a hand-written configure fills in Makefile.in over a checked-in stub."""
    template = f"{name}.in"
    return template if template in folder.names and "configure" in folder.names else name


def _belongs_above(folder: Folder, name: str, made: Makefile) -> bool:
    text = folder.text(name)
    if SPHINX.search(text) and not folder.has("conf.py", "setup.py", "pyproject.toml") and folder.path:
        return True
    if SPHINX.search(text) and len(made.targets) <= 6 and folder.path:
        return True
    if _GENERATED.search(text[:2_000]) or "Makefile.am" in folder.names:
        return True
    if not made.targets:
        return "<bsd." not in text
    return bool(folder.path) and _is_part(folder, text, made)


def _is_part(folder: Folder, text: str, made: Makefile) -> bool:
    """Tell whether a nested makefile is only a part of the make build above: it lists objects, or is its src folder."""
    if _KERNEL.search(text) or not _can_be_called(made):
        return True
    above = next((up for up in folder.up() if up.path != folder.path and up.has(*NAMES)), None)
    if above is None:
        return False
    parent = folder.at("..")
    return folder.name == "src" or (parent.has(*NAMES) and folder.files.once(_count_nested) > FLOOD)


def _can_be_called(made: Makefile) -> bool:
    """Tell whether some target is an action; a few rules that turn one file into another serve the folder above."""
    return any(target.phony or not _NOT_A_NAME.search(target.name) for target in made.targets.values())


def _count_nested(files: Files) -> int:
    return sum(1 for folder in files.folders.values() if folder.depth and folder.has(*NAMES))


def _language(folder: Folder) -> str:
    for place in (folder, folder.at("src"), folder.at("lib")):
        if any(name.endswith((".cpp", ".cc", ".cxx")) for name in place.names):
            return "cpp"
        if any(name.endswith(".c") for name in place.names):
            return "c"
    return "make"


def _commands(folder: Folder, made: Makefile, source: Evidence) -> Iterator[Command]:
    conventions = Conventions("make", folder, source)
    configured = _is_configured(folder)
    if not made.targets:  # the rules come from the system's own files
        yield conventions.command("all", "make", role="build", confidence=0.8, origin="runner")
    shown = [target for target in made.targets.values() if _is_shown(target, made)]
    most = FEW_COMMANDS if place_of(folder.path) in LOW_PLACES else MAX_COMMANDS
    for target in shown[:most]:
        role, sure = role_of_target(target, made, folder.name)
        if role == "start" and target.file.endswith("erlang.mk") and not folder.has("relx.config"):
            role = "other"  # it runs a release, which a library has none of
        argv = _argv(target, made)
        if role == "build" and configured:
            argv = ("sh", "-c", " && ".join(("./configure", " ".join(argv))))
        yield conventions.command(
            target.name, *argv, role=role, confidence=sure, origin="runner", dynamic=made.dynamic,
            source=Evidence(target.file, target.line, "make.target"), text=expand_recipe(target, made),
        )  # fmt: skip


def _is_configured(folder: Folder) -> bool:
    return "configure" in folder.names and not folder.has("configure.ac", "configure.in")


def _is_shown(target: Target, made: Makefile) -> bool:
    if target.name == made.default or target.phony or target.help:
        return not target.name.startswith("_") and not target.name.endswith((".o", ".a"))
    return not _NOT_A_NAME.search(target.name) and not target.name.startswith(("_", "-"))


def _argv(target: Target, made: Makefile) -> tuple[str, ...]:
    if target.name == made.default and target.name in ("all", "default"):
        return ("make",)
    return ("make", target.name)
