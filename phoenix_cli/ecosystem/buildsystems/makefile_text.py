"""Read makefiles as text: rules, phony targets, variables with plain values, includes that stay inside the repository.

Nothing is evaluated: every flag of make that lists targets also runs ``$(shell ...)`` and remakes includes. Of a condition
both branches are read. A name that only make can compute is left out; ``dynamic`` tells that rules may be made by code.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from phoenix_cli.ecosystem.files import Folder

MAX_INCLUDES = 20
MAX_LINE = 4_000  # characters of a line, and of a value: a few doubled variables would fill the memory
MAX_TARGETS = 400

_ASSIGNMENT = re.compile(r"\s*(?:export\s+|override\s+|private\s+)*([\w.-]+)\s*(\+|\?|:{0,3}|!)=\s*(.*)$")
_INCLUDE = re.compile(r"(?:-|s)?include\s+(.+)$|\.s?include\s+\"([^\"]+)\"")
_VARIABLE = re.compile(r"\$(?:\(([\w.-]+)\)|\{([\w.-]+)\})")
_OF_CONDITIONS = re.compile(
    r"\s*(?:ifn?eq|ifn?def|else|endif|export|unexport|undefine|vpath|unifdef|\.\s*(?:if|el|endif|for))\b"
)
_MAKES_RULES = re.compile(r"\$[({](?:eval|foreach)\b")
_NAME = re.compile(r"[A-Za-z0-9_@+~/-][\w.@+~/-]*")
_CALL = re.compile(r"\s*\$[({][a-z-]+\s")
_COMPUTED = re.compile(r"\$(?:\([^()]*\)|\{[^{}]*\})")


@dataclass(slots=True)
class Target:
    """One target: where its first rule stands, what it needs, its recipe, its own variables, its ``##`` help."""

    name: str
    file: str
    line: int
    needs: list[str] = field(default_factory=list)
    recipe: list[str] = field(default_factory=list)
    settings: list[str] = field(default_factory=list)
    help: str = ""
    phony: bool = False

    @property
    def text(self) -> str:
        """The recipe as the maintainers wrote it."""
        return "\n".join(self.recipe)


@dataclass(slots=True)
class Makefile:
    """The plain targets of a makefile and of what it includes, in their order; ``default`` is what bare ``make`` makes.

    ``otherwise`` is the rule for names that have none, which often hands them to the makefile of the src folder.
    """

    targets: dict[str, Target] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    default: str | None = None
    otherwise: Target | None = None
    dynamic: bool = False
    runs: dict[str, frozenset[str]] = field(default_factory=dict)
    included: list[str] = field(default_factory=list)
    plain: dict[str, str] = field(default_factory=dict)


def read_makefile(folder: Folder, name: str) -> Makefile:
    """Return the rules of one makefile and of its includes."""
    made = Makefile()
    phony: set[str] = set()
    _read(made, phony, folder, folder, name)
    for target in made.targets.values():
        target.phony = target.name in phony
    goal = made.variables.get(".DEFAULT_GOAL", "")
    made.default = goal if goal in made.targets else made.default
    return made


def _read(made: Makefile, phony: set[str], top: Folder, folder: Folder, name: str) -> None:
    current: list[Target] = []
    for number, line in _logical_lines(folder.text(name)):
        if line.startswith("\t"):
            for target in current:
                target.recipe.append(line.strip())
            continue
        if not line.strip() or line.lstrip().startswith("#") or _OF_CONDITIONS.match(line):
            continue
        made.dynamic = made.dynamic or _MAKES_RULES.search(line) is not None
        include = _INCLUDE.match(line)
        if include:
            _include(made, phony, top, include.group(1) or include.group(2))
        elif not _CALL.match(line) and not _assigned(made, line):
            current = list(_rule(made, phony, folder.join(name), number, line))


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Join continued lines, leave out define blocks; yield each with the number of its first line."""
    joined, first, defining = "", 0, False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(("define ", "endef")):
            defining = line.startswith("define ")
            continue
        if defining:
            continue
        first = first or number
        if line.endswith("\\") and not line.lstrip().startswith("#"):
            joined += line[:-1] + " "
            continue
        yield first, (joined + line)[:MAX_LINE]
        joined, first = "", 0


def _assigned(made: Makefile, line: str) -> bool:
    found = _ASSIGNMENT.match(line)
    if not found:
        return False
    name, how, value = found.groups()
    value = value.partition(" #")[0].strip()
    if how == "+":
        value = f"{made.variables.get(name, '')} {value}".strip()
    if how != "!" and not (how == "?" and name in made.variables):
        made.variables[name] = value[:MAX_LINE]
    return True


def _include(made: Makefile, phony: set[str], top: Folder, words: str) -> None:
    for word in expand(words.partition("#")[0], made.variables).split():
        path = re.sub(r"^(?:\$[({](?:\w*DIR|\w*ROOT|CURDIR|dir [^)]*)[)}]|\.)/", "", word)
        dir, _, name = path.rpartition("/")
        folder = top.at(dir) if dir else top
        if name in folder.names and len(made.included) < MAX_INCLUDES and folder.join(name) not in made.included:
            made.included.append(folder.join(name))
            _read(made, phony, top, folder, name)


def _rule(made: Makefile, phony: set[str], file: str, number: int, line: str) -> Iterator[Target]:
    rule, _, comment = line.partition("#")
    head, _, inline = rule.partition(";")
    plain = _COMPUTED.sub("$", _COMPUTED.sub("$", expand(head, made.variables)))
    names, colon, rest = plain.partition(":")
    if not colon or "=" in names or rest.startswith(("=", ":=", "::=")) or not names.strip():
        return
    rest = rest.removeprefix(":").strip()
    own = rest if _ASSIGNMENT.match(rest) else ""  # "target: NAME = value" is for this target only
    needs = [word for word in rest.split() if word != "|"] if not own else []
    for name in names.rstrip().removesuffix("&").split():
        if name == ".PHONY":
            phony.update(needs)
        elif name == ".DEFAULT":
            made.otherwise = Target(name, file, number)
            yield made.otherwise
        elif name in made.targets or (_NAME.fullmatch(name) and len(made.targets) < MAX_TARGETS):
            target = made.targets.setdefault(name, Target(name, file, number))
            target.needs += needs
            target.settings += [own] if own else []
            target.help = target.help or comment.lstrip("#").strip()
            target.recipe += [inline.strip()] if inline.strip() else []
            made.default = made.default or name
            yield target


def expand(text: str, variables: dict[str, str], depth: int = 4) -> str:
    """Replace variables that have a plain value; the others stay as they are written."""
    for _ in range(depth):
        if "$" not in text or len(text) > MAX_LINE:
            break
        text = _VARIABLE.sub(lambda found: variables.get(found.group(1) or found.group(2), found.group(0)), text)
    return text
