"""What the machine asks of its driver, to be performed after the transitions of the same turn are in the journal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from phoenix_cli.engine.model import Action, Step
from phoenix_cli.engine.transitions import Transition


class Work(NamedTuple):
    """An action with every expression filled in."""

    action: Action
    dir: str
    env: Mapping[str, str]


class Start(NamedTuple):
    """Start an attempt; ``barrier``: only after the journal is on the disk, power cut included (``once``)."""

    step: str
    attempt: int
    work: Work
    spec: Step
    barrier: bool


class Stop(NamedTuple):
    """End an attempt and everything below it; answer with how it ended."""

    step: str
    attempt: int
    why: str


class StartUndo(NamedTuple):
    """Start a compensation; answer with ``UndoEnded``."""

    step: str
    attempt: int
    work: Work
    spec: Step


class Verify(NamedTuple):
    """Run a step's check; answer with ``Answered``: 0 done, 10 again, anything else unknown."""

    step: str
    attempt: int
    work: Work


class Ask(NamedTuple):
    """Ask a person; ``question`` is ``crashed`` or ``confirm``."""

    step: str
    attempt: int
    question: str


class Finish(NamedTuple):
    """The run is over."""

    status: str


Instruction = Start | Stop | StartUndo | Verify | Ask | Finish


class Turn(NamedTuple):
    """What came of one event: first journal the transitions, all or none, then perform the instructions."""

    transitions: list[Transition]
    instructions: list[Instruction]
