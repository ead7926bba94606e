"""Perform one Python call in a process of its own beside a worker: ``python -P -m ...call_process JOB RESULT``.

JOB is a file with a line as ``calls/worker.py`` reads it, RESULT is where the outcome goes, as JSON. Its output is the log.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from phoenix_cli.engine.executors.calls import targets
from phoenix_cli.engine.executors.calls.calling import perform
from phoenix_cli.engine.executors.calls.worker import from_line
from phoenix_cli.engine.executors.interface import Job
from phoenix_cli.engine.model import Call


def main(job: str, result: str) -> None:
    """Perform the call; whatever it raises is in the result."""
    outcome = perform(from_line(Path(job).read_bytes()), _find, lambda: sys.stderr)
    aside = f"{result}.new"
    Path(aside).write_text(json.dumps(outcome), encoding="utf-8")
    os.replace(aside, result)


def _find(job: Job) -> Callable[..., Any]:
    assert isinstance(job.action, Call)
    sys.path.insert(0, job.dir)
    return targets.find(job.action.target, job.dir)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
