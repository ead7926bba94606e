"""The name of a step's result: a hash of all that it is declared to depend on. Pure."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from phoenix_cli.engine.cache.input_files import InputFile
from phoenix_cli.engine.model import Chain, Outputs, Run
from phoenix_cli.kernel.records import record

SCHEME = "step-1"  # changes with the meaning of a key: older results are then never found


@record
class Key:
    """What names a result. ``files`` is the hash of the inputs alone, ``globs`` what they were found by."""

    digest: str
    files: str
    globs: tuple[str, ...]
    outputs: Outputs
    ttl_s: float | None = None

    @property
    def name(self) -> str:
        """Return the key in the store."""
        return f"step/{self.digest}"


def digest_of(
    action: Any,
    folder: str,
    env: Mapping[str, str],
    environ: Mapping[str, str | None],
    files: Sequence[InputFile],
    tools: Mapping[str, str],
    outputs: Outputs,
) -> str:
    """Return the hash of an action and what it depends on.

    ``folder`` counts only when no file does: what is the same in two folders has the same result, what names nothing has not.
    """
    what = [
        SCHEME, _plain(action), "" if files else folder, env, environ, files_hash(files), tools,
        [sorted(outputs.values), sorted(outputs.files)],
    ]  # fmt: skip
    return _hash(what)


def files_hash(files: Sequence[InputFile]) -> str:
    """Return the hash of the inputs alone."""
    return _hash([list(one) for one in files])


def programs_of(action: Any) -> tuple[str, ...]:
    """Return the programs that an action names by a path, ``./build.sh``: they are inputs, too."""
    parts = action.parts if isinstance(action, Chain) else (action,)
    return tuple(one.argv[0] for one in parts if isinstance(one, Run) and one.argv and "/" in one.argv[0])


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {one.name: _plain(getattr(value, one.name)) for one in dataclasses.fields(value)}
        return {"": type(value).__name__, **fields}
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _hash(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:40]
