"""Start the host of a run, or find the one that lives."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

import phoenix_cli
from phoenix_cli.engine.executors.host import main as host_program
from phoenix_cli.engine.executors.host import remains
from phoenix_cli.engine.executors.host.link import connect
from phoenix_cli.engine.executors.interface import LOG_BYTES
from phoenix_cli.kernel.clock import Clock
from phoenix_cli.kernel.locks import FileLock

ANSWER_S = 10.0  # a host that begins on a busy machine answers within it
LOOK_S = 0.01
PACKAGES = str(Path(phoenix_cli.__file__).parent.parent)


def start(
    folder: Path, python: str, log_bytes: int = LOG_BYTES
) -> tuple[subprocess.Popen[bytes], socket.socket] | None:
    """Start a host for a folder; None when one lives. It can be written to at once. Raises ``OSError``.

    The lock is taken here and handed to it, so there is no moment in which a host has been told of jobs and nobody can see
    that it lives.
    """
    lock = FileLock(folder / remains.LOCK)
    if not lock.acquire(wait=False):
        return None
    ours, its = socket.socketpair()
    try:
        words = [
            python,
            "-I",
            "-S",
            host_program.__file__,
            PACKAGES,
            str(lock.fileno()),
            str(its.fileno()),
            str(log_bytes),
        ]
        process = subprocess.Popen(
            words, cwd=folder, pass_fds=(lock.fileno(), its.fileno()), start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except OSError:
        ours.close()
        remains.sign_off(lock.fileno())
        raise
    finally:
        its.close()
        lock.release()
    return process, ours


def lives(folder: Path) -> bool:
    """Tell whether a run has a host, or one that is about to begin."""
    return not FileLock(folder / remains.LOCK).is_free()


def await_end(folder: Path, clock: Clock) -> None:
    """Wait until a host that has let go of its connection has let go of its lock, too."""
    deadline = clock.monotonic() + ANSWER_S
    while lives(folder) and clock.monotonic() < deadline:
        clock.sleep(LOOK_S)


def find(folder: Path, clock: Clock) -> socket.socket | None:
    """Connect to the host that lives; None when it is gone meanwhile, or listens to nobody for too long."""
    deadline = clock.monotonic() + ANSWER_S
    while lives(folder) and clock.monotonic() < deadline:
        found = connect(folder)
        if found is not None:
            return found
        clock.sleep(LOOK_S)
    return None


def was_killed(folder: Path) -> bool:
    """Tell whether the last host left without a word, so that its commands may still be there."""
    return os.path.exists(folder / remains.LOCK) and remains.read_note(str(folder)) is not None
