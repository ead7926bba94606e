"""A coordinator between two processes: one that the shell knows, and a host that inherits its commands when it dies.

    P  the process that was started: waits, passes on signals that were sent to it alone, ends as C ends
    └─ H  the foster host, in a session of its own: a subreaper that does nothing but wait
       └─ C  the coordinator: the same group, session, terminal and folder as P; its commands are its children

What C starts becomes H's when C dies, so H can tell how it ended. When P is killed the kernel kills C: for whoever knows the
pid of P nothing is different from a single process. When H is killed C goes on, and its commands would die with it.

C tells H what it would have to know through a socket that H reads only when C has ended; H costs nothing until then.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import select
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress

from phoenix_cli.engine.executors.direct import parent
from phoenix_cli.engine.executors.direct.parent import PASSED_ON
from phoenix_cli.kernel.keeper import PR_SET_CHILD_SUBREAPER, prctl
from phoenix_cli.kernel.process_table import Entry
from phoenix_cli.kernel.records import record

_PF_EXITING = 0x4
_FLAGS = 6  # which field of ``/proc/PID/stat`` after the name
_MESSAGE = 8192
_IGNORED = (*PASSED_ON, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU)


@record
class Foster:
    """The host above this process: its pid, and the line to it."""

    pid: int
    line: socket.socket

    def entrust(self, folder: str, lock: int) -> None:
        """Say that commands of a run begin; ``lock`` is its host's lock, which must not be free while they run."""
        with suppress(OSError):  # it was killed: what runs will not be taken over
            socket.send_fds(self.line, [b"+" + os.fsencode(folder)], [lock])

    def release(self, folder: str) -> None:
        """Say that nothing of a run is left to take over."""
        with suppress(OSError):
            self.line.send(b"-" + os.fsencode(folder))

    def lives(self) -> bool:
        """Tell whether it can still take anything over: it is our parent as long as it lives."""
        return os.getppid() == self.pid

    def strays(self, table: Mapping[int, Entry]) -> set[int]:
        """Return the processes that steps have left running: they have come to the foster host."""
        own = os.getpid()
        return (
            {one.pid for one in table.values() if one.parent == self.pid and one.pid != own} if self.lives() else set()
        )


_mine: Foster | None = None


def mine() -> Foster | None:
    """Return the foster host of this process, a fact about it as its pid is; None when there is none."""
    return _mine


def become() -> None:
    """Go on as a coordinator with a foster host: returns in a grandchild of the process that called it.

    To be called before there are threads, open files or output. Where this cannot be had it does nothing.
    """
    if sys.platform != "linux" or not hasattr(os, "pidfd_open"):
        return
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [*PASSED_ON, signal.SIGCHLD])
    alive, life = os.pipe()
    news, telling = os.pipe()
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    shell = os.getpid()
    prctl(PR_SET_CHILD_SUBREAPER, 1)  # when H is killed, C comes to P
    host = os.fork()
    if host:
        parent.stand_in(host, news, keep={life})
    os.close(life)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    child = os.fork()
    if child:
        _foster(child, shell, its, telling)
    for handle in (news, telling):
        os.close(handle)
    its.close()
    ours.setblocking(False)
    _keep_to_ourselves()
    _die_with(alive)
    _go_on(Foster(os.getppid(), ours), mask)


def _go_on(host: Foster, mask: set[signal.Signals] | set[int]) -> None:
    global _mine
    _mine = host
    atexit.register(host.line.close)  # a warning about an open socket would be the last line that a person sees
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _keep_to_ourselves() -> None:
    """See that commands do not get what this process was given open by whoever started it."""
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2:
            try:
                os.set_inheritable(int(name), False)
            except OSError:
                pass  # the one through which the list was read


def _die_with(alive: int) -> None:
    """Let the kernel kill this process when the other end of a pipe is closed, without anybody having to look."""
    fcntl.fcntl(alive, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(alive, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(alive, fcntl.F_SETFL, fcntl.fcntl(alive, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([alive], [], [], 0)[0]:
        os.kill(os.getpid(), signal.SIGKILL)  # it was closed before


# ---- H


def _foster(child: int, shell: int, line: socket.socket, telling: int) -> None:
    """Be the host that waits; never returns."""
    try:
        os.write(telling, b"%d\n" % child)
        _retire({line.fileno(), telling})
        status = _wait_for(child)
        runs = _entrusted(line)
        _tell(telling, b"%d %d\n" % (status, bool(runs)))
        os.close(telling)
        if runs:
            if os.getppid() == shell:
                os.kill(shell, signal.SIGCHLD)  # so that it looks; a host that ends makes it look by that
            from phoenix_cli.engine.executors.direct.inheriting import inherit

            inherit(runs)
    finally:
        os._exit(0)


def _retire(keep: set[int]) -> None:
    """Leave the terminal and everything that is open; what others wait for to be closed must not wait for this."""
    os.setsid()
    for number in _IGNORED:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    parent.let_go(keep)
    os.chdir("/")


def _wait_for(child: int) -> int:
    """Return C's wait status. Reap what its commands left behind meanwhile, but none of its own children when it is dead."""
    while True:
        found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
        assert found is not None
        if found.si_pid == child or _is_ending(child):
            return os.waitpid(child, 0)[1]
        os.waitpid(found.si_pid, 0)


def _is_ending(pid: int) -> bool:
    """Tell whether a process's children may have come to us: the kernel hands them over just before it is a zombie."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            text = file.read()
    except OSError:
        return True
    return bool(int(text[text.rindex(b")") + 2 :].split()[_FLAGS]) & _PF_EXITING)


def _entrusted(line: socket.socket) -> dict[str, int]:
    """Return the folders of the runs that C has begun and not released, each with its lock."""
    line.setblocking(False)
    runs: dict[str, int] = {}
    while True:
        try:
            message, locks, _, _ = socket.recv_fds(line, _MESSAGE, 1)
        except OSError:
            return runs
        if not message:
            return runs
        folder = os.fsdecode(message[1:])
        if message[:1] == b"+":
            runs[folder] = locks[0]
        else:
            os.close(runs.pop(folder))


def _tell(handle: int, text: bytes) -> None:
    try:
        os.write(handle, text)
    except OSError:
        pass  # nobody is there any more
