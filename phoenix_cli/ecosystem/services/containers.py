"""Services that are containers: the compose program is what we supervise, its containers are what it ends."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from phoenix_cli.kernel.errors import Unavailable

_PROGRAMS = ("docker", "docker-compose", "podman", "podman-compose", "nerdctl")
_ASK_S = 10.0
#: So long a container has after its SIGTERM: less than we give compose itself.
_CONTAINER_S = 3

_SCRIPT = """trap : TERM INT
{up} &
child=$!
wait $child; code=$?
while kill -0 $child 2>/dev/null; do wait $child; code=$?; done
{stop} >/dev/null 2>&1
exit $code"""


def is_container(argv: Sequence[str]) -> bool:
    """Tell whether a command only asks a container engine to run something."""
    return bool(argv) and Path(argv[0]).name in _PROGRAMS


def attached(argv: Sequence[str]) -> tuple[str, ...]:
    """Return a ``compose up`` in the foreground that stops its containers whatever becomes of it.

    Anything else is returned as it is. Compose itself leaves containers behind when it is told to end twice.
    """
    words = list(argv)
    if not is_container(words) or "up" not in words:
        return tuple(words)
    at = words.index("up")
    base, rest = words[:at], words[at + 1 :]
    names = [word for word in rest if not word.startswith("-")]
    rest = [word for word in rest if word not in ("-d", "--detach")]
    seconds = str(_CONTAINER_S)
    up = shlex.join([*base, "up", "--timeout", seconds, "--no-color", "--no-log-prefix", *rest])
    stop = shlex.join([*base, "stop", "--timeout", seconds, *names])
    return ("sh", "-c", _SCRIPT.format(up=up, stop=stop))


def require_engine(argv: Sequence[str], environ: Mapping[str, str]) -> None:
    """Raise ``Unavailable`` when the container engine that a command needs is missing or does not answer."""
    program = Path(argv[0]).name
    engine = program.removesuffix("-compose")
    for name in (program, engine):
        reason = _broken(name, environ, ask=name == engine)
        if reason:
            raise Unavailable(
                f"this service is a container, and {name} cannot run it here", code="service.no_container_engine",
                cause=reason, hints=(f"install {name} or start its daemon", "phoenix doctor"),
            )  # fmt: skip


def _broken(name: str, environ: Mapping[str, str], *, ask: bool) -> str:
    words = [name, "version", "--format", "{{.Server.Version}}"] if ask else [name, "version"]
    try:
        done = subprocess.run(
            words,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_ASK_S,
            check=False,
        )
    except FileNotFoundError:
        return f"{name} is not installed"
    except (OSError, subprocess.TimeoutExpired):
        return f"{name} does not answer"
    said = (done.stderr.strip() or done.stdout.strip()).splitlines()
    return "" if done.returncode == 0 else (said or [f"{name} exited {done.returncode}"])[-1]
