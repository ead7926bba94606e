"""Call a function and say how it ended, in the terms of a report; the same in a thread and in a process."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Mapping, Sequence
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import Any, NamedTuple, TextIO

from phoenix_cli.engine.executors.interface import OUTPUT_BYTES, Error, Job
from phoenix_cli.engine.model import Call
from phoenix_cli.kernel.errors import Failed, PhoenixError

MESSAGE_CHARS = 2_000  # a message goes into the journal; the whole of it is in the log
_ERRORS: dict[str, Error] = {"unavailable": "unavailable", "refused": "refused"}
_UNSTARTED = (CoroutineType, GeneratorType, AsyncGeneratorType)


class Outcome(NamedTuple):
    """How a call ended; the fields of ``JobEnded`` after its key."""

    error: Error = ""
    code: int | None = None
    message: str = ""
    outputs: Mapping[str, Any] = {}


GOOD = Outcome()


def perform(job: Job, find: Callable[[Job], Callable[..., Any]], log: Callable[[], TextIO]) -> Outcome:
    """Find the function of a job and call it; whatever it raises becomes an outcome, with the traceback in the log.

    ``log`` opens the job's log; it is called only when there is something to write.
    """
    try:
        assert isinstance(job.action, Call)
        value = find(job)(**job.action.arguments)
        return GOOD if value is None else Outcome(outputs=outputs_of(value, job.outputs))
    except SystemExit as error:
        return _exited(error, log)
    except PhoenixError as error:
        return _expected(error, log)
    except BaseException as error:  # noqa: BLE001 - a stranger's function may raise anything, and the job is answered
        _write(log, "".join(traceback.format_exception(type(error), error, _own(error))))
        return Outcome("failed", None, _short(traceback.format_exception_only(error)[-1].strip()))


def outputs_of(value: Any, names: Sequence[str]) -> dict[str, Any]:
    """Return what a call hands on: of a dict the named values, else the value under the only name.

    The values are what JSON makes of them (a tuple is a list), because that is what a resumed run finds in its journal.
    Raises ``Failed`` for what is no JSON, too large, has no name, or has not been run at all (``async``, generators).
    """
    if isinstance(value, _UNSTARTED):
        getattr(value, "close", lambda: None)()
        raise Failed(f"it returned a {type(value).__name__}, which has not run", code="call.unstarted",
                     hints=("give a plain function that runs it, with asyncio.run for instance",))  # fmt: skip
    if not names:
        return {}
    if isinstance(value, dict):
        return _as_json({name: value[name] for name in names if name in value})
    if len(names) > 1:
        raise Failed(f"it returned {type(value).__name__} for the outputs {', '.join(names)}", code="call.outputs",
                     hints=("return a dict with them",))  # fmt: skip
    return _as_json({names[0]: value})


def _as_json(values: dict[str, Any]) -> dict[str, Any]:
    try:
        text = json.dumps(values, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise Failed("its outputs are no JSON", code="call.outputs", cause=str(error)) from None
    if len(text) > OUTPUT_BYTES:  # all of it ASCII
        cause = f"they come to {len(text):,} bytes, at most {OUTPUT_BYTES:,} are handed on"
        raise Failed("its outputs are too large", code="call.outputs", cause=cause, hints=("write a file instead",))
    return json.loads(text)  # type: ignore[no-any-return]


def _exited(error: SystemExit, log: Callable[[], TextIO]) -> Outcome:
    """Take ``sys.exit`` as the interpreter would: nothing is 0, a text is told and is 1."""
    code = error.code
    if code is None or code == 0:
        return Outcome(code=0)
    if isinstance(code, int):
        return Outcome("failed", code, f"SystemExit: {code}")
    _write(log, f"{code}\n")
    return Outcome("failed", 1, _short(f"SystemExit: {code}"))


def _expected(error: PhoenixError, log: Callable[[], TextIO]) -> Outcome:
    message = f"{error.message}: {error.cause}" if error.cause else error.message
    message = "; ".join((message, *(hint for hint in error.hints if hint)))
    _write(log, f"{message}\n")
    return Outcome(_ERRORS.get(error.kind, "failed"), None, _short(message))


def _own(error: BaseException) -> Any:
    """Return the traceback without the line above that made the call."""
    return error.__traceback__.tb_next if error.__traceback__ else None


def _short(text: str) -> str:
    return text if len(text) <= MESSAGE_CHARS else text[: MESSAGE_CHARS - 1] + "…"


def _write(log: Callable[[], TextIO], text: str) -> None:
    try:
        file = log()
        file.write(text)
        file.flush()
    except (OSError, ValueError):
        pass  # a full disk, or a file that the call has closed; the message is in the report all the same
