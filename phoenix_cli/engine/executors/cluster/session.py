"""What the drivers of a run share about a cluster: a name for their jobs there, in the run's folder."""

from __future__ import annotations

import json
import os
from pathlib import Path

from phoenix_cli.kernel.files import write_atomically

NAME = "dask.json"


def session_of(folder: Path, address: str) -> str:
    """Return the name under which all drivers of this folder work at this scheduler; the first one makes it."""
    known = _read(folder / NAME)
    if address not in known:
        known[address] = os.urandom(8).hex()
        write_atomically(folder / NAME, json.dumps(known).encode(), durable=False)
    return known[address]


def _read(file: Path) -> dict[str, str]:
    try:
        return dict(json.loads(file.read_bytes()))
    except (OSError, ValueError):
        return {}
