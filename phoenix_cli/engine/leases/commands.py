"""Run a command while something is held for it, in the caller's terminal and process group."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, NoReturn

from phoenix_cli.kernel import processes
from phoenix_cli.kernel.processes import Identity

_FOR_THE_COMMAND = (signal.SIGINT, signal.SIGQUIT)  # a terminal sends these to both of us
_PASSED_ON = (signal.SIGTERM, signal.SIGHUP)


def run(argv: Sequence[str], environ: Mapping[str, str], began: Callable[[Identity], None]) -> int:
    """Run a command to its end and return its status as a shell does (128 + n for signal n).

    ``began`` is told the process before the command itself begins, so that what is held lives with it, too: a ``kill -9``
    of this process must not free what the command still uses. The caller has closed its database.
    """
    wait_here, go = os.pipe()
    child = os.fork()
    if not child:
        os.close(go)
        _become(argv, environ, wait_here)
    os.close(wait_here)
    before = _leave_signals_to(child)
    try:
        identity = processes.identify(child)
        if identity:
            began(identity)
        with suppress(BrokenPipeError):  # it was killed already
            os.write(go, b"1")
        os.close(go)
        return _status(os.waitpid(child, 0)[1])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _become(argv: Sequence[str], environ: Mapping[str, str], wait_here: int) -> NoReturn:
    """Be the command, as soon as the parent has noted us; end when it died before it could."""
    try:
        if not os.read(wait_here, 1):
            os._exit(137)
        for number in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)  # Python ignores these, and a command would inherit that
        os.execvpe(argv[0], list(argv), dict(environ))
    except OSError as error:
        sys.stderr.write(f"{argv[0]}: {os.strerror(error.errno or 0)}\n")
        sys.stderr.flush()
        os._exit(127 if isinstance(error, FileNotFoundError) else 126)
    finally:
        os._exit(130)  # ^C before it began


def _leave_signals_to(child: int) -> dict[signal.Signals, Any]:
    def pass_on(number: int, _: object) -> None:
        os.kill(child, number)  # not waited for yet, so the pid is nobody else's

    before: dict[signal.Signals, Any] = {}
    for number in _FOR_THE_COMMAND:
        before[number] = signal.signal(number, signal.SIG_IGN)
    for number in _PASSED_ON:
        before[number] = signal.signal(number, pass_on)
    return before


def _status(waited: int) -> int:
    code = os.waitstatus_to_exitcode(waited)
    return code if code >= 0 else 128 - code
