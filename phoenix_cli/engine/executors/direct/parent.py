"""The process that the shell knows: it waits for the coordinator, and ends as the coordinator ended."""

from __future__ import annotations

import os
import resource
import signal
from typing import NoReturn

PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
_BY_THE_KERNEL = (
    0x80  # ``si_code`` of what the terminal sends: it goes to the whole group, so the coordinator has it already
)
_SIGNAL = 128


def stand_in(host: int, news: int, keep: set[int]) -> NoReturn:
    """Wait until the coordinator has ended. ``news`` tells its pid, then its wait status and whether the host stays."""
    try:
        let_go({news, *keep})
        told = os.read(news, 64)
        if not told:
            end_as(signal.SIGKILL)  # the host was killed before it had begun
        first, _, rest = told.partition(b"\n")
        os.set_blocking(news, False)
        end_as(_wait(int(first), host, news, rest))
    finally:
        os._exit(1)


def _wait(coordinator: int, host: int, news: int, told: bytes) -> int:
    handle = os.pidfd_open(coordinator)
    while True:
        if not told:
            told = _read(news)
        if told:
            status, stays = told.split()
            if stays == b"0":
                os.waitpid(host, 0)  # its seconds, and through it the coordinator's, count as ours
            return int(status)
        ended = _reaped(coordinator)
        if ended is not None:
            return ended
        came = signal.sigwaitinfo([*PASSED_ON, signal.SIGCHLD])
        if came.si_signo != signal.SIGCHLD and came.si_code != _BY_THE_KERNEL:
            _pass_on(handle, came.si_signo)


def _read(news: int) -> bytes:
    try:
        return os.read(news, 64)
    except BlockingIOError:
        return b""


def _reaped(coordinator: int) -> int | None:
    """Return the status of a coordinator that has come to us because the host was killed."""
    try:
        pid, status = os.waitpid(coordinator, os.WNOHANG)
    except ChildProcessError:
        return None
    return status if pid else None


def _pass_on(handle: int, number: int) -> None:
    try:
        signal.pidfd_send_signal(handle, number)
    except ProcessLookupError:
        pass


def end_as(status: int) -> NoReturn:
    """End with a wait status: the same exit status, or by the same signal."""
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # the core that matters is the coordinator's
        if -code not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(-code, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        os.kill(os.getpid(), -code)
        code = _SIGNAL - code
    os._exit(code)


def let_go(keep: set[int]) -> None:
    """Close everything that is open but for some; standard streams lead nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for handle in (0, 1, 2):
        os.dup2(nowhere, handle)
    for name in os.listdir("/proc/self/fd"):
        handle = int(name)
        if handle > 2 and handle not in keep:
            try:
                os.close(handle)
            except OSError:
                pass  # the one through which the list was read
