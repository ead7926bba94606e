"""Start a command from a process that has other threads: nobody else's current folder may change for a moment.

On Linux a thread can have a current folder of its own (``unshare(CLONE_FS)``), so that ``posix_spawn``, which has no word for
folders, serves here, too. Where that is forbidden ``subprocess`` does it, for twice the time.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Mapping
from typing import Any

from phoenix_cli.engine.executors.host.spawning import DEFAULTS, Unstarted, find, refusal, unfit_folder

_CLONE_FS = 0x200
_libc = ctypes.CDLL(None, use_errno=True)


class Spawner:
    """Starts commands; ``here`` is the folder in which this process is."""

    def __init__(self) -> None:
        try:
            self.here = os.getcwd()
        except OSError:
            self.here = ""  # it has been removed
        self._back = -1
        self._nothing = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)

    def spawn(self, argv: list[str], folder: str, env: Mapping[str, str], log: int) -> int | Unstarted:
        """Start a command and return its pid, which is also its session and its group."""
        try:
            if folder == self.here:
                return self._start(argv, env, log)
            return self._there(argv, folder, env, log)
        except (OSError, ValueError) as error:
            return refusal(argv[0], error)

    def _there(self, argv: list[str], folder: str, env: Mapping[str, str], log: int) -> int | Unstarted:
        if _libc.unshare(_CLONE_FS):  # at once when this thread has its own already
            return _by_subprocess(argv, folder, env, log)
        if self._back < 0:
            self._back = os.open(".", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.chdir(folder)
        except (OSError, ValueError) as error:
            return unfit_folder(folder, error)
        try:
            return self._start(argv, env, log)
        finally:
            os.fchdir(self._back)

    def _start(self, argv: list[str], env: Mapping[str, str], log: int) -> int:
        return os.posix_spawn(
            find(argv[0], env.get("PATH", os.defpath)), argv, env,
            file_actions=(
                (os.POSIX_SPAWN_DUP2, self._nothing, 0), (os.POSIX_SPAWN_DUP2, log, 1), (os.POSIX_SPAWN_DUP2, log, 2)
            ),
            setsid=True, setsigmask=(), setsigdef=DEFAULTS,
        )  # fmt: skip

    def close(self) -> None:
        """Let go of what is open."""
        for handle in (self._nothing, self._back):
            if handle >= 0:
                os.close(handle)
        self._nothing = self._back = -1


def _by_subprocess(argv: list[str], folder: str, env: Mapping[str, str], log: int) -> int | Unstarted:
    try:
        os.stat(os.path.join(folder, "."))
    except (OSError, ValueError) as error:
        return unfit_folder(folder, error)
    path = find(argv[0], env.get("PATH", os.defpath))
    process: Any = subprocess.Popen(
        argv,
        executable=path,
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    process.returncode = 0  # whoever started it here reaps it by its pid; it must not be missed
    return int(process.pid)
