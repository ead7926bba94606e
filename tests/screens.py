"""What a person sees: the command line on a pseudo terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import termios
from collections.abc import Mapping
from typing import Any


def screen(phoenix: Any, *words: object, columns: int = 80, env: Mapping[str, str] | None = None) -> str:
    """Run on a pseudo terminal of so many columns and return what is shown."""
    controller, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    running = subprocess.Popen(
        phoenix.command(*words), stdin=terminal, stdout=terminal, stderr=terminal, cwd=phoenix.cwd,
        env={**phoenix.environ, "TERM": "xterm", **(env or {})},
    )  # fmt: skip
    os.close(terminal)
    shown = b""
    try:
        while chunk := os.read(controller, 65536):
            shown += chunk
    except OSError:
        pass  # Linux says EIO when the last writer has closed a terminal
    os.close(controller)
    running.wait()
    return shown.decode().replace("\r\n", "\n")
