"""A warm process that performs one call after the other, each as if it were alone.

    python -P -c ... RESULTS_FD COORDINATOR_PID LIMITS

A line of JSON on standard input is a call, a line on RESULTS_FD is how it ended. During a call standard output and
standard error are the job's log, the environment and the working folder are the job's; standard input is empty. The
process ends with its coordinator: end of file on its input, and the kernel's signal where there is one.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TextIO

from phoenix_cli.engine.executors.calls import targets
from phoenix_cli.engine.executors.calls.calling import Outcome, perform
from phoenix_cli.engine.executors.interface import Job, JobKey
from phoenix_cli.engine.model import Call
from phoenix_cli.kernel import keeper


def as_line(job: Job) -> bytes:
    """Write what a worker needs of a job as a line."""
    assert isinstance(job.action, Call)
    body = [list(job.key), job.action.target, job.action.arguments, job.dir, dict(job.env), str(job.log), job.outputs]
    return json.dumps(body).encode() + b"\n"


def from_line(line: bytes) -> Job:
    """Read what ``as_line`` wrote."""
    key, target, arguments, folder, env, log, names = json.loads(line)
    return Job(JobKey(*key), Call(target, arguments), folder, env, Path(log), tuple(names))


def main(results: int, coordinator: int, limits: str) -> None:
    """Perform calls until the coordinator is gone."""
    keeper.prctl(keeper.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != coordinator:
        os._exit(1)  # it was killed before we could ask to be told
    keeper.limit(limits)
    calls: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_listen, args=(_private(0), calls), name="phoenix-coordinator", daemon=True).start()
    os.set_inheritable(results, False)
    streams = (_stream(1), _stream(2))
    while True:
        job = from_line(calls.get())
        outcome = _alone(job, streams)
        _tell(results, outcome)


def _stream(handle: int) -> TextIO:
    """Return a standard stream that writes each line at once, whatever the locale."""
    return open(handle, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)


def _private(handle: int) -> int:
    """Move a descriptor to where no program that a call starts gets it; nothing is left in its place."""
    moved = os.dup(handle)
    _point((handle,), os.devnull)
    return moved


def _point(handles: tuple[int, ...], path: str | Path) -> None:
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
    for handle in handles:
        os.dup2(file, handle)
    os.close(file)


def _listen(control: int, calls: SimpleQueue[bytes]) -> None:
    with os.fdopen(control, "rb") as file:
        for line in file:
            calls.put(line)
    os._exit(0)


def _alone(job: Job, streams: tuple[TextIO, TextIO]) -> Outcome:
    """Perform a call in the folder, the environment and with the log of its job."""
    try:
        _point((1, 2), os.devnull if job.log == Path() else job.log)
        os.environ.clear()
        os.environ.update(job.env)
    except (OSError, ValueError) as error:  # no log there, or a variable that no process can have
        return Outcome("failed", None, f"cannot give it its log and its environment: {error}")
    sys.stdout, sys.stderr = streams
    outcome = perform(job, _find, lambda: streams[1])
    for stream in streams:
        _flush(stream)
    _point((1, 2), os.devnull)
    return outcome


def _find(job: Job) -> Callable[..., Any]:
    assert isinstance(job.action, Call)
    if os.path.isdir(job.dir):
        os.chdir(job.dir)
    if job.dir not in sys.path[:1]:
        sys.path.insert(0, job.dir)
    return targets.find(job.action.target, job.dir)


def _flush(stream: TextIO) -> None:
    try:
        stream.flush()
    except (OSError, ValueError):
        pass  # a full disk, or the call has closed it


def _tell(results: int, outcome: Outcome) -> None:
    left = memoryview(json.dumps(outcome).encode() + b"\n")
    while left:
        left = left[os.write(results, left) :]
