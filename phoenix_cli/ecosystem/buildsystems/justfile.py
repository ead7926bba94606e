"""Read a justfile as text. ``just --dump`` would be exact, but a justfile may run backticks while it is evaluated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_RECIPE = re.compile(r"@?([A-Za-z_][\w-]*)((?:\s+[^\s:=][^\n]*?)?)\s*:(?!=)")
_ATTRIBUTE = re.compile(r"\[(.*)\]\s*$")
_ALIAS = re.compile(r"alias\s+([\w-]+)\s*:=\s*([\w-]+)")
_IMPORT = re.compile(r"import\??\s+(['\"])(.+?)\1")
_MODULE = re.compile(r"mod\??\s+([\w-]+)(?:\s+(['\"])(.+?)\2)?\s*$")
_QUOTED = re.compile(r"'''.*?'''|\"\"\".*?\"\"\"|'[^']*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`", re.DOTALL)
MAX_LINE = 2_000  # a longer one is data
_FENCES = ("'''", '"""', "```")


@dataclass(slots=True)
class Recipe:
    """One recipe. ``required`` counts the arguments that it cannot do without."""

    name: str
    line: int
    doc: str = ""
    private: bool = False
    required: int = 0
    dependencies: tuple[str, ...] = ()
    body: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What it runs; an aggregate tells its dependencies."""
        return "\n".join(self.body) if self.body else f"deps: {' '.join(self.dependencies)}"


@dataclass(slots=True)
class Justfile:
    """What one file says; imports and modules are paths as written."""

    recipes: list[Recipe] = field(default_factory=list)
    aliases: dict[str, tuple[str, int]] = field(default_factory=dict)
    imports: list[str] = field(default_factory=list)
    modules: dict[str, str] = field(default_factory=dict)


def parse(text: str) -> Justfile:
    """Return the recipes, aliases, imports and modules of a justfile."""
    found = Justfile()
    doc, attributes = "", ""
    for number, line in _top_lines(text, found):
        if line.startswith("#"):
            doc = line[1:].strip() if not line.startswith("#!") else doc
        elif _ATTRIBUTE.match(line):
            attributes += line
        else:
            _statement(found, line, number, doc, attributes)
            doc = attributes = ""
    return found


def _top_lines(text: str, found: Justfile) -> Iterator[tuple[int, str]]:
    """Yield the lines in the first column; indented ones become the last recipe's body."""
    fence = ""
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > MAX_LINE:
            continue
        if fence:
            fence = "" if fence in line else fence
        elif line[:1] in (" ", "\t"):
            if found.recipes and line.strip():
                found.recipes[-1].body.append(line.strip())
        else:
            fence = next((mark for mark in _FENCES if line.count(mark) % 2), "")
            yield number, line.rstrip()


def _statement(found: Justfile, line: str, number: int, doc: str, attributes: str) -> None:
    if alias := _ALIAS.match(line):
        found.aliases[alias.group(1)] = (alias.group(2), number)
    elif imported := _IMPORT.match(line):
        found.imports.append(imported.group(2))
    elif module := _MODULE.match(line):
        found.modules[module.group(1)] = module.group(3) or ""
    elif recipe := _recipe(line, number, doc, attributes):
        found.recipes.append(recipe)


def _recipe(line: str, number: int, doc: str, attributes: str) -> Recipe | None:
    plain = _QUOTED.sub(lambda quoted: "_" * len(quoted.group(0)), line)  # a colon in a default is no colon
    head = _RECIPE.match(plain)
    if head is None or ":=" in plain:
        return None
    name = head.group(1)
    parameters = head.group(2).split()
    dependencies = re.findall(r"\(\s*([\w:-]+)|([\w:-]+)", re.sub(r"\(([\w:-]+)[^)]*\)", r"\1", plain[head.end() :]))
    return Recipe(
        name=name,
        line=number,
        doc=doc,
        private=name.startswith("_") or re.search(r"[\[,]\s*private\b", attributes) is not None,
        required=sum("=" not in parameter and not parameter.startswith("*") for parameter in parameters),
        dependencies=tuple(one or other for one, other in dependencies),
    )
