"""Where a flow's text comes from: a file, or a flow that a higher layer writes for what it is asked about."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

from phoenix_cli.kernel.errors import NotFound, Usage, did_you_mean
from phoenix_cli.kernel.records import record

MAX_BYTES = 8 << 20


@record
class Source:
    """A flow's text, the folder that its relative paths start from, and what to call it."""

    text: str
    dir: Path
    file: str


@record
class Builtin:
    """A flow that is written anew for each run, from facts. ``asks`` are the inputs that ``write`` takes, with their help."""

    name: str
    help: str
    asks: Mapping[str, str]
    write: Callable[[Mapping[str, str]], Source]


Builtins = Mapping[str, Builtin]


def source_of(target: str, inputs: Mapping[str, str], builtins: Builtins, here: Path) -> tuple[Source, dict[str, str]]:
    """Return the text of a flow, by its file's path or a built-in's name, and the inputs that are left for the flow itself.

    Raises ``NotFound`` with near names, ``Usage`` for a file that is no text.
    """
    path = here / Path(target).expanduser()
    if target in builtins and not path.is_file():
        builtin = builtins[target]
        asked = {name: value for name, value in inputs.items() if name in builtin.asks}
        return builtin.write(asked), {name: value for name, value in inputs.items() if name not in builtin.asks}
    return _read(target, path, builtins), dict(inputs)


def _read(target: str, path: Path, builtins: Builtins) -> Source:
    try:
        data = _bytes(path)
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(
            f"no flow file {target}", code="flow.no_file",
            hints=(*did_you_mean(target, builtins), f"built-in flows: {', '.join(builtins)}" if builtins else ""),
        ) from None  # fmt: skip
    except OSError as error:
        raise Usage(f"cannot read {target}", code="flow.unreadable", cause=(error.strerror or "").lower()) from None
    if data is None:
        raise Usage(f"{target} is no file", code="flow.unreadable", cause="a flow is read from a file")
    if len(data) > MAX_BYTES:
        raise Usage(f"{target} is larger than {MAX_BYTES >> 20} MiB", code="flow.too_large")
    try:
        return Source(data.decode(), path.parent.resolve(), str(path.resolve()))
    except UnicodeDecodeError:
        raise Usage(f"{target} is no text", code="flow.unreadable", hints=("a flow file is YAML in UTF-8",)) from None


def _bytes(path: Path) -> bytes | None:
    """Read a file; None for what is none: a folder, or a pipe, which would make us wait for a writer."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return None
        with open(handle, "rb", closefd=False) as file:
            return file.read(MAX_BYTES + 1)
    finally:
        os.close(handle)
