"""Haskell packages as text: the stanzas of a .cabal file or of hpack's package.yaml, and who claims the folder."""

from __future__ import annotations

import re
from dataclasses import dataclass

from phoenix_cli.ecosystem.facts import Evidence
from phoenix_cli.ecosystem.files import Files, Folder

HPACK = "package.yaml"
STACK = "stack.yaml"
PROJECT = "cabal.project"

_STANZA = re.compile(r"^(executable|test-suite)\s+([\w.-]+)", re.MULTILINE | re.IGNORECASE)
_NAME = re.compile(r"^name\s*:\s*([\w.-]+)", re.MULTILINE | re.IGNORECASE)
_SECTION = re.compile(r"^(executables|tests)\s*:\s*\n((?:[ \t]+.*\n?|\s*\n|#.*\n?)*)", re.MULTILINE)
#: What npm's and other tools' package.yaml do not have.
_HPACK_KEYS = re.compile(
    r"^(?:library|executables?|tests|ghc-options|source-dirs|internal-libraries|default-extensions"
    r"|dependencies:\s*\n\s*- base)\b",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Package:
    """One package: the file that describes it, its name, its programs and test suites."""

    folder: Folder
    file: str
    name: str
    executables: tuple[str, ...]
    tests: tuple[str, ...]

    @property
    def source(self) -> Evidence:
        """The line of the package's name."""
        return self.folder.evidence(
            self.file, "cabal.package" if self.file.endswith(".cabal") else "hpack.package", "name"
        )


def package_of(folder: Folder) -> Package | None:
    """Return a folder's package: of a .cabal file, else of package.yaml where that is hpack's (npm has one, too)."""
    return folder.files.once(_packages).get(folder.path)


def packages_below(top: Folder) -> list[Package]:
    """Return the packages in a folder and further in, nearest first."""
    found = top.files.once(_packages).values()
    prefix = f"{top.path}/" if top.path else ""
    inside = [one for one in found if one.folder.path == top.path or one.folder.path.startswith(prefix)]
    return sorted(inside, key=lambda one: (one.folder.depth, one.folder.path))


def workspace_above(folder: Folder) -> Folder | None:
    """Return the nearest folder above that has a cabal.project or a stack.yaml."""
    return next((above for above in folder.up() if above.path != folder.path and above.has(PROJECT, STACK)), None)


def _packages(files: Files) -> dict[str, Package]:
    found = {}
    for path, folder in files.folders.items():
        cabal = sorted(name for name in folder.names if name.endswith(".cabal") and name != ".cabal")
        package = _of_cabal(folder, cabal[0]) if cabal else _of_hpack(folder) if HPACK in folder.names else None
        if package is not None:
            found[path] = package
    return found


def _of_cabal(folder: Folder, file: str) -> Package:
    text = folder.text(file)
    name = _NAME.search(text)
    stanzas = [(kind.lower(), one) for kind, one in _STANZA.findall(text)]
    return Package(
        folder,
        file,
        name.group(1) if name else file.removesuffix(".cabal"),
        tuple(one for kind, one in stanzas if kind == "executable"),
        tuple(one for kind, one in stanzas if kind == "test-suite"),
    )


def _of_hpack(folder: Folder) -> Package | None:
    text = folder.text(HPACK)
    if not _HPACK_KEYS.search(text):
        return None
    sections = {kind: _keys(body) for kind, body in _SECTION.findall(text + "\n")}
    single = re.search(r"^executable\s*:", text, re.MULTILINE)
    name = _NAME.search(text)
    title = name.group(1) if name else folder.name
    return Package(
        folder, HPACK, title, sections.get("executables", (title,) if single else ()), sections.get("tests", ())
    )


def _keys(body: str) -> tuple[str, ...]:
    """Return the keys of the outermost level of an indented block."""
    indents = [
        len(line) - len(line.lstrip())
        for line in body.splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    ]
    margin = min(indents, default=0)
    return tuple(re.findall(rf"^[ \t]{{{margin}}}([\w.-]+)\s*:", body, re.MULTILINE))
