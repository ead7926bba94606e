"""Shell text that maintainers run (a CI step, a Dockerfile's RUN, a fenced block) as ``Usage`` facts."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import dropwhile
from typing import Literal

from phoenix_cli.ecosystem.commands import simple_commands
from phoenix_cli.ecosystem.facts import Evidence, Usage
from phoenix_cli.ecosystem.files import Files

Where = Literal["ci", "docs", "container", "platform"]

#: First words that tell nothing about how the project is built: shell grammar, files, packages of the system, hosts.
_NOISE = frozenset((
    "echo", "printf", "mkdir", "rm", "cp", "mv", "cat", "ls", "export", "set", "unset", "test", "[", "[[", "]]", "if",
    "fi", "for", "while", "until", "done", "case", "esac", "exit", "return", "true", "false", ":", "source", ".", "touch",
    "chmod", "chown", "ln", "tar", "unzip", "zip", "gzip", "curl", "wget", "git", "gh", "sleep", "kill", "pwd", "which",
    "type", "apt", "apt-get", "apk", "brew", "choco", "dnf", "yum", "pacman", "zypper", "snap", "winget", "scoop", "grep",
    "sed", "awk", "find", "sort", "head", "tail", "wc", "tee", "xargs", "jq", "yq", "date", "id", "uname", "whoami",
    "aws", "gcloud", "az", "systemctl", "service", "ssh", "scp", "rsync", "openssl", "gpg", "base64", "sha256sum",
    "sha512sum", "md5sum", "diff", "read", "local", "function", "}", "{", ")", "(", "break", "continue", "trap", "wait",
    "ulimit", "df", "du", "free", "ps", "useradd", "groupadd", "adduser", "addgroup", "usermod", "su", "tzdata",
    "locale-gen", "update-ca-certificates", "fold", "cut", "tr", "xz", "strip",
))  # fmt: skip
_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}|\$\(\(.*?\)\)")
_HEREDOC = re.compile(r"<<-?\s*[\"']?(\w+)[\"']?")
_SEPARATOR = re.compile(r"&&|\|\||[;|`]|\$\(")
_PROGRAM = re.compile(r"(?:\.{0,2}/|[A-Za-z@])[^()=<>{}\[\]]*$")
_CMDLET = re.compile(r"[A-Z][a-z]+-[A-Z]|.*[,:]$")
_QUOTES = re.compile(r"\\.|'[^']*'|\"(?:[^\"\\]|\\.)*\"|(['\"])", re.DOTALL)
_ARRAY = re.compile(r"\w=\([^)]*$")
MAX_LENGTH = 2_000
MAX_JOINED = 200  # lines of one quoted script


@dataclass(slots=True)
class Shell:
    """Where the lines stand, and the folder that ``cd`` has led to; None once it is beyond what we can tell."""

    files: Files
    where: Where
    file: str
    rule: str
    dir: str | None
    trust_cd: bool = True
    made: set[str] = field(default_factory=set)

    def usages(self, text: str, line: int) -> Iterator[Usage]:
        """Yield the simple commands of ``text``, which begins on ``line``."""
        for offset, logical in _logical_lines(text):
            yield from self._line(logical, line + offset)

    def _line(self, text: str, line: int) -> Iterator[Usage]:
        first = text.split(None, 1)[0] if text.strip() else "#"
        if first[0] == "#" or len(text) > MAX_LENGTH or (first in _NOISE and not _SEPARATOR.search(text)):
            self._note_made(text)
            return
        before, subshell = self.dir, text.lstrip().startswith("(")
        for argv in simple_commands(
            _EXPRESSION.sub(_variable, text.strip().lstrip("(").rstrip(")") if subshell else text)
        ):
            if argv[0] in ("cd", "pushd"):
                self.dir = self._cd(argv[1:])
            elif argv[0] not in _NOISE and self.dir is not None and _is_program(argv[0]):
                yield Usage(_unwrapped(argv), self.dir, self.where, Evidence(self.file, line, self.rule))
            elif argv[0] == "mkdir":
                self.made.update(argv[1:])
        if subshell:
            self.dir = before

    def _note_made(self, text: str) -> None:
        if text.lstrip().startswith("mkdir "):
            self.made.update(text.split()[1:])

    def _cd(self, target: tuple[str, ...]) -> str | None:
        path = next((word for word in target if not word.startswith("-")), "")
        if self.dir is None or not path or path[0] in "/~$" or "$" in path:
            return None if self.trust_cd else self.dir
        joined = posixpath.normpath(posixpath.join(self.dir, path))
        joined = "" if joined == "." else joined
        if joined.startswith(".."):
            return None if self.trust_cd else ""
        # "git clone ...; cd name" in a README leads to where we are already.
        return joined if self.trust_cd or joined in self.files.folders or path in self.made else self.dir


def _is_program(word: str) -> bool:
    """Tell a program's name from grammar that was cut apart, a jq filter, a PowerShell verb, a computed name."""
    return _PROGRAM.match(word) is not None and not _CMDLET.match(word)


def _unwrapped(argv: tuple[str, ...]) -> tuple[str, ...]:
    """Leave out a wrapper that only lends a display or a time limit."""
    if argv[0] == "xvfb-run":
        return tuple(dropwhile(lambda word: word.startswith("-"), argv[1:])) or argv
    if argv[0] == "timeout" and len(argv) > 2:
        return argv[2:]
    return argv


def _variable(found: re.Match[str]) -> str:
    """Keep an expression as one shell word that says what it was about."""
    return "$" + re.sub(r"\W+", "_", found.group(1) or "value").strip("_")


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Join continued lines, leave out here-documents; yield each with its offset."""
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        start, line = at, lines[at]
        while line.endswith("\\") and at + 1 < len(lines) and at - start < MAX_JOINED:
            at += 1
            line = line[:-1].rstrip() + " " + lines[at].strip()
        at += 1
        end = _end_of_foreign_text(lines, at, line)
        if end == at:
            yield start, line
        elif "<<" in line:
            yield start, line.partition("<<")[0]
        at = end


def _end_of_foreign_text(lines: list[str], at: int, line: str) -> int:
    """Return where a here-document, a quoted script or an array that ``line`` opens is over, ``at`` for none."""
    heredoc = _HEREDOC.search(line) if "<<" in line else None
    if heredoc is not None:
        return next((end + 1 for end in range(at, len(lines)) if lines[end].strip() == heredoc.group(1)), len(lines))
    if _ARRAY.search(line):
        return next((end + 1 for end in range(at, len(lines)) if ")" in lines[end]), at)
    quote = _open_quote(line)
    if quote:
        return next((end + 1 for end in range(at, min(len(lines), at + MAX_JOINED)) if quote in lines[end]), at)
    return at


def _open_quote(line: str) -> str:
    """Return the quote that a line leaves open, "" for none; one in a comment or a word's apostrophe may deceive."""
    if line.lstrip().startswith("#") or ("'" not in line and '"' not in line):
        return ""
    return next((found.group(1) for found in _QUOTES.finditer(line) if found.group(1)), "")
