"""Keep a warden beside phoenix for as long as something must not outlive it."""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Iterator

from phoenix_cli.kernel.processes import TREE_VARIABLE
from phoenix_cli.vcs import warden


class Guard:
    """Starts the warden for the outermost ``watching``, and lets it go at its end."""

    def __init__(self) -> None:
        self._tag = ""
        self._users = 0
        self._lock = threading.Lock()
        self._control = -1
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def mark(self) -> dict[str, str]:
        """Return the variable by which the warden knows its charges; nothing when nobody watches."""
        return {TREE_VARIABLE: self._tag} if self._tag else {}

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Watch for the body."""
        with self._lock:
            self._users += 1
            if self._users == 1:
                self._begin()
        try:
            yield
        finally:
            with self._lock:
                self._users -= 1
                if self._users == 0:
                    self._finish()

    def _begin(self) -> None:
        self._tag = f"git_{secrets.token_hex(8)}"
        read, self._control = os.pipe()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", warden.__file__, str(read), f"{TREE_VARIABLE}={self._tag}"],
                env={"LC_ALL": "C"}, cwd="/", pass_fds=(read,), start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        finally:
            os.close(read)

    def _finish(self) -> None:
        self._tag = ""
        with contextlib.suppress(BrokenPipeError):
            os.write(self._control, b".")
        os.close(self._control)
        if self._process is not None:
            self._process.wait()
            self._process = None
