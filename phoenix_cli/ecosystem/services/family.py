"""The processes of one service: start it, reap it, find all of it wherever it went."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from phoenix_cli.kernel import keeper, processes
from phoenix_cli.kernel.processes import Identity


class Family:
    """What one supervisor watches over: its own children, and for an adopted service the processes that it found.

    ``main`` is the process that stands for the service; ``code`` is how the one ended that was reaped last. ``adopted``:
    the service is somebody else's child.
    """

    def __init__(self, tag: str, mark: str) -> None:
        self._tag = tag
        self._mark = mark
        self._me = processes.identify(os.getpid())
        self._known: frozenset[Identity] = frozenset()
        self._childless = True
        self.adopted = False
        self.main: Identity | None = None
        self.code: int | None = None
        self.handle: int | None = None

    def spawn(self, argv: Sequence[str], cwd: Path, environment: Mapping[str, str], limits: str, output: Path) -> str:
        """Start the command in a session of its own; return "" or why it cannot be executed."""
        limits = ",".join(filter(None, (limits, f"MSGQUEUE={self._mark}" if self._mark else "")))
        tagged = {**environment, processes.TREE_VARIABLE: self._tag}
        pid, reason = _spawn(list(argv), cwd, tagged, limits, output)
        self.adopted, self._known, self._childless = False, frozenset(), not pid
        self.main, self.code = (processes.identify(pid) or Identity(pid, "", "")) if pid else None, None
        return reason

    def adopt(self, found: frozenset[Identity], main: Identity | None) -> None:
        """Watch over processes that are not our children; how they end will not be known."""
        self.adopted, self._known, self.main, self.code = True, found, main, None
        if main is not None and hasattr(os, "pidfd_open"):
            with contextlib.suppress(OSError):
                self.handle = os.pidfd_open(main.pid)

    def reap(self) -> bool:
        """Collect every child that has ended; True when the main process is among them, or an adopted one is gone."""
        main = self.main
        ended = self.adopted and main is not None and not processes.alive(main)
        ended_now, self._childless = _ended_children()
        for pid, code in ended_now:
            if main is not None and pid == main.pid:
                ended, self.code = True, code
            elif not ended:
                self.code = code
        if ended:
            self._drop_handle()
        return ended

    def _drop_handle(self) -> None:
        if self.handle is not None:
            os.close(self.handle)
            self.handle = None

    def gone(self) -> bool:
        """Tell whether nothing was left at the last ``reap``: we are the subreaper, without a child there is nobody below."""
        return self._childless and (not self.adopted or not self.find())

    def find(self) -> frozenset[Identity]:
        """Return every live process of the service."""
        roots = {*self._known, *([self._me] if self._me else [])}
        found = processes.tree(roots, self._tag, self._mark) - ({self._me} if self._me else set())
        if self.adopted:
            self._known = frozenset(found)
        return frozenset(found)

    def follow_oldest(self, found: frozenset[Identity]) -> None:
        """Let the oldest process that is left stand for the service."""
        self.main = min(found, key=lambda one: (float(one.started), one.pid), default=None)


def _ended_children() -> tuple[list[tuple[int, int]], bool]:
    """Return pid and code of every child that has ended, and whether there is no other."""
    ended: list[tuple[int, int]] = []
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return ended, True
        if pid == 0:
            return ended, False
        ended.append((pid, os.waitstatus_to_exitcode(status)))


def _spawn(argv: list[str], cwd: Path, environment: Mapping[str, str], limits: str, output: Path) -> tuple[int, str]:
    """Return the child's pid once it has become the command, or 0 and why it has not."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _become(argv, cwd, environment, limits, output, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        reason = told.read().decode(errors="replace")  # ends at the exec: the pipe is closed by it
    if reason:
        os.waitpid(child, 0)
    return (0, reason) if reason else (child, "")


def _become(argv: list[str], cwd: Path, environment: Mapping[str, str], limits: str, output: Path, told: int) -> None:
    """Turn this forked process into the command, or say why not. Never returns: there is no second supervisor."""
    reason = "cannot be started"
    try:
        os.setsid()
        _connect(output)
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE, signal.SIGXFSZ, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        keeper.limit(limits)
        os.chdir(cwd)
        os.execvpe(argv[0], argv, environment)
    except OSError as error:
        what = cwd if error.filename == str(cwd) else argv[0]
        reason = f"{what}: {os.strerror(error.errno or 0).lower()}"
    except (ValueError, AttributeError) as error:  # a NUL in a word, a limit that does not exist here
        reason = f"{argv[0]}: {error}"
    finally:
        os.write(told, reason.encode(errors="replace"))
        os._exit(127)


def _connect(output: Path) -> None:
    """Write to the FIFO and read from one that stays silent.

    Both are opened for reading and writing: so the service itself holds the other end, is not killed by SIGPIPE when its
    supervisor is, and never reads an end of file (watchers like esbuild's end at that).
    """
    out = os.open(output, os.O_RDWR)
    silent = output.with_name("input")
    with contextlib.suppress(FileNotFoundError):
        os.unlink(silent)
    os.mkfifo(silent, 0o600)
    into = os.open(silent, os.O_RDWR)
    os.unlink(silent)
    for source, target in ((into, 0), (out, 1), (out, 2)):
        os.dup2(source, target)
