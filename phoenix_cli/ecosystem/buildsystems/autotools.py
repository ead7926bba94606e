"""Autotools (row 34): configure.ac and what leads from it to a build."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.facts import Command, Component, Evidence, Fact, Version
from phoenix_cli.ecosystem.files import Files, Folder

NAMES = ("configure.ac", "configure.in")
MAX_FILES = 80
MAX_BYTES = 200_000
#: Scripts that make ``configure``, as projects name them.
_BOOTSTRAPS = ("autogen.sh", "bootstrap", "bootstrap.sh", "autogen", "buildconf", "buildconf.sh")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the component of a folder with a configure.ac."""
    marker = folder.first(*NAMES)
    if marker is None:
        return
    text = folder.text(marker)
    found = re.search(r"^[ \t]*AC_INIT\((?:\s*\[)?\s*([\w.+ -]+)", text, re.MULTILINE)
    if found is None and "AC_" not in text and "m4_" not in text:
        return
    source = folder.evidence(marker, "autotools.init", found.group(0).strip() if found else "", None if found else 1)
    name = found.group(1).strip() if found else ""
    language = "cpp" if re.search(r"^[ \t]*AC_PROG_CXX\b", text, re.MULTILINE) else "c"
    member = folder.path in folder.files.once(configured_folders)
    yield Component(
        folder.path, "autotools", language, 0.95, (source,), tuple(_commands(folder, source, name)), name, member
    )
    least = re.search(r"AC_PREREQ\(\[?([\d.]+)", text)
    if least:
        yield Version("autoconf", f">={least.group(1)}", folder.evidence(marker, "autotools.prereq", least.group(0)))


def configured_folders(files: Files) -> frozenset[str]:
    """Return the folders that some AC_CONFIG_SUBDIRS names; call it as ``files.once(configured_folders)``."""
    return frozenset(
        folder.at(word).path
        for folder in files.named(*NAMES)
        for words in re.findall(r"AC_CONFIG_SUBDIRS\(\[?([^\])]*)", folder.text(folder.first(*NAMES) or ""))
        for word in words.split()
    )


def _commands(folder: Folder, source: Evidence, name: str) -> Iterator[Command]:
    make = Conventions("autotools", folder, source, name)
    script = folder.first(*_BOOTSTRAPS)
    prepare = f"./{script}" if script else "autoreconf -fi"
    yield make.command("prepare", *prepare.split(), role="other", confidence=0.8)
    steps = ["./configure", "make"] if "configure" in folder.names else [prepare, "./configure", "make"]
    yield make.command("build", "sh", "-c", " && ".join(steps), role="build", confidence=0.85)
    tests = _tests(folder)
    if tests:
        yield make.command("test", "make", "check", role="test", confidence=0.85, source=tests)


def _tests(folder: Folder) -> Evidence | None:
    """Return where some Makefile.am lists tests: without them ``make check`` runs nothing."""
    looked = 0
    for below in folder.below(4):
        for name in sorted(below.names):
            if name.endswith(".am"):
                looked += 1
                text = below.head(name, MAX_BYTES)
                found = re.search(r"^(?:TESTS|dist_check_SCRIPTS|check-local\s*:|DEJATOOL)\b", text, re.MULTILINE)
                if found:
                    return below.evidence(name, "autotools.tests", line=text.count("\n", 0, found.start()) + 1)
        if looked > MAX_FILES:
            break
    return None
