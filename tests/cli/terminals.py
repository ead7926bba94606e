"""A terminal that understands what the live view writes, and shows what a person would see."""

from __future__ import annotations

import io
import re

_PART = re.compile(r"\x1b\[(\d*)([A-Za-z])|(\r)|(\n)|([^\x1b\r\n]+)")


class Terminal(io.StringIO):
    """A screen of so many columns; what it does not understand is an error."""

    encoding = "utf-8"

    def __init__(self, columns: int = 80, lines: int = 24, tty: bool = True) -> None:
        super().__init__()
        self.columns, self.lines, self.tty = columns, lines, tty
        self.rows: list[str] = [""]
        self.row = self.column = 0
        self.written = self.drawn_over = 0

    def isatty(self) -> bool:
        return self.tty

    def size(self) -> tuple[int, int]:
        return self.columns, self.lines

    def write(self, text: str) -> int:
        self.written += 1
        place = 0
        for found in _PART.finditer(text):
            assert found.start() == place, repr(text[place : place + 20])
            place = found.end()
            self._do(found)
        assert place == len(text), repr(text[place:])
        return len(text)

    def _do(self, found: re.Match[str]) -> None:
        count, letter, back, down, plain = found.groups()
        if plain:
            self._put(plain)
        elif back or down:
            self.column = 0
            self._move(1 if down else 0)
        elif letter == "A":
            self.row -= int(count or 1)
            self.drawn_over += 1
            assert self.row >= 0
        elif letter == "K":
            self.rows[self.row] = self.rows[self.row][: self.column]
        elif letter == "J":
            self.rows[self.row] = self.rows[self.row][: self.column]
            del self.rows[self.row + 1 :]
        else:
            assert letter == "m", found.group()

    def _move(self, by: int) -> None:
        self.row += by
        while len(self.rows) <= self.row:
            self.rows.append("")

    def _put(self, plain: str) -> None:
        for one in plain:
            if self.column >= self.columns:
                self.column = 0
                self._move(1)
            row = self.rows[self.row].ljust(self.column)
            self.rows[self.row] = row[: self.column] + one + row[self.column + 1 :]
            self.column += 1

    @property
    def shown(self) -> list[str]:
        """What stands there, without empty lines at the end."""
        rows = [row.rstrip() for row in self.rows]
        while rows and not rows[-1]:
            rows.pop()
        return rows
