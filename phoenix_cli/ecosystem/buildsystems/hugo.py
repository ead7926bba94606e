"""Hugo and Zola (row 62). Both may keep their settings in a config.toml, which many other tools have as well."""

from __future__ import annotations

import re
from collections.abc import Iterator

from phoenix_cli.ecosystem.buildsystems.conventions import Conventions
from phoenix_cli.ecosystem.buildsystems.product import is_product
from phoenix_cli.ecosystem.buildsystems.site_commands import Site
from phoenix_cli.ecosystem.facts import Component, Fact
from phoenix_cli.ecosystem.files import Folder

OWN = ("hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json")
SHARED = ("config.toml", "config.yaml", "config.yml", "config.json")
THEME = "theme.toml"
_FOLDERS = frozenset(("content", "archetypes", "layouts", "themes", "i18n"))
_HUGO = re.compile(
    r"(?im)^[ \t]*\"?(?:baseurl|languagecode|canonifyurls|defaultcontentlanguage|theme|enablerobotstxt)\"?\s*[:=]"
)
_ZOLA = re.compile(r"(?m)^base_url\s*=")


def detect(folder: Folder) -> Iterator[Fact]:
    """Yield the hugo or zola component of a folder; a theme inside of a site belongs to the site."""
    if folder.path.endswith("config/_default"):
        folder = folder.at("../..")
    if any(above.name == "themes" for above in folder.up()):
        return
    file = _settings(folder)
    if file is not None:
        yield from _hugo(folder, file)
    elif _ZOLA.search(folder.text("config.toml")) and folder.subfolders & {"content", "templates", "sass"}:
        yield from _zola(folder)


def _settings(folder: Folder) -> str | None:
    for name in (*OWN, *(f"config/_default/{own}" for own in (*OWN, *SHARED))):
        if folder.has_file(name):
            return name
    for name in SHARED:
        if name in folder.names and folder.subfolders & _FOLDERS and _HUGO.search(folder.head(name, 16_384)):
            return name
    return THEME if _is_theme(folder) else None


def _is_theme(folder: Folder) -> bool:
    """Tell a theme, which may have settings of its own but no content, from a site."""
    return THEME in folder.names and "layouts" in folder.subfolders and "content" not in folder.subfolders


def _hugo(folder: Folder, file: str) -> Iterator[Fact]:
    source = folder.evidence(file, "hugo.settings", line=1)
    make = Conventions("hugo", folder, source)
    is_site = not _is_theme(folder)
    site = Site(make, ("hugo",), ("hugo", "server"), ("hugo", "server"), 1313, is_product(folder, "go.mod") and is_site)
    commands = tuple(site.commands()) if is_site else ()
    yield Component(folder.path, "hugo", "markdown", 0.95 if is_site else 0.85, (source,), commands)
    yield from site.service()


def _zola(folder: Folder) -> Iterator[Fact]:
    source = folder.evidence("config.toml", "zola.settings", "base_url")
    make = Conventions("zola", folder, source)
    site = Site(make, ("zola", "build"), ("zola", "serve"), ("zola", "serve"), 1111, is_product(folder))
    yield Component(folder.path, "zola", "markdown", 0.9, (source,), tuple(site.commands()))
    yield from site.service()
