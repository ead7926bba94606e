"""LaTeX and Typst (row 62): documents at the root or with settings of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.product import is_product
from phoenix_cli.ecosystem.facts import Component, Fact, Role
from phoenix_cli.ecosystem.files import Folder

LATEXMK = ("latexmkrc", ".latexmkrc")
_DOCUMENT = re.compile(r"^[^%\n]*\\documentclass\b", re.MULTILINE)
_DEFAULT = re.compile(r"@default_files\s*=\s*\(\s*['\"]([^'\"]+)['\"]")
_ENGINES = (
    ("xelatex", re.compile(r"\$pdf_mode\s*=\s*5|TS-program\s*=\s*xelatex")),
    ("lualatex", re.compile(r"\$pdf_mode\s*=\s*4|TS-program\s*=\s*lualatex")),
)
_MAIN = (
    "main.tex", "thesis.tex", "dissertation.tex", "paper.tex", "report.tex", "book.tex", "article.tex", "resume.tex", "cv.tex",
    "slides.tex",
)  # fmt: skip
MAX_HEADS = 20


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the latex and typst components of a folder."""
    if folder.has(*LATEXMK, "build.lua") or (not folder.path and any(name.endswith(".tex") for name in folder.names)):
        yield from _latex(folder)
    if "typst.toml" in folder.names or "main.typ" in folder.names:
        yield _typst(folder)


def _latex(folder: Folder) -> Iterator[Fact]:
    documents = [name for name in sorted(folder.names) if name.endswith(".tex")][:MAX_HEADS]
    documents = [name for name in documents if _DOCUMENT.search(folder.head(name))]
    settings = folder.first(*LATEXMK)
    package = "build.lua" in folder.names and re.search(r"^[ \t]*module\s*=", folder.text("build.lua"), re.MULTILINE)
    if not (documents or settings or package):
        return
    main = _main(folder, settings, documents)
    file = settings or main or (documents or ["build.lua"])[0]
    make = Conventions("latex", folder, folder.evidence(file, "latex.document", line=1))
    commands = []
    if package:
        commands.append(make.command("check", "l3build", "check", role="test", confidence=0.85))
        commands.append(make.command("doc", "l3build", "doc", role="docs", confidence=0.7))
    elif main or settings:
        role: Role = "build" if is_product(folder) else "docs"
        commands.append(
            make.command(
                "build", "latexmk", *_mode(folder, settings, main), role=role, confidence=0.85 if main else 0.6
            )
        )
    yield Component(folder.path, "latex", "tex", 0.9 if settings or main else 0.7, (make.source,), tuple(commands))


def _main(folder: Folder, settings: str | None, documents: list[str]) -> str | None:
    """Return the document to build: the one that latexmk's settings name, the only one, or one of a usual name."""
    named = _DEFAULT.search(folder.text(settings)) if settings else None
    if named:
        file = named.group(1) if named.group(1).endswith(".tex") else f"{named.group(1)}.tex"
        return file if folder.has_file(file) else None
    return documents[0] if len(documents) == 1 else next((name for name in _MAIN if name in documents), None)


def _mode(folder: Folder, settings: str | None, main: str | None) -> tuple[str, ...]:
    """Return latexmk's arguments; its settings file already says the engine and the document."""
    text = folder.text(settings) if settings else folder.head(main or "", 2_048)
    if settings and "$pdf_mode" in text:
        return () if _DEFAULT.search(text) or main is None else (main,)
    engine = next((name for name, pattern in _ENGINES if pattern.search(text)), "pdf")
    return (f"-{engine}", *((main,) if main else ()))


def _typst(folder: Folder) -> Component:
    file = folder.first("typst.toml", "main.typ") or ""
    make = Conventions("typst", folder, folder.evidence(file, "typst.file", line=1))
    package = folder.toml("typst.toml").get("package") if "typst.toml" in folder.names else None
    commands = []
    if "main.typ" in folder.names:
        role: Role = "build" if is_product(folder) else "docs"
        commands.append(make.command("compile", "typst", "compile", "main.typ", role=role, confidence=0.85))
        commands.append(
            make.command(
                "watch", "typst", "watch", "main.typ", role="dev" if role == "build" else "docs", confidence=0.7
            )
        )
    name = str(package.get("name") or "") if isinstance(package, dict) else ""
    return Component(folder.path, "typst", "typst", 0.9, (make.source,), tuple(commands), name=name)
