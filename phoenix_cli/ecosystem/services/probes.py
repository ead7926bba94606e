"""One question to a service over the network, asked without waiting: the supervisor has output to read meanwhile."""

from __future__ import annotations

import errno
import select
import socket

_PENDING = (errno.EINPROGRESS, errno.EWOULDBLOCK)


class Probe:
    """A connection, and with a path one HTTP request, that ``advance`` carries on when its socket is ready."""

    def __init__(self, address: str, port: int, path: str = "") -> None:
        host = f"[{address}]" if ":" in address else address
        self._request = (
            f"GET {path} HTTP/1.0\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode() if path else b""
        )
        self._answer = b""
        self._socket = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setblocking(False)
        self._refused = self._socket.connect_ex((address, port)) not in (0, *_PENDING)
        self._asked = False

    def fileno(self) -> int:
        """Return the socket's descriptor."""
        return self._socket.fileno()

    @property
    def events(self) -> int:
        """Return what ``poll`` is to wait for."""
        return select.POLLIN if self._asked else select.POLLOUT

    def advance(self) -> bool | None:
        """Go on as far as possible: True for a good answer, False for none, None as long as it is not known."""
        if self._refused or self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            return False
        try:
            return self._ask() if not self._asked else self._read()
        except BlockingIOError:
            return None
        except OSError:
            return False

    def _ask(self) -> bool | None:
        if self._socket.getpeername() == self._socket.getsockname():  # raises OSError when it is not connected
            return False  # TCP's simultaneous open: where nobody listens, a connection can meet itself
        if not self._request:
            return True
        self._socket.send(self._request)
        self._asked = True
        return None

    def _read(self) -> bool | None:
        data = self._socket.recv(256)
        self._answer += data
        words = self._answer.split(None, 2)
        if len(words) > 1 and len(words[1]) >= 3:
            return words[0].startswith(b"HTTP/") and words[1][:1] in b"23"
        return None if data and len(self._answer) < 256 else False

    def close(self) -> None:
        """Give the connection up."""
        self._socket.close()
