"""The driver's side of its connection to a host: sent without waiting by any thread, received by one."""

from __future__ import annotations

import os
import select
import socket
import sys
import threading
from pathlib import Path
from typing import Any

from phoenix_cli.engine.executors.host.connections import SOCKET
from phoenix_cli.engine.executors.host.wire import Lines

_READ = 1 << 16  # larger buffers are mapped and unmapped by each call


class Link:
    """What cannot be sent at once (the host is stopped, or busy) waits here; ``receive`` sends it on."""

    def __init__(self, connected: socket.socket) -> None:
        connected.setblocking(False)
        self._socket = connected
        self._lines = Lines()
        self._outgoing = bytearray()
        self._stuck = self._closed = False
        self._lock = threading.Lock()
        self._waker, self._alarm = os.pipe()
        os.set_blocking(self._alarm, False)
        self._poll = select.poll()
        self._poll.register(connected, select.POLLIN)
        self._poll.register(self._waker, select.POLLIN)

    def send(self, data: bytes) -> None:
        """Send a message; returns at once. To a host that is gone it is lost, and ``receive`` tells its end."""
        with self._lock:
            self._outgoing += data
            if self._flush():
                return
        self.wake()

    def _flush(self) -> bool:
        try:
            while self._outgoing:
                del self._outgoing[: self._socket.send(self._outgoing)]
        except BlockingIOError:
            return False
        except OSError:
            self._outgoing.clear()
        return True

    def wake(self) -> None:
        """Let ``receive`` return."""
        with self._lock:
            if self._closed:
                return
            try:
                os.write(self._alarm, b"!")
            except BlockingIOError:
                pass  # it will return anyway

    def receive(self, timeout_s: float | None) -> list[list[Any]] | None:
        """Return what the host said, nothing after the timeout or a ``wake``, None when the host is gone."""
        if self._outgoing or self._stuck:
            self._stuck = bool(self._outgoing)
            self._poll.modify(self._socket, select.POLLIN | (select.POLLOUT if self._stuck else 0))
        ready = dict(self._poll.poll(None if timeout_s is None else max(0.0, timeout_s) * 1000))
        if self._waker in ready:
            os.read(self._waker, 4096)
        events = ready.get(self._socket.fileno(), 0)
        if events & select.POLLOUT:
            with self._lock:
                self._flush()
        return self._read() if events & ~select.POLLOUT else []

    def _read(self) -> list[list[Any]] | None:
        try:
            data = self._socket.recv(_READ)
        except BlockingIOError:
            return []
        except OSError:
            return None
        return self._lines.feed(data) if data else None

    def close(self) -> None:
        """Let go of the host."""
        with self._lock:
            self._closed = True
            self._socket.close()
            os.close(self._waker)
            os.close(self._alarm)


def connect(folder: Path) -> socket.socket | None:
    """Connect to the host of a run's folder, whatever the length of its path; None when nobody listens."""
    connected = socket.socket(socket.AF_UNIX)
    connected.settimeout(1.0)
    try:
        _connect(connected, folder)
    except OSError:
        connected.close()
        return None
    return connected


def _connect(connected: socket.socket, folder: Path) -> None:
    if sys.platform == "linux":
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            connected.connect(f"/proc/self/fd/{handle}/{SOCKET}")
        finally:
            os.close(handle)
    else:
        import tempfile  # 2 ms, and Linux does without

        with tempfile.TemporaryDirectory() as short:
            os.symlink(folder, os.path.join(short, "f"))
            connected.connect(os.path.join(short, "f", SOCKET))
