"""The flags that every verb takes, wherever they stand on the line up to ``--``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from phoenix_cli.kernel.errors import Usage
from phoenix_cli.kernel.records import record

FLAG_HELP = (
    ("--json[=a,b]", "answer as one JSON document, or only these fields of it"),
    ("--home PATH", "use this state folder instead of PHOENIX_HOME"),
    ("-q, -v, -vv", "say less, say why, show every process"),
    ("--yes, -y", "answer yes to what would be asked"),
    ("--no-input", "never ask; take the safe answer"),
    ("--no-color", "no colour"),
    ("--debug", "show the traceback of a failure"),
    ("-h, --help", "help for any command"),
    ("--version", "the version"),
)


@record
class Flags:
    """What was said; ``fields`` is None without ``--json``, empty for the whole document."""

    fields: tuple[str, ...] | None = None
    home: Path | None = None
    verbosity: int = 0
    yes: bool = False
    no_input: bool = False
    no_color: bool = False
    debug: bool = False

    @property
    def json(self) -> bool:
        """Tell whether the answer is JSON."""
        return self.fields is not None


_SWITCHES: dict[str, dict[str, object]] = {
    "--json": {"fields": ()},
    "-q": {"verbosity": -1},
    "--quiet": {"verbosity": -1},
    "-v": {"verbosity": 1},
    "--verbose": {"verbosity": 1},
    "-vv": {"verbosity": 2},
    "--yes": {"yes": True},
    "-y": {"yes": True},
    "--no-input": {"no_input": True},
    "--no-color": {"no_color": True},
    "--debug": {"debug": True},
}


def take_flags(argv: Sequence[str]) -> tuple[Flags, list[str]]:
    """Split a command line into the common flags and the rest; everything from ``--`` on is left alone."""
    rest: list[str] = []
    flags, words = Flags(), list(argv)
    while words:
        word = words.pop(0)
        if word == "--":
            return flags, [*rest, word, *words]
        if word in _SWITCHES:
            flags = replace(flags, **_SWITCHES[word])  # type: ignore[arg-type]
        elif word.startswith("--json="):
            flags = replace(flags, fields=tuple(part for part in word[7:].split(",") if part))
        elif word.startswith("--home="):
            flags = replace(flags, home=_home(word[7:]))
        elif word == "--home":
            flags = replace(flags, home=_home(words.pop(0) if words else ""))
        else:
            rest.append(word)
    return flags, rest


def _home(text: str) -> Path:
    if not text:
        raise Usage("--home needs a folder", hints=("phoenix --home PATH ...",))
    return Path(text)
