"""Buck and Please (row 36): cells and repositories by their configuration file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.facts import Component, Fact, Version
from phoenix_cli.ecosystem.files import Folder


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the component of a .buckconfig or a .plzconfig; BUCK and BUILD files belong to it."""
    if ".buckconfig" in folder.names:
        yield _buck(folder)
    if ".plzconfig" in folder.names:
        yield _please(folder)
        found = re.search(r"^[ \t]*version\s*=\s*([\d.]+)", folder.text(".plzconfig"), re.MULTILINE | re.IGNORECASE)
        if found:
            yield Version(
                "please", found.group(1), folder.evidence(".plzconfig", "plzconfig.version", found.group(0).strip())
            )


def _buck(folder: Folder) -> Component:
    """Tell the second Buck from the first by what only it knows: cells and a prelude."""
    only_second = r"^[ \t]*(?:\[cells\]|prelude\s*=)"
    second = ".buckroot" in folder.names or re.search(only_second, folder.text(".buckconfig"), re.MULTILINE)
    program = "buck2" if second else "buck"
    source = folder.evidence(".buckconfig", "buck.config", line=1)
    make = Conventions("buck", folder, source)
    commands = tuple(make.command(task, program, task, "//...", confidence=0.75) for task in ("build", "test"))
    return Component(folder.path, "buck", "starlark", 0.9, (source,), commands)


def _please(folder: Folder) -> Component:
    program = "./pleasew" if "pleasew" in folder.names else "plz"
    source = folder.evidence(".plzconfig", "please.config", line=1)
    make = Conventions("please", folder, source)
    commands = tuple(make.command(task, program, task, "//...", confidence=0.8) for task in ("build", "test"))
    return Component(folder.path, "please", "starlark", 0.9, (source,), commands)
