"""From an instruction of the machine to a job of an executor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from phoenix_cli.engine.executors.interface import Job, JobKey, Role
from phoenix_cli.engine.fingerprints import idempotency_key
from phoenix_cli.engine.instructions import Work
from phoenix_cli.engine.model import NO_TIMEOUTS, Call, Chain, Other, Run, Step
from phoenix_cli.engine.running.active import ActiveRun
from phoenix_cli.engine.step_reading import StepKind
from phoenix_cli.kernel.errors import PhoenixError, Refused

Environ = Mapping[str, str]
Kinds = Mapping[str, StepKind]
Held = Callable[[ActiveRun, JobKey], Mapping[str, str]]  # variables that tell what an attempt holds


def job_of(run: ActiveRun, key: JobKey, work: Work, spec: Step, environ: Environ, kinds: Kinds, held: Held) -> Job:
    """Return the job for an attempt; raise ``PhoenixError`` when a step's kind refuses its body."""
    action = performed(work, kinds)
    limits = spec.timeouts
    folder = str(run.dir / work.dir if work.dir else run.dir)
    log, outputs = log_of(run.folder, key), spec.outputs.values if key.role == "step" else ()
    if isinstance(action, Call) and limits is NO_TIMEOUTS:
        return Job(key, action, folder, work.env, log, outputs, fence=run.fence)
    env = variables(key, work, environ, held(run, key))
    return Job(
        key, action, folder, env, log, outputs, True, limits.run_s or limits.total_s, limits.idle_s is not None,
        run.fence, priority(run, key.step),
    )  # fmt: skip


def performed(work: Work, kinds: Kinds) -> Run | Chain | Call:
    """Return what an executor performs; a kind of a higher layer becomes its command."""
    action = work.action
    if isinstance(action, Other):
        kind = kinds.get(action.kind)
        if kind is None or kind.command is None:
            raise Refused(f"no step of kind {action.kind} can be performed here", code="flow.kind")
        return kind.command(action.body)
    if not isinstance(action, Run | Chain | Call):
        raise Refused("a flow cannot be an undo or a check", code="flow.kind")
    return action


def variables(key: JobKey, work: Work, environ: Environ, held: Environ) -> dict[str, str]:
    """Return all variables of a command: the user's, the step's, and what it may want to know of itself."""
    return {
        **environ,
        **work.env,
        **held,
        "PHOENIX_RUN_ID": key.run,
        "PHOENIX_STEP": key.step,
        "PHOENIX_ATTEMPT": str(key.attempt),
        "PHOENIX_IDEMPOTENCY_KEY": idempotency_key(
            key.run, key.step if key.role == "step" else f"{key.step} {key.role}"
        ),
    }


def log_of(folder: Path, key: JobKey) -> Path:
    """Return where an attempt's output goes."""
    return folder / log_name(key.step, key.attempt, key.role)


def log_name(step: str, attempt: int, role: Role = "step") -> str:
    """Return the name of an attempt's log: ``build.1.log``, ``publish.undo.1.log``."""
    return f"{step}.{attempt}.log" if role == "step" else f"{step}.{role}.{attempt}.log"


def priority(run: ActiveRun, step: str) -> float:
    """Return a number for executors with queues of their own: class first, then the longest way to the end."""
    state = run.machine.run.steps[step]
    return state.level - 1e6 * state.rank


def refusal(error: PhoenixError) -> str:
    """Return what a failed step says when its kind would not have it."""
    return f"{error.message}: {error.cause}" if error.cause else error.message
