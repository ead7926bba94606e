"""Jobs as a host is told of them, and what their ends mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from phoenix_cli.engine.executors import values
from phoenix_cli.engine.executors.host.wire import line
from phoenix_cli.engine.executors.interface import Error, Job, JobEnded, JobKey
from phoenix_cli.engine.model import Chain, Run
from phoenix_cli.kernel.errors import Failed
from phoenix_cli.kernel.processes import describe_exit

SHELL = "/bin/sh"
FEW = 12
NO_LOG = Path()


def as_message(job: Job, tag: str, base: Mapping[str, str]) -> tuple[bytes, Mapping[str, str]]:
    """Return the message that has a job performed, and the variables that the next one is told by their difference from.

    Jobs of a run differ in a few variables; to write and read all of them each time would cost 0.03 ms.
    """
    parts, env, outputs, log = told_of(job)
    changes = difference(base, env)
    before = b""
    if len(changes) > FEW:
        before, base, changes = line("env", dict(env)), env, {}
    return before + line("run", tag, parts, job.dir, changes, log, outputs, job.limit_s, job.tells_output), base


def told_of(job: Job) -> tuple[list[list[str]], Mapping[str, str], list[str], str]:
    """Return what is started, with which variables, which file holds its values and their names, and where its log is."""
    parts = [words(one) for one in parts_of(job.action)]
    log = "" if job.log == NO_LOG else str(job.log)
    if not job.outputs:
        return parts, job.env, [], log
    path = values.file_of(job.log)
    return parts, values.wanted(job.env, path), [str(path), *job.outputs], log


def difference(base: Mapping[str, str], env: Mapping[str, str]) -> dict[str, str | None]:
    """Return what turns one environment into another; None for a variable that goes."""
    changes: dict[str, str | None] = {name: value for name, value in env.items() if base.get(name) != value}
    changes.update((name, None) for name in base if name not in env)
    return changes


def parts_of(action: object) -> tuple[Run, ...]:
    """Return the commands of an action, in their order."""
    assert isinstance(action, Run | Chain)
    return action.parts if isinstance(action, Chain) else (action,)


def words(one: Run) -> list[str]:
    """Return what is started for a command."""
    return [SHELL, "-c", one.shell] if one.shell else list(one.argv)


def key_of(tag: str) -> JobKey:
    """Return the job that a tag names. Raises ``ValueError``."""
    run, role, rest = tag.split("/", 2)
    step, _, attempt = rest.rpartition("/")
    return JobKey(run, step, int(attempt), role)  # type: ignore[arg-type]


def ended(key: JobKey, error: str, code: int | None, message: str, outputs: Sequence[str]) -> JobEnded:
    """Return the report of an end, with the values that a command wrote when it ended well."""
    if error:
        return JobEnded(key, cast(Error, error), code, message or (describe_exit(code) if code is not None else ""))
    found: dict[str, Any] = {}
    if outputs:
        try:
            found = values.read_values(Path(outputs[0]), outputs[1:])
        except Failed as refusal:
            return JobEnded(key, "failed", code, values.told(refusal))
    return JobEnded(key, "", code, "", found)
