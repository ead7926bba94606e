"""Read INI files (tox.ini, setup.cfg, alembic.ini) with line numbers; nothing is interpolated, nothing is fatal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from phoenix_cli.ecosystem.files import Folder

_SECTION = re.compile(r"\[([^\]\n]+)\]")
_ENTRY = re.compile(r"([^\s=:#;\[][^=:]*?)\s*[=:]\s*(.*)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One option: its text, continuation lines joined by newlines, and the line on which it begins."""

    value: str
    line: int

    def lines(self) -> list[str]:
        """Return the value's lines that are not empty."""
        return [line.strip() for line in self.value.splitlines() if line.strip()]


Ini = Mapping[str, Mapping[str, Entry]]


def read_ini(text: str) -> dict[str, dict[str, Entry]]:
    """Return section -> option -> entry; options in lower case, repeated sections joined."""
    sections: dict[str, dict[str, Entry]] = {}
    options: dict[str, Entry] | None = None
    name = ""
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        if not line.strip() or line.lstrip()[0] in "#;":
            continue
        if options is not None and name and line[0] in " \t":
            options[name] = Entry(f"{options[name].value}\n{_plain(line)}", options[name].line)
        elif section := _SECTION.match(line):
            options, name = sections.setdefault(section.group(1).strip(), {}), ""
        elif options is not None and (entry := _ENTRY.match(line)):
            name = entry.group(1).strip().lower()
            options[name] = Entry(_plain(entry.group(2)), number)
    return sections


def _plain(value: str) -> str:
    return re.sub(r"\s[#;].*$", "", value).strip()


def ini(folder: Folder, name: str) -> Ini:
    """Read an INI file of a folder, empty when it is absent."""
    return read_ini(folder.text(name)) if name in folder.names else {}


def value_of(ini: Ini, section: str, option: str) -> str:
    """Return an option's text, "" when it is absent."""
    entry = ini.get(section, {}).get(option)
    return entry.value if entry else ""
