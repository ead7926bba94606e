"""Keep one command and everything that it starts: end all of it when whoever asked for it is gone.

Runs as a small process of its own between phoenix and the command (standard library only, started with ``python -I -S``;
12 ms). It is a *subreaper*: what the command double-forks comes back to it instead of leaving the tree. It holds the read
end of a pipe whose write end only phoenix has: end of file means that phoenix was killed, also by ``kill -9``.

    python -I -S keeper.py CONTROL_FD STATUS_FD LIMITS -- ARGV...

The command's wait status is written to STATUS_FD as one decimal line. LIMITS is ``NAME=value,...`` or
``NAME=soft:hard,...`` for ``setrlimit``; more than we may have becomes as much as we may have.
What the command left running by itself (a compiler daemon) stays when it ends normally.
"""

from __future__ import annotations

import ctypes
import os
import resource
import select
import signal
import sys
import time

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
GRACE_S = 2.0


def main(argv: list[str]) -> int:
    """Start the command, wait for it or for the end of phoenix."""
    control, status, limits = int(argv[0]), int(argv[1]), argv[2]
    command = argv[4:]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # phoenix decides; it closes the pipe
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    child = _start(command, limits, (control, status))
    _forget_output()
    ended = _wait(child, control)
    if ended is None:
        _end_everything()
        return 1
    os.write(status, b"%d\n" % ended)
    return 0


def prctl(option: int, value: int) -> None:
    """Set an attribute of this process that only Linux knows."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def _start(command: list[str], limits: str, private: tuple[int, int]) -> int:
    keeper = os.getpid()
    child = os.fork()
    if child:
        return child
    try:
        for handle in private:
            os.close(handle)
        os.setsid()
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != keeper:
            os._exit(137)  # it was killed before we could ask to be told
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        limit(limits)
        os.execvpe(command[0], command, os.environ)
    except OSError as error:
        os.write(2, f"{command[0]}: {os.strerror(error.errno or 0)}\n".encode())
        os._exit(127 if isinstance(error, FileNotFoundError) else 126)


def limit(limits: str) -> None:
    """Set limits of this very process, to be inherited by what it becomes."""
    for name, _, value in (part.partition("=") for part in limits.split(",") if part):
        number = getattr(resource, f"RLIMIT_{name}")
        soft, _, hard = value.partition(":")
        most = resource.getrlimit(number)[1]
        most = int(hard or soft) if most == resource.RLIM_INFINITY else min(int(hard or soft), most)
        resource.setrlimit(number, (min(int(soft), most), most))


def _forget_output() -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for handle in (0, 1, 2):
        os.dup2(nothing, handle)  # or the reader of the command's output would wait for us, too


def _wait(child: int, control: int) -> int | None:
    """Return the child's wait status, None when phoenix is gone."""
    wake, alarm = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(alarm, False)
    signal.set_wakeup_fd(alarm, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    while True:
        ended = _reap(child)
        if ended is not None:
            return ended
        ready, _, _ = select.select([wake, control], [], [])
        if wake in ready:
            os.read(wake, 4096)
        if control in ready and not os.read(control, 1):
            return None


def _reap(child: int) -> int | None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return None
        if pid == child:
            return status
        if pid == 0:
            return None


def _end_everything() -> None:
    """End all descendants, also those that come back to us while we do: TERM first, KILL after the grace."""
    deadline = time.monotonic() + GRACE_S
    number: int = signal.SIGTERM
    asked: set[int] = set()
    while pids := _children(os.getpid()):
        for pid in pids:
            if number == signal.SIGKILL or pid not in asked:
                _signal(pid, number)
        asked |= pids
        _reap(0)
        if time.monotonic() > deadline:
            number = signal.SIGKILL
        time.sleep(0.02)


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        pass


def _children(parent: int) -> set[int]:
    """Return every live descendant, by parent pids from /proc."""
    parents: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    fields = file.read().rpartition(b")")[2].split()
            except OSError:
                continue
            if fields[0] not in (b"Z", b"X"):
                parents.setdefault(int(fields[1]), []).append(int(name))
    found: set[int] = set()
    pending = [parent]
    while pending:
        for pid in parents.get(pending.pop(), ()):
            found.add(pid)
            pending.append(pid)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
