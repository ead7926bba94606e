"""The gems that a folder's Gemfile and gemspec name. Both are Ruby programs: they are read as text, never evaluated."""

from __future__ import annotations

import re

from phoenix_cli.ecosystem.files import Files, Folder

GEMFILES = ("Gemfile", "gems.rb")

_GEM = re.compile(r"""^[ \t]*gem[ \t(]+["']([\w.-]+)["']""", re.MULTILINE)
_DEPENDENCY = re.compile(r"""\.add_(?:runtime_|development_)?dependency[ \t(]+["']([\w.-]+)["']""")
_SOURCES = frozenset(("lib", "ext", "exe", "bin", "app"))


def gemfile_of(folder: Folder) -> str | None:
    """Return the name of a folder's Gemfile, None without one."""
    return folder.first(*GEMFILES)


def gemspecs_of(folder: Folder) -> list[str]:
    """Return a folder's gemspecs; one without any code beside it is a template or a placeholder, no gem."""
    names = sorted(name for name in folder.names if name.endswith(".gemspec"))
    stands = gemfile_of(folder) or folder.has("Rakefile") or not _SOURCES.isdisjoint(folder.subfolders)
    return names if stands else []


def gems_of(folder: Folder) -> frozenset[str]:
    """Return the gems that a folder asks for directly, for running and for development."""
    return folder.files.once(_memory).setdefault(folder.path, _read(folder))


def _memory(_: Files) -> dict[str, frozenset[str]]:
    return {}


def _read(folder: Folder) -> frozenset[str]:
    gemfile = gemfile_of(folder)
    named = _GEM.findall(folder.text(gemfile)) if gemfile else []
    for name in gemspecs_of(folder):
        named += _DEPENDENCY.findall(folder.text(name))
    return frozenset(named)


def bundle_above(folder: Folder) -> Folder | None:
    """Return the nearest folder upwards that has a Gemfile: the one that ``bundle exec`` takes."""
    return next((above for above in folder.up() if gemfile_of(above)), None)


def with_bundle(folder: Folder, *argv: str) -> tuple[str, ...]:
    """Put ``bundle exec`` in front where a Gemfile is in force."""
    return ("bundle", "exec", *argv) if bundle_above(folder) is not None else argv
