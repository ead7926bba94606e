"""Read what a person types for a repository: ``owner/repo``, a URL, or a path. Pure: nothing is looked up but folders.

Whatever git would read as an option, a program or another place is refused here, before git sees it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, unquote, urlsplit

from phoenix_cli.kernel.errors import Usage

Kind = Literal["https", "http", "ssh", "git", "local"]

DEFAULT_FORGE = "https://github.com"
MAX_LENGTH = 2_000

_SHORT = re.compile(r"(?P<owner>[A-Za-z0-9][A-Za-z0-9-]{0,38})/(?P<name>[A-Za-z0-9._-]{1,100})")
_SCP = re.compile(
    r"(?:(?P<user>[A-Za-z0-9_][A-Za-z0-9._-]*)@)?(?P<host>[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9a-fA-F:]+\]):(?P<path>[^:].*)"
)
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\[?[0-9a-fA-F:.]+\]?")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_PORTS = {"https": 443, "http": 80, "ssh": 22, "git": 9418}
_CASELESS = frozenset({"github.com", "gitlab.com", "bitbucket.org", "codeberg.org"})


@dataclass(frozen=True, slots=True)
class Source:
    """Where a repository comes from.

    ``url`` is what git gets (a path for ``local``), without any login; ``key`` is the same for every way to write one
    repository (``github.com/owner/name``); ``owner`` is "" where the path has one part. ``credential`` is a login that
    stood in the URL: used once, never stored, shown or compared.
    """

    kind: Kind
    url: str
    host: str
    owner: str
    name: str
    key: str
    credential: str = field(default="", repr=False, compare=False)

    @property
    def folder(self) -> str:
        """Return the place below ``repos/``: ``host/owner/name`` in letters that every file system takes."""
        parts = (self.host, *self.owner.split("/"), self.name)
        return "/".join(safe_name(part) for part in parts if part)


def parse_source(
    text: str,
    *,
    forge: str = DEFAULT_FORGE,
    cwd: Path = Path("/"),
    user_home: Path = Path("/"),
    is_folder: Callable[[str], bool] = os.path.isdir,
) -> Source:
    """Return the source that a word means; raise ``Usage`` with a hint when it means none.

    A path that starts with ``/``, ``.`` or ``~`` is local. Of ``a/b`` the folder wins when there is one below ``cwd``.
    """
    _refuse_trickery(text)
    if "://" in text:
        return _from_url(text, user_home)
    if text[0] in "/.~":
        return _local(_absolute(text, cwd, user_home))
    if is_folder(str(cwd / text)):
        return _local(str(cwd / text))
    short = _SHORT.fullmatch(text)
    if short:
        return _from_url(f"{forge.rstrip('/')}/{text}", user_home)
    scp = _SCP.fullmatch(text)
    if scp:
        return _remote("ssh", text, scp["host"], scp["path"])
    raise _unknown(text)


def _refuse_trickery(text: str) -> None:
    shown = printable(text)
    if not text.strip():
        raise Usage("an empty word names no repository", code="source.empty", hints=_FORMS)
    if len(text) > MAX_LENGTH:
        raise Usage(f"{shown[:60]}... is too long for a repository's name", code="source.too_long", hints=_FORMS)
    if _CONTROL.search(text):
        raise Usage(f"{shown} holds control characters", code="source.control_character", hints=_FORMS)
    if text.startswith("-"):
        raise Usage(
            f"{shown} reads as an option", code="source.option", hints=(f"./{shown} for a folder of this name",)
        )
    if re.match(r"[A-Za-z0-9+.-]*::", text):
        raise Usage(f"{shown} names a program, not a place", code="source.protocol", hints=_FORMS)


_FORMS = ("owner/repo, https://host/owner/repo, git@host:owner/repo, or a path such as ./repo",)


def _unknown(text: str) -> Usage:
    hints: tuple[str, ...] = _FORMS
    if "/" not in text:
        hints = (f"OWNER/{text}   for a repository of a forge", f"./{text}   for a folder")
    return Usage(f"{printable(text)} is no repository that can be imported", code="source.unknown", hints=hints)


def _absolute(text: str, cwd: Path, user_home: Path) -> str:
    if text == "~" or text.startswith("~/"):
        return str(user_home) + text[1:]
    return str(cwd / text)


def _local(path: str) -> Source:
    path = os.path.normpath(path)
    if os.path.basename(path) == ".git":
        path = os.path.dirname(path)
    name = safe_name(os.path.basename(path).removesuffix(".git"))
    return Source("local", path, "local", "", name, path)


def _from_url(text: str, user_home: Path) -> Source:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:  # the text is not shown: where it breaks, a password may stand
        raise Usage(f"{text.partition(':')[0]}://... is no URL", code="source.url", hints=_FORMS) from None
    if re.search(r"\s", parts.netloc):
        raise Usage(f"{printable(text)} has blanks before its path", code="source.url", hints=_FORMS)
    if parts.scheme.lower() == "file":
        if parts.netloc not in ("", "localhost"):
            raise Usage(f"{printable(text)} names another machine", code="source.url", hints=("file:///path",))
        return _local(_clean_path(unquote(parts.path), text))
    kind = _kind(parts.scheme.lower(), text)
    host = (parts.hostname or "").lower()
    if not _HOST.fullmatch(host) or (parts.username and kind == "ssh" and not _USER.fullmatch(parts.username)):
        raise Usage(f"{printable(text)} names no host", code="source.url", hints=_FORMS)
    if parts.query or parts.fragment:
        raise Usage(f"{printable(text)} is a page's address", code="source.url", hints=(_plain(parts),))
    host = f"[{host}]" if ":" in host else host
    place = host if port in (None, _PORTS[kind]) else f"{host}:{port}"
    user = f"{parts.username}@" if parts.username and kind == "ssh" else ""
    login = "" if kind == "ssh" else unquote(parts.netloc.rpartition("@")[0])
    return _remote(kind, f"{kind}://{user}{place}{parts.path.rstrip('/')}", place, parts.path, credential=login)


def _kind(scheme: str, text: str) -> Kind:
    kinds: dict[str, Kind] = {"https": "https", "http": "http", "ssh": "ssh", "git": "git", "git+ssh": "ssh"}
    if scheme not in kinds:
        raise Usage(
            f"{printable(text)}: {printable(scheme)} is not a way to get repositories", code="source.protocol",
            hints=_FORMS,
        )  # fmt: skip
    return kinds[scheme]


def _plain(parts: SplitResult) -> str:
    return f"{parts.scheme}://{parts.hostname}{parts.path}"


def _remote(kind: Kind, url: str, host: str, path: str, *, credential: str = "") -> Source:
    segments = _segments(path, url)
    if host in _CASELESS and len(segments) > 2 and segments[2] in ("tree", "blob", "issues", "pull", "-", "src"):
        plain = f"https://{host}/{segments[0]}/{segments[1]}"
        raise Usage(f"{printable(url)} is a page of a repository", code="source.page", hints=(plain,))
    *owner, name = segments
    key = "/".join((host, *owner, name))
    key = key.lower() if host in _CASELESS else key
    return Source(kind, url, host, "/".join(owner), name, key, credential)


def _segments(path: str, url: str) -> list[str]:
    *above, last = [segment for segment in _clean_path(unquote(path), url).split("/") if segment] or [""]
    segments = [*above, last.removesuffix(".git")]
    if any(segment in ("", ".", "..", "~") or segment.startswith("-") for segment in segments):
        raise Usage(f"{printable(url)} names no repository", code="source.path", hints=_FORMS)
    return segments


def _clean_path(path: str, text: str) -> str:
    if _CONTROL.search(path) or "\\" in path:
        raise Usage(f"{printable(text)} holds control characters", code="source.control_character", hints=_FORMS)
    return path


def safe_name(text: str) -> str:
    """Return a name for a folder and a row: letters, digits, dot, dash and underscore, at most 100 of them."""
    return _UNSAFE.sub("-", text).strip("-.")[:100] or "repository"


def printable(text: str) -> str:
    """Return text with control characters made visible, and without logins."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", without_login(text))


_LOGIN = re.compile(r"(?<=://)[^/\n]*@")  # a password may hold blanks


def without_login(text: str) -> str:
    """Return text in which no URL carries a user name or password."""
    return _LOGIN.sub("", text)
