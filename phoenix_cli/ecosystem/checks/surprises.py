"""Files that one does not expect in a repository of sources: programs, open permissions, links that lead out, hidden letters."""

from __future__ import annotations

import os
import posixpath
import re
import stat
from collections.abc import Iterator
from configparser import ConfigParser
from configparser import Error as ConfigError

from phoenix_cli.ecosystem.checks.findings import Finding, Seen, Severity
from phoenix_cli.ecosystem.checks.sources import LINK, Sources, Tracked, line_at
from phoenix_cli.ecosystem.places import LOW_PLACES, place_of

_PROGRAMS = {
    b"\x7fELF": "Linux",
    b"MZ\x90\x00": "Windows",
    b"\xcf\xfa\xed\xfe": "macOS",
    b"\xca\xfe\xba\xbe\x00\x00\x00\x02": "macOS",
}
_DATA = re.compile(
    r"(?i).*\.(?:md|rst|txt|json|ya?ml|toml|xml|html?|css|svg|png|jpe?g|gif|ico|csv|lock|pdf|woff2?|ttf|map)"
)
#: Right-to-left overrides and isolates: Boucher and Anderson, "Trojan Source", CVE-2021-42574. As UTF-8 read as Latin-1.
_DIRECTION = re.compile("\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]")
_CODE = re.compile(
    r"(?i).*\.(?:py|pyi|js|mjs|cjs|ts|tsx|jsx|go|rs|c|h|cc|cpp|hpp|java|kt|scala|rb|php|sh|bash|pl|lua|swift|cs|ex|exs|zig|sql"
    r"|ya?ml|toml|json|gradle|cmake)|(?:.*/)?(?:Makefile|Dockerfile)"
)
_HIDDEN = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def check_surprises(sources: Sources) -> Seen:
    """Look at modes, links, names and first bytes of every tracked file, and for hidden letters in code."""
    found = [one for entry in sources.tracked for one in _of_entry(sources, entry)]
    return Seen([*found, *_hidden_letters(sources), *_submodules(sources)], sources.notes)


def _of_entry(sources: Sources, entry: Tracked) -> Iterator[Finding]:
    path = entry.path
    if _HIDDEN.search(path):
        yield Finding("hidden-letters", "medium", "its name has letters that do not show", path)
    if entry.mode == LINK:
        yield from _link(sources, path)
        return
    try:
        mode = os.lstat(sources.root / path).st_mode
    except (OSError, ValueError):
        return
    if stat.S_ISREG(mode):
        yield from _of_file(sources, path, mode)


def _of_file(sources: Sources, path: str, mode: int) -> Iterator[Finding]:
    if mode & stat.S_IWOTH:
        yield Finding("world-writable", "medium", "every user of this machine can change it", path, hint="chmod o-w")
    if mode & (stat.S_ISUID | stat.S_ISGID):
        yield Finding("set-uid", "high", "it runs as its owner, whoever starts it", path, hint="chmod ug-s")
    start = sources.tree.read(path, 8) or b""
    system = next((name for magic, name in _PROGRAMS.items() if start.startswith(magic)), "")
    if system:
        severity: Severity = "low" if place_of(path.rpartition("/")[0].lower()) in LOW_PLACES else "medium"
        yield Finding("program", severity, f"a compiled program ({system}), which nobody can review", path)
    elif mode & stat.S_IXUSR and _DATA.fullmatch(path) and not start.startswith(b"#!"):
        yield Finding("executable-data", "low", "data that may be executed", path, hint="chmod -x")


def _link(sources: Sources, path: str) -> Iterator[Finding]:
    try:
        target = os.readlink(sources.root / path)
    except (OSError, ValueError):
        return
    end = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    if target.startswith("/") or end == ".." or end.startswith("../") or end.split("/")[0] == ".git":
        yield Finding("link-out", "medium", "a link that leads out of the repository", path)


def _hidden_letters(sources: Sources) -> Iterator[Finding]:
    for path, text in sources.texts():
        if _CODE.fullmatch(path) and (match := _DIRECTION.search(text)):
            message = "letters that turn the direction of text: the code is not what it looks like"
            severity: Severity = "medium" if place_of(path.rpartition("/")[0].lower()) in LOW_PLACES else "high"
            yield Finding("direction-marks", severity, message, path, line_at(text, match.start()))


def _submodules(sources: Sources) -> Iterator[Finding]:
    parser = ConfigParser(strict=False, interpolation=None)
    try:
        parser.read_string("".join(f"{line.strip()}\n" for line in sources.files.text(".gitmodules").splitlines()))
    except ConfigError:
        yield Finding("submodule", "low", "it cannot be read", ".gitmodules")
        return
    for name in parser.sections():
        url = parser[name].get("url", "")
        if url.startswith(("http://", "git://")):
            line = sources.files.text(".gitmodules").find(url)
            yield Finding("unsafe-address", "medium", "a submodule that comes over an open line", ".gitmodules",
                          line_at(sources.files.text(".gitmodules"), line), "https://")  # fmt: skip
