"""The only object that prints. It decides once about terminal, colour, width and JSON.

stdout is the answer, stderr everything else. All text from outside is made harmless here: control characters and
direction marks become visible escapes, so a repository cannot move the cursor or hide a word.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TextIO

from phoenix_cli.cli.errors import problem
from phoenix_cli.cli.errors import text as error_lines
from phoenix_cli.cli.flags import Flags
from phoenix_cli.kernel.errors import NotFound, PhoenixError, Refused, did_you_mean

_COLOURS = {"green": "32", "yellow": "33", "red": "31", "cyan": "36", "dim": "2", "bold": "1"}
_SIGNS = {
    "done": ("✓", "ok"),
    "failed": ("✗", "x"),
    "on": ("●", "*"),
    "off": ("○", "o"),
    "none": ("–", "-"),
    "warn": ("!", "!"),
}
_TWINS = str.maketrans({"…": "~", "–": "-", "·": "-"})
_SIGN_COLOUR = {"done": "green", "failed": "red", "on": "green", "off": "dim", "none": "dim", "warn": "yellow"}
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def harmless(text: object) -> str:
    """Make control characters and direction marks visible; keep newlines and tabs."""
    return _UNSAFE.sub(lambda found: found.group().encode("unicode_escape").decode(), str(text))


def one_line(text: object) -> str:
    """Make text fit for a table cell or a sentence."""
    return harmless(text).replace("\n", "\\n").replace("\t", " ")


class Console:
    """Prints answers, notes and errors."""

    def __init__(self, flags: Flags, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.flags = flags
        self.out = out or sys.stdout
        self.err = err or sys.stderr
        self.ascii = bool(os.environ.get("PHOENIX_ASCII")) or "utf" not in (self.out.encoding or "").lower()
        for stream in (self.out, self.err):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")

    # --- what the streams are ---------------------------------------------------------------------------------

    @property
    def terminal(self) -> bool:
        """Tell whether the answer goes to a person's terminal."""
        return self.out.isatty() and not self.flags.json

    @property
    def interactive(self) -> bool:
        """Tell whether a question can be asked."""
        return sys.stdin is not None and sys.stdin.isatty() and self.err.isatty() and not self.flags.no_input

    @property
    def can_draw(self) -> bool:
        """Tell whether stderr is a terminal that lines can be drawn over."""
        return self.err.isatty() and os.environ.get("TERM", "dumb") != "dumb"

    @property
    def width(self) -> int:
        """Columns of the terminal; 80 where there is none."""
        return max(20, shutil.get_terminal_size((80, 24)).columns)

    def colours(self, stream: TextIO) -> bool:
        """Tell whether a stream gets colour."""
        if self.flags.no_color or os.environ.get("NO_COLOR"):
            return False
        if os.environ.get("FORCE_COLOR"):
            return True
        return stream.isatty() and os.environ.get("TERM") != "dumb"

    # --- pieces -----------------------------------------------------------------------------------------------

    def paint(self, text: str, colour: str, stream: TextIO | None = None) -> str:
        """Colour text for a stream (default: the answer's); the colour ``sign`` is that of the sign it begins with."""
        if colour == "sign":
            word, blank, rest = text.partition(" ")
            name = next((name for name, twins in _SIGNS.items() if twins[self.ascii] == word), "")
            return (self.sign(name, stream) + blank + rest) if name else text
        return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m" if colour and self.colours(stream or self.out) else text

    def sign(self, name: str, stream: TextIO | None = None) -> str:
        """Return one of the signs ✓ ✗ ● ○ – ! or its ASCII twin."""
        return self.paint(_SIGNS[name][self.ascii], _SIGN_COLOUR[name], stream)

    def plain_sign(self, name: str) -> str:
        """Return a sign without colour, for a table's cell."""
        return _SIGNS[name][self.ascii]

    # --- the answer -------------------------------------------------------------------------------------------

    def answer(self, value: Any) -> None:
        """Print one JSON document, only the fields that ``--json=a,b`` names."""
        chosen = _choose(value, self.flags.fields or ())
        self.out.write(
            json.dumps(chosen, indent=2 if self.out.isatty() else None, ensure_ascii=False, default=str) + "\n"
        )

    def stream(self, value: Any) -> None:
        """Print one JSON line of a stream, at once."""
        self.out.write(json.dumps(_choose(value, self.flags.fields or ()), ensure_ascii=False, default=str) + "\n")
        self.out.flush()

    def line(self, text: str = "") -> None:
        """Print one line of the answer; the text is ours and already harmless."""
        self.out.write((text.translate(_TWINS) if self.ascii and self.terminal else text) + "\n")

    def table(
        self,
        header: Sequence[str],
        rows: Iterable[Sequence[object]],
        *,
        colours: Mapping[str, str] | None = None,
        places: Collection[str] = (),
    ) -> None:
        """Print rows: on a terminal aligned and fitted, into a pipe as tabs with full values and no header.

        ``colours`` maps a header to a colour, or to ``sign`` for cells that begin with one. Where the terminal ends, ``…``
        stands for the end of the last column, and for the beginning of ``places``, columns of files and lines.
        """
        from phoenix_cli.cli.drawing import draw

        texts = [[one_line("" if cell is None else cell) for cell in row] for row in rows]
        if not self.terminal:
            for row in texts:
                self.line("\t".join(row))
        elif texts:
            for drawn in draw(header, texts, colours or {}, self.width, self.paint, places):
                self.line(drawn)

    # --- everything else --------------------------------------------------------------------------------------

    def note(self, text: str) -> None:
        """Say something beside the answer; silent with ``-q``."""
        if self.flags.verbosity >= 0:
            self.err.write(self._said(text) + "\n")
            self.err.flush()

    def _said(self, text: str) -> str:
        return harmless(text).translate(_TWINS) if self.ascii else harmless(text)

    def detail(self, text: str) -> None:
        """Say why, with ``-v``."""
        if self.flags.verbosity >= 1:
            self.note(text)

    def done(self, text: str, sign: str = "done") -> None:
        """Say what changed."""
        if self.flags.verbosity >= 0:
            self.err.write(f"{self.sign(sign, self.err)} {self._said(text)}\n")
            self.err.flush()

    def next(self, *commands: str) -> None:
        """Name at most two commands that come next; only people get these."""
        if self.err.isatty() and self.flags.verbosity >= 0 and not self.flags.json:
            for label, command in zip(("Next:", "     "), commands, strict=False):
                self.err.write(f"{label} {self.paint(one_line(command), 'cyan', self.err)}\n")

    def say(self, label: str, text: str) -> None:
        """Print one line of an error."""
        colour = {"error:": "red", "  hint:": "cyan"}.get(label, "dim")
        self.err.write(f"{self.paint(label, colour, self.err)} {self._said(text)}\n")
        self.err.flush()

    def error(self, error: PhoenixError) -> None:
        """Print an error: three kinds of line for people, the problem object under ``--json``."""
        if self.flags.json:
            self.err.write(json.dumps(problem(error), ensure_ascii=False, default=str) + "\n")
            return
        for label, text in error_lines(error):
            self.say(label, text)

    # --- questions --------------------------------------------------------------------------------------------

    def confirm(self, question: str, *, refusal: str, flag: str = "--yes") -> None:
        """Ask a yes/no question; without a person to ask, or at a no, raise ``Refused``."""
        if self.flags.yes:
            return
        if not self.interactive:
            raise Refused(refusal, code="confirmation.needed", hints=(f"say it with {flag}",))
        self.err.write(f"{harmless(question)} [y/N] ")
        self.err.flush()
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            raise Refused(refusal, code="confirmation.declined")

    def ask(self, text: str, choices: str, letters: str) -> str:
        """Ask for one of some letters on a terminal; return it, "" for anything else."""
        self.err.write(f"{harmless(text)}\n{choices}: ")
        self.err.flush()
        answer = sys.stdin.readline().strip().lower()[:1]
        return answer if answer and answer in letters else ""


def _choose(value: Any, fields: tuple[str, ...]) -> Any:
    if not fields:
        return value
    if isinstance(value, Mapping) and isinstance(value.get("items"), list):
        return {**value, "items": [_choose(item, fields) for item in value["items"]]}
    if isinstance(value, Mapping):
        unknown = [field for field in fields if field not in value]
        if unknown:
            raise NotFound(
                f"no field {unknown[0]!r} in this answer",
                code="json.no_field",
                hints=(*did_you_mean(unknown[0], list(value)), f"fields: {', '.join(map(str, value))}"),
            )
        return {field: value[field] for field in fields}
    return value


def ago(moment: datetime, now: datetime) -> str:
    """Say how long ago something was: ``4m ago``."""
    seconds = max(0, int((now - moment).total_seconds()))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size}{unit} ago"
    return f"{seconds}s ago"


def duration(seconds: float | None) -> str:
    """Write a duration: ``1.4s``, ``2m 05s``."""
    if seconds is None:
        return "–"
    if seconds < 60:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}m {rest:02d}s" if minutes < 60 else f"{minutes // 60}h {minutes % 60:02d}m"


def size(bytes_: float) -> str:
    """Write a size: ``12.4 MiB``."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if bytes_ < 1024 or unit == "GiB":
            return f"{bytes_:.0f} B" if unit == "B" else f"{bytes_:.1f} {unit}"
        bytes_ /= 1024
    return ""
