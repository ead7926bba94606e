"""mdBook (row 62)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from phoenix_cli.ecosystem.buildsystems.ci_text import ci_runs
from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.product import is_product
from phoenix_cli.ecosystem.buildsystems.site_commands import Site
from phoenix_cli.ecosystem.facts import Component, Fact
from phoenix_cli.ecosystem.files import Folder

FILE = "book.toml"


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the mdbook component of a folder with a book.toml of mdBook's shape."""
    manifest = folder.toml(FILE)
    if FILE not in folder.names or (manifest and not {"book", "output", "build", "preprocessor"} & manifest.keys()):
        return
    book = manifest.get("book")
    book = book if isinstance(book, dict) else {}
    source = folder.evidence(FILE, "mdbook.file", "[book]")
    make = Conventions("mdbook", folder, source)
    serve = ("mdbook", "serve")
    site = Site(make, ("mdbook", "build"), serve, serve, 3000, _is_product(folder, book))
    commands = list(site.commands())
    if ci_runs(folder.files, r"mdbook test\b") or (site.product and "rust" in manifest):
        commands.append(
            make.command("test", "mdbook", "test", role="test" if site.product else "docs", confidence=0.85)
        )
    yield Component(
        folder.path,
        "mdbook",
        "markdown",
        0.95 if manifest else 0.5,
        (source,),
        tuple(commands),
        name=str(book.get("title") or ""),
    )
    yield from site.service()


def _is_product(folder: Folder, book: dict[str, Any]) -> bool:
    """Take the book for the product also beside a Cargo.toml, when the chapters are what ``src`` is for."""
    chapters = str(book.get("src") or "src").strip("./")
    alone = is_product(folder) and "package.json" not in folder.names
    return alone or (not folder.path and chapters == "src" and folder.has_file("src/SUMMARY.md"))
