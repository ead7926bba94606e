"""Jekyll (row 62)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.product import is_product
from phoenix_cli.ecosystem.buildsystems.ruby_gems import gems_of, with_bundle
from phoenix_cli.ecosystem.buildsystems.site_commands import Site
from phoenix_cli.ecosystem.facts import Component, Fact
from phoenix_cli.ecosystem.files import Folder

FILES = ("_config.yml", "_config.yaml", "_config.toml")
_FOLDERS = frozenset(("_layouts", "_includes", "_posts", "_data", "_sass", "_drafts", "_pages"))
_GEMS = frozenset(("jekyll", "github-pages", "just-the-docs", "minima"))
_PORT = re.compile(r"^port\s*[:=]\s*(\d{2,5})", re.MULTILINE)


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the jekyll component of a folder with a _config.yml and a site around it, or the gem that makes one."""
    file = folder.first(*FILES)
    if file is None or not _is_site(folder):
        return
    source = folder.evidence(file, "jekyll.settings", line=1)
    make = Conventions("jekyll", folder, source)
    found = _PORT.search(folder.text(file))
    serve = with_bundle(folder, "jekyll", "serve")
    site = Site(
        make,
        with_bundle(folder, "jekyll", "build"),
        serve,
        (*serve, "--livereload"),
        int(found.group(1)) if found else 4000,
        is_product(folder) or _is_theme(folder),
        folder.evidence(file, "jekyll.port", found.group(0)) if found else None,
    )
    yield Component(folder.path, "jekyll", "markdown", 0.95, (source,), tuple(site.commands()))
    yield from site.service()


def _is_theme(folder: Folder) -> bool:
    """Tell a gem that is a theme, whose own site shows it: serving that is how one works on it."""
    gems = [name for name in folder.names if name.endswith(".gemspec")]
    return not folder.path and "_layouts" in folder.subfolders and any("jekyll" in folder.text(name) for name in gems)


def _is_site(folder: Folder) -> bool:
    """Tell a site from a README's theme on GitHub Pages, from Hexo's settings, from a Jupyter book's."""
    if "_toc.yml" in folder.names or '"hexo' in folder.text("package.json"):
        return False
    return (
        not gems_of(folder).isdisjoint(_GEMS) or len(folder.subfolders & _FOLDERS) >= 2 or "_posts" in folder.subfolders
    )
