"""Turn what git says when it fails into an error that says what to do. Pure."""

from __future__ import annotations

import re

from phoenix_cli.kernel.errors import Auth, Conflict, Failed, NotFound, PhoenixError, Refused, Unavailable
from phoenix_cli.vcs.sources import printable

_LOGIN_HINTS = (
    "check the spelling: a forge asks for a login also where nothing is",
    "git credential-manager, gh auth login, or ssh-add; then again",
)
_NETWORK_HINTS = ("check the network, then the same command again",)

#: The first pattern that is found decides: kind, code, what happened, hints. Particular before general.
_KNOWN: tuple[tuple[str, type[PhoenixError], str, str, tuple[str, ...]], ...] = (
    (r"No space left on device|Disk quota exceeded", Unavailable, "git.disk_full",
     "the disk is full; nothing was kept", ("make room, then the same command again",)),
    (r"transport '.*' not allowed|protocol '.*' is not supported|protocol .* not allowed", Refused, "git.protocol",
     "it leads to a place that may not be reached from there", ()),
    (r"dubious ownership", Refused, "git.ownership", "its folder belongs to another user",
     ("make a copy of your own: cp -r PATH COPY, and import COPY",)),
    (r"is a symbolic link, refusing to clone|symlink .* in the object|symlink '", Refused, "git.symlink",
     "its object store holds symbolic links", ()),
    (r"not our ref|unadvertised object", Unavailable, "git.unadvertised", "the server gives no single objects", ()),
    (r"Remote branch .* not found|couldn't find remote ref|no such remote ref|pathspec '.*' did not match", NotFound,
     "git.branch_not_found", "it has no such branch, tag or commit", ("without --branch: the default branch",)),
    (r"Host key verification failed", Auth, "git.host_key", "the ssh host is not known yet",
     ("ssh -T git@HOST   once, and compare its fingerprint",)),
    (r"Permission denied \(|Authentication failed|could not read (Username|Password)|returned error: 40[13]"
     r"|Invalid username or (password|token)", Auth, "git.auth", "it asks for a login, or does not exist", _LOGIN_HINTS),
    (r"returned error: 429|rate limit", Unavailable, "git.rate_limited", "the server says: too many requests",
     ("wait a while, then the same command again",)),
    (r"returned error: 5\d\d", Unavailable, "git.server_error", "the server has a problem", _NETWORK_HINTS),
    (r"[Rr]epository .*not found|not found: did you run|returned error: 404|does not appear to be a git repository"
     r"|access denied or repository not exported|no such repository|does not exist|not a git repository", NotFound,
     "git.remote_not_found", "there is no such repository", ("check the spelling",)),
    (r"certificate|SSL_ERROR|gnutls_handshake", Unavailable, "git.certificate", "the server's certificate is not trusted",
     ("git config --global http.sslCAInfo FILE   for an authority of your own",)),
    (r"Operation too slow|early EOF|unexpected disconnect|RPC failed|transfer closed|Empty reply|Recv failure|Connection reset",
     Unavailable, "git.broken_off", "the connection broke off", _NETWORK_HINTS),
    (r"Could not resolve host|unable to look up|Connection (refused|timed out|closed)|Failed to connect|unable to connect"
     r"|Operation timed out|Network is unreachable|No route to host|Could(n't| not) connect|hung up|Could not read from remote",
     Unavailable, "git.network", "there is no connection", _NETWORK_HINTS),
    (r"already exists and is not an empty directory|Unable to create '.*\.lock'", Conflict, "git.busy",
     "something else is at work there", ("when no other git runs there, remove the .lock file",)),
)  # fmt: skip
_COMPILED = tuple((re.compile(row[0]), *row[1:]) for row in _KNOWN)

RETRYABLE = frozenset({"git.rate_limited", "git.server_error", "git.broken_off"})
BUSY_SERVER = frozenset({"git.rate_limited", "git.server_error"})


def explain(what: str, stderr: str) -> PhoenixError:
    """Return the error for a git command that failed; ``what`` says what was tried."""
    cause = _cause(stderr)
    for pattern, kind, code, meaning, hints in _COMPILED:
        if pattern.search(stderr):
            return kind(f"{what}: {meaning}", code=code, cause=cause, hints=hints)
    return Failed(f"{what} failed", code="git.failed", cause=cause)


def _cause(stderr: str) -> str:
    lines = [line.strip() for line in re.split(r"[\r\n]+", stderr) if line.strip()]
    said = [line for line in lines if line.startswith(("fatal:", "error:", "ERROR:", "remote: "))] or lines
    return printable("; ".join(dict.fromkeys(said[-3:])))[:400]


def git_missing() -> Unavailable:
    """Return the error for a machine without git."""
    return Unavailable(
        "git is not installed here", code="git.missing",
        hints=("apt install git, dnf install git, or brew install git", "phoenix doctor"),
    )  # fmt: skip


def git_too_old(said: str, oldest: tuple[int, ...]) -> Unavailable:
    """Return the error for a git that cannot be told to distrust a repository."""
    return Unavailable(
        "this git is too old for repositories of strangers",
        code="git.too_old",
        cause=f"it says {printable(said)[:80]!r}; {'.'.join(map(str, oldest))} or newer is needed",
        hints=("upgrade git", "phoenix doctor"),
    )


def too_slow(what: str, seconds: float) -> Unavailable:
    """Return the error for a command that was ended because it said nothing for too long, or took too long."""
    return Unavailable(
        f"{what}: given up after {seconds:g} s", code="git.network", cause="ended after its time limit",
        hints=_NETWORK_HINTS,
    )  # fmt: skip


def stopped(what: str) -> Unavailable:
    """Return the error for a command that was ended because phoenix was told to stop."""
    return Unavailable(f"{what}: stopped", code="git.stopped")
