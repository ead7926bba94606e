"""Start a supervisor that outlives us, and give it the service's lock."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import phoenix_cli
from phoenix_cli.ecosystem.services.model import Places, places
from phoenix_cli.ecosystem.services.orders import Orders
from phoenix_cli.kernel.errors import Unavailable
from phoenix_cli.kernel.locks import FileLock
from phoenix_cli.kernel.process_table import LINUX

_CODE = (
    "import sys; sys.path.append(sys.argv[1]);"
    "from phoenix_cli.ecosystem.services.supervisor import main; sys.exit(main(sys.argv[2:]))"
)


def summon(orders: Orders, lock: FileLock) -> None:
    """Start the supervisor and hand it the lock; when this returns it lives on its own and the lock is no longer ours.

    The lock is never free in between: a descriptor of it is inherited. Raises ``Unavailable`` when it does not come up.
    """
    at = places(orders.home, orders.service_id)
    reading, writing = os.pipe()
    try:
        process = _start(at, lock, reading, orders)
    except OSError as error:
        os.close(writing)
        raise _does_not_start(
            orders, f"{error.strerror}: {error.filename}" if error.filename else str(error)
        ) from error
    finally:
        os.close(reading)
    _tell(writing, orders)
    if process.wait() != 0:
        raise _does_not_start(orders, _last_line(at.diary))
    lock.release()


def _start(at: Places, lock: FileLock, reading: int, orders: Orders) -> subprocess.Popen[bytes]:
    at.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(at.diary, "ab") as diary:
        return subprocess.Popen(
            _argv(lock.fileno(), reading, orders), cwd=at.folder, env=_environment(), stdin=subprocess.DEVNULL,
            stdout=diary, stderr=diary, start_new_session=True, pass_fds=(lock.fileno(), reading),
        )  # fmt: skip


def _does_not_start(orders: Orders, cause: str) -> Unavailable:
    return Unavailable(f"the supervisor of {orders.name} does not start", code="service.no_supervisor", cause=cause)


def _argv(lock: int, orders_handle: int, orders: Orders) -> list[str]:
    root = str(Path(phoenix_cli.__file__).parent.parent)
    # Without site-packages it is smaller by a fifth; elsewhere than on Linux it needs psutil.
    flags = ["-I", "-S"] if LINUX else ["-I"]
    name = f"{orders.name} ({orders.service_id})"  # for whoever reads the list of processes
    return [sys.executable, *flags, "-c", _CODE, root, str(lock), str(orders_handle), "phoenix-service", name]


def _environment() -> dict[str, str]:
    """Return what the supervisor itself needs: nothing of the user's, no token above all."""
    return {"PATH": os.defpath, "LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "1"}


def _tell(handle: int, orders: Orders) -> None:
    try:
        with os.fdopen(handle, "wb") as pipe:
            pipe.write(orders.pack())
    except BrokenPipeError:
        return  # it died; its exit status tells


def _last_line(path: Path) -> str:
    lines = path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else ""
