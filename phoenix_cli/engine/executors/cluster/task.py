"""What the driver and a worker say to each other: plain JSON values, so that either may be restarted or replaced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from phoenix_cli import __version__
from phoenix_cli.engine.executors.interface import Error, Job, JobKey
from phoenix_cli.engine.model import Call, Chain, Run

#: Without a word from a driver for so long a job ends itself: the time in which a run can be resumed. What the job holds on
#: the driver's machine is kept for 30 s after the last word (``running/means.py``), so that nobody else has it meanwhile.
LEASE_S = 24.0
READ_BYTES = 256 << 10  # output in one answer
END_GRACE_S = 2.0  # for jobs that nobody waits for any more, as in kernel/keeper.py
OP = "phoenix_exchange"  # the name of our handler on a worker


class Result(NamedTuple):
    """How a job ended; the fields of ``JobEnded`` after its key."""

    error: Error
    code: int | None = None
    message: str = ""
    outputs: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Task:
    """A job on its way. ``submission`` orders the submissions of a session, ``log_base`` is how long the log was before."""

    session: str
    submission: tuple[int, int]
    fence: int
    key: JobKey
    action: Mapping[str, Any]
    dir: str
    env: Mapping[str, str]
    outputs: tuple[str, ...]
    limit_s: float | None
    lease_s: float
    log: str
    log_base: int
    tells_output: bool

    @property
    def topic(self) -> str:
        """The topic on which workers ring for this session's driver."""
        return topic(self.session)


def topic(session: str) -> str:
    """Return the topic on which workers ring for a session's driver."""
    return f"phoenix-{session}"


def task_of(job: Job, session: str, number: int, lease_s: float, log_base: int) -> dict[str, Any]:
    """Write a job as what is sent."""
    made = Task(
        session, (job.fence, number), job.fence, job.key, _action(job.action), job.dir, dict(job.env), job.outputs,
        job.limit_s, lease_s, str(job.log), log_base, job.tells_output,
    )  # fmt: skip
    return {**asdict(made), "version": __version__}


def task_from(body: Mapping[str, Any]) -> Task:
    """Read what ``task_of`` wrote. Raises ``RuntimeError`` when that was another version of phoenix."""
    fields = dict(body)
    if (version := fields.pop("version")) != __version__:
        raise RuntimeError(f"this is phoenix {__version__}, the driver is phoenix {version}")
    return Task(
        **{
            **fields,
            "key": JobKey(*fields["key"]),
            "submission": tuple(fields["submission"]),
            "outputs": tuple(fields["outputs"]),
        }
    )


def _action(action: Run | Chain | Call) -> dict[str, Any]:
    if isinstance(action, Call):
        return {"call": action.target, "arguments": dict(action.arguments)}
    parts = action.parts if isinstance(action, Chain) else (action,)
    return {"commands": [list(part.argv) if part.argv else ["sh", "-c", part.shell] for part in parts]}
