"""R (row 58): packages by DESCRIPTION, projects by renv.lock, Shiny applications."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.ci_text import ci_runs
from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.facts import Command, Component, Fact, PackageManager, Version
from phoenix_cli.ecosystem.files import Folder

_FIELD = re.compile(r"^(Package|Type|Version):[ \t]*(\S+)", re.MULTILINE)
_R_VERSION = re.compile(r"\bR\s*\(\s*(>=\s*[\d.]+)\s*\)")
_SHINY = re.compile(r"\bshinyApp\s*\(|\blibrary\(shiny\)|\bshiny::")

_INSTALLERS = (
    ("pak", r"setup-r-dependencies|pak::"),
    ("remotes", r"remotes::install"),
    ("devtools", r"devtools::install"),
)


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the r component of a folder."""
    name = _package(folder)
    locked = "renv.lock" in folder.names
    shiny = next((file for file in ("app.R", "server.R") if _SHINY.search(folder.text(file))), None)
    if not (name or locked or shiny) or (not name and _is_inside_a_package(folder)):
        return
    file = "DESCRIPTION" if name else "renv.lock" if locked else shiny or ""
    source = folder.evidence(
        file, f"r.{'package' if name else 'project'}", "Package:" if name else "", line=None if name else 1
    )
    make = Conventions("r", folder, source)
    yield Component(folder.path, "r", "r", 0.95, (source,), tuple(_commands(make, name, locked, shiny)), name=name)
    yield from _manager(folder, name, locked)
    found = _R_VERSION.search(folder.text("DESCRIPTION"))
    if name and found:
        yield Version(
            "r", re.sub(r"\s", "", found.group(1)), folder.evidence("DESCRIPTION", "r.depends", found.group(0))
        )


def _is_inside_a_package(folder: Folder) -> bool:
    """Tell whether a package above installs this folder: its ``inst`` holds demonstrations, no projects."""
    return any(above.path != folder.path and _package(above) for above in folder.up())


def _package(folder: Folder) -> str:
    """Return the package's name; other tools have a DESCRIPTION too, without these fields."""
    fields = dict(_FIELD.findall(folder.text("DESCRIPTION"))) if "DESCRIPTION" in folder.names else {}
    return fields.get("Package", "") if "Version" in fields else ""


def _manager(folder: Folder, name: str, locked: bool) -> Iterator[PackageManager]:
    if locked:
        yield PackageManager(
            "r", "renv", folder.path, "renv.lock is the nearest lock", folder.evidence("renv.lock", "r.lock", line=1)
        )
        return
    for installer, pattern in _INSTALLERS if name else ():
        if ci_runs(folder.files, pattern):
            source = folder.evidence("DESCRIPTION", "r.package", "Package:")
            yield PackageManager("r", installer, folder.path, f"CI gets packages by {installer}", source)
            return


def _commands(make: Conventions, name: str, locked: bool, shiny: str | None) -> Iterator[Command]:
    folder = make.folder
    if locked:
        restore = ("Rscript", "-e", "renv::restore()")
        yield make.command("install", *restore, confidence=0.95, locked=restore)
    elif name:
        yield make.command("install", "Rscript", "-e", "devtools::install_deps(dependencies = TRUE)", confidence=0.7)
    if name:
        yield make.command("build", "R", "CMD", "build", ".", confidence=0.85)
        if "tests" in folder.subfolders:
            suite = "testthat" in folder.at("tests").subfolders
            yield make.command("test", "Rscript", "-e", "devtools::test()", confidence=0.85 if suite else 0.5)
        yield make.command("check", "Rscript", "-e", "devtools::check()", confidence=0.7)
        if "man" in folder.subfolders:
            yield make.command("document", "Rscript", "-e", "devtools::document()", role="docs", confidence=0.7)
    if ".lintr" in folder.names:
        lint = "lintr::lint_package()" if name else "lintr::lint_dir()"
        yield make.command(
            "lint", "Rscript", "-e", lint, confidence=0.7, source=folder.evidence(".lintr", "r.lintr", line=1)
        )
    if shiny:
        source = folder.evidence(shiny, "r.shiny", line=1)
        yield make.command(
            "run", "Rscript", "-e", "shiny::runApp()", role="start", confidence=0.85, origin="framework", source=source
        )
