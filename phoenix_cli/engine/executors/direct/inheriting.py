"""A foster host becomes the host of the runs whose coordinator has died: their commands are its children now."""

from __future__ import annotations

import os
import signal
import socket
import time
import traceback
from collections.abc import Iterator, Mapping

from phoenix_cli.engine.executors.direct import ledger
from phoenix_cli.engine.executors.direct.ledger import Begun, Read, Writer
from phoenix_cli.engine.executors.host import remains
from phoenix_cli.engine.executors.host.commands import Command
from phoenix_cli.engine.executors.host.connections import SOCKET, Connection, listen
from phoenix_cli.engine.executors.host.logs import Log
from phoenix_cli.engine.executors.host.serving import Host
from phoenix_cli.engine.executors.host.spawning import Unstarted, open_log
from phoenix_cli.kernel import process_table

KEPT_ENDS = 4096  # the others are in the journal: a coordinator does not have as many steps at once


def inherit(runs: Mapping[str, int]) -> None:
    """Serve the runs in these folders, each with its lock, until nothing is left to do. There is hardly ever more than one."""
    for folder, lock in runs.items():
        try:
            _serve(folder, lock)
        except BaseException:
            with open(os.path.join(folder, "host.log"), "a", encoding="utf-8") as file:
                traceback.print_exc(file=file)  # standard error leads nowhere
            raise


def _serve(folder: str, lock: int) -> None:
    left = ledger.read(folder)
    writer = left.writer or Writer(0, 0, "", 0)
    os.chdir(folder)
    listener = listen()
    os.chdir("/")
    host = Host(folder, listener, _nobody_yet(), writer.log_bytes)
    host.fence = writer.fence
    for end in list(left.ends.values())[-KEPT_ENDS:]:
        host.work.untold.add(*end)
    for begun in (*left.running.values(), *_unnoted(left)):
        _take(host, begun, writer.log_bytes)
    os.kill(os.getpid(), signal.SIGCHLD)  # for those that have ended already
    host.run()
    os.unlink(os.path.join(folder, SOCKET))
    remains.sign_off(lock)
    os.close(lock)


def _nobody_yet() -> Connection:
    """Return a connection that has ended: the host is not asked for yet."""
    ours, its = socket.socketpair()
    ours.close()
    return Connection(its)


def _take(host: Host, begun: Begun, log_bytes: int) -> None:
    log = open_log(begun.log)
    if isinstance(log, Unstarted):
        log = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    host.work.adopt(
        Command(
            begun.tag, begun.parts, begun.dir, begun.env, Log(log, log_bytes, begun.log), begun.outputs,
            begun.limit_at, begun.tells, time.monotonic(),
        ),
        begun.pid,
    )  # fmt: skip


def _unnoted(left: Read) -> Iterator[Begun]:
    """Yield commands that began, but whose line was not written any more: they carry their job's tag, as long as they live.

    One that hands on values is ended instead: nobody knows which. It counts as lost, then.
    """
    own = os.getpid()
    for one in process_table.table().values():
        if one.parent != own or one.session != one.pid:
            continue
        environ = process_table.environment(one.pid)
        tag = environ.get(process_table.TREE_VARIABLE, "")
        if not tag or tag in left.running or tag in left.ends:
            continue  # what a step left running carries its tag, too
        if "PHOENIX_OUTPUT" in environ:
            os.kill(one.pid, signal.SIGKILL)
        else:
            yield Begun(tag, one.pid, "", [], None, False, [], "/", {})
