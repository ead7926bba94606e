"""Start one command: session, folder, environment and log of its own, nothing else of the host's.

``posix_spawn`` because the host has one thread: it may change its own folder for a moment, and errors of the start come back
as exceptions without a pipe. It is the cheapest way that Python has, and the kernel's part of it is nearly all.
"""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Mapping
from typing import NamedTuple

NOT_FOUND, NOT_EXECUTABLE = 127, 126  # what shells say
DEFAULTS = (
    signal.SIGINT,
    signal.SIGTERM,
    signal.SIGHUP,
    signal.SIGPIPE,
    signal.SIGXFSZ,
)  # ignored by the host, or Python
_SCARCE = (errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.ENOSPC, errno.EDQUOT)


class Unstarted(NamedTuple):
    """Why a command did not begin; the fields of ``JobEnded``."""

    error: str
    code: int | None
    message: str


def open_log(path: str) -> int | Unstarted:
    """Open a log so that everybody who writes to it adds to its end; make its folder when it is missing."""
    try:
        try:
            return _open(path)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            return _open(path)
    except (OSError, ValueError) as error:
        return Unstarted("unavailable", None, f"cannot write its log {path}: {_reason(error)}")


def _open(path: str) -> int:
    return os.open(path or os.devnull, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)


def spawn(argv: list[str], folder: str, env: Mapping[str, str], log: int) -> int | Unstarted:
    """Start a command and return its pid, which is also its session and its group."""
    try:
        os.chdir(folder)
    except (OSError, ValueError) as error:
        return unfit_folder(folder, error)
    try:
        return _spawn(argv, env, log)
    except (OSError, ValueError) as error:
        return refusal(argv[0], error)
    finally:
        os.chdir("/")  # or the folder could not be unmounted while the host lives


def _spawn(argv: list[str], env: Mapping[str, str], log: int) -> int:
    return os.posix_spawn(
        find(argv[0], env.get("PATH", os.defpath)), argv, env,
        file_actions=((os.POSIX_SPAWN_DUP2, log, 1), (os.POSIX_SPAWN_DUP2, log, 2)),
        setsid=True, setsigmask=(), setsigdef=DEFAULTS,
    )  # fmt: skip


def find(name: str, path: str) -> str:
    """Return the program that a name means, by the job's PATH. Raises ``OSError``."""
    if "/" in name:
        return name
    barred = False
    for folder in path.split(os.pathsep) if name else ():
        candidate = os.path.join(folder or ".", name)
        if os.access(candidate, os.X_OK) and not os.path.isdir(candidate):
            return candidate
        barred = barred or os.path.isfile(candidate)
    raise PermissionError(errno.EACCES, "not executable") if barred else FileNotFoundError(errno.ENOENT, "not found")


def unfit_folder(folder: str, error: OSError | ValueError) -> Unstarted:
    """Say that a command cannot begin where it should."""
    return Unstarted("failed", None, f"folder {folder}: {_reason(error)}")


def refusal(name: str, error: OSError | ValueError) -> Unstarted:
    """Say why a command did not begin."""
    if isinstance(error, FileNotFoundError):
        missing = (
            "not found" if not os.path.lexists(name) else "found, but not the program that it names in its first line"
        )
        return Unstarted("failed", NOT_FOUND, f"{name}: {missing}")
    if isinstance(error, OSError) and error.errno in _SCARCE:
        return Unstarted("unavailable", None, f"cannot start {name}: {_reason(error)}")
    if isinstance(error, PermissionError):
        return Unstarted("failed", NOT_EXECUTABLE, f"{name}: not executable")
    return Unstarted("failed", NOT_EXECUTABLE, f"{name}: {_reason(error)}")


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "not found"
    return os.strerror(error.errno or 0).lower() if isinstance(error, OSError) else str(error)
