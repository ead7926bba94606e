"""A flow and its steps: frozen values, however they were written (a file, Python)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

from phoenix_cli.engine.problems import NOWHERE, Place
from phoenix_cli.kernel.records import record

Effect = Literal["pure", "idempotent", "once", "manual"]
OnAmbiguous = Literal["ask", "fail", "verify", "compensate"]
Priority = Literal["high", "normal", "low"]
HoldMode = Literal["count", "exclusive", "shared"]
Scope = Literal["machine", "run"]

EFFECTS: tuple[Effect, ...] = ("pure", "idempotent", "once", "manual")
ON_AMBIGUOUS: tuple[OnAmbiguous, ...] = ("ask", "fail", "verify", "compensate")
PRIORITIES: tuple[Priority, ...] = ("high", "normal", "low")
SCOPES: tuple[Scope, ...] = ("machine", "run")
ERROR_CLASSES = ("failed", "timeout", "lost", "unavailable")  # what ``retry.on`` may name, beside exit statuses
INPUT_TYPES = ("text", "number", "bool", "list", "any")
MAX_STEPS = 20_000  # the transitive reduction holds a bit for each pair of steps: 50 MB at this size
MAX_CHILDREN = 10_000


@record
class Run:
    """Start a command: ``argv`` without a shell, or ``shell`` text by ``sh -c``; one of them is empty."""

    argv: tuple[str, ...] = ()
    shell: str = ""


@record
class Call:
    """Call a Python function, ``module:function``, with JSON arguments."""

    target: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@record
class SubFlow:
    """Run another flow file."""

    file: str
    inputs: Mapping[str, Any] = field(default_factory=dict)


@record
class Other:
    """A kind of step that a higher layer carries out; ``body`` is JSON."""

    kind: str
    body: Any


@record
class Chain:
    """Commands that fusion put together: one after the other in one place, until the first that fails."""

    parts: tuple[Run, ...]


Action = Run | Call | SubFlow | Other | Chain


@record
class Resource:
    """Something that steps share: ``capacity`` units of it, or one that is held alone or read together.

    Of scope ``machine`` it is the same thing in every run of this home that names it, and in ``phoenix lock``.
    """

    name: str
    capacity: int = 1
    scope: Scope = "machine"
    place: Place = field(default=NOWHERE, compare=False)


@record
class Request:
    """What a step wants of one resource: an amount, all of it (exclusive), or to read it beside other readers."""

    resource: str
    amount: int = 1
    mode: HoldMode = "count"
    place: Place = field(default=NOWHERE, compare=False)


@record
class Timeouts:
    """Seconds: ready but not started; one attempt; no output; from ready to the end with all attempts."""

    queue_s: float | None = None
    run_s: float | None = None
    idle_s: float | None = None
    total_s: float | None = None


@record
class Retry:
    """Attempts after the first: a wait between 0 and ``min(max_s, backoff_s * factor**n)``, drawn evenly (full jitter)."""

    count: int = 0
    backoff_s: float = 1.0
    factor: float = 2.0
    max_s: float = 60.0
    on: tuple[str | int, ...] = ("failed", "timeout", "lost", "unavailable")


@record
class Breaker:
    """After ``failures`` in a row nothing more goes to ``target`` for ``cool_down_s``, then ``probes`` at a time."""

    target: str
    failures: int = 5
    cool_down_s: float = 30.0
    probes: int = 1


@record
class Cache:
    """What a result depends on: files (globs), names of environment variables, tools whose version counts."""

    inputs: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    ttl_s: float | None = None


@record
class Outputs:
    """Names of the values that a step hands on, and the files that it writes."""

    values: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


NO_TIMEOUTS = Timeouts()
NO_RETRY = Retry()
NO_OUTPUTS = Outputs()


@record
class Step:
    """One step as it was written; texts may hold ``${{ expressions }}``."""

    name: str
    action: Action
    needs: tuple[str, ...] = ()
    when: str = ""
    for_each: tuple[Any, ...] | str | None = None
    resources: tuple[Request, ...] = ()
    timeouts: Timeouts = NO_TIMEOUTS
    retry: Retry = NO_RETRY
    breaker: Breaker | None = None
    cache: Cache | None = None
    effect: Effect = "idempotent"
    on_ambiguous: OnAmbiguous = "ask"
    check: Action | None = None
    undo: Action | None = None
    phase: str = ""
    priority: Priority = "normal"
    keep_going: bool = False
    outputs: Outputs = NO_OUTPUTS
    dir: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    place: Place = field(default=NOWHERE, compare=False)
    places: Mapping[str, Place] = field(default_factory=dict, compare=False, repr=False)

    def place_of(self, key: str) -> Place:
        """Return where a key (``when``) or one of its items (``needs.2``) stands."""
        return self.places.get(key) or self.places.get(key.partition(".")[0]) or self.place


@record
class Input:
    """A value that a run is given."""

    name: str
    type: str = "any"
    default: Any = None
    required: bool = False
    help: str = ""


@record
class Flow:
    """Steps by name, in the order in which they were written, and what they share."""

    name: str
    steps: Mapping[str, Step]
    resources: Mapping[str, Resource] = field(default_factory=dict)
    inputs: Mapping[str, Input] = field(default_factory=dict)
    keep_going: bool = False
    retry_budget: int | None = None
    max_parallel: int | None = None
    phases: tuple[str, ...] = ()
