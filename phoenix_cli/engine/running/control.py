"""How a person, or a signal, reaches a run that is being driven."""

from __future__ import annotations

from collections.abc import Callable

from phoenix_cli.engine.events import Verdict
from phoenix_cli.engine.running.active import ActiveRun, Observer, Silent
from phoenix_cli.engine.running.inbox import Inbox, Leave

Ask = Callable[[str, str, str], "Verdict | None"]


def nobody(run_id: str, step: str, question: str) -> Verdict | None:
    """Answer no question."""
    return None


class Control:
    """Handed to ``run_flow`` and ``resume_flow`` by a surface; ``ask`` gets a run's id, a step and its question."""

    def __init__(self, observer: Observer | None = None, ask: Ask = nobody) -> None:
        self.inbox = Inbox()
        self.observer = observer or Silent()
        self._ask = ask
        self.left = False  # whether anybody asked to leave
        self.began: Callable[[ActiveRun], None] = lambda run: None

    def leave(self) -> None:
        """End what runs and go, so that the run can be resumed; a second time: at once. Safe in a signal handler."""
        self.inbox.put(Leave(self.left))
        self.left = True

    def ask(self, run: ActiveRun, step: str, question: str) -> Verdict | None:
        """Put a question to a person; None when nobody answers."""
        return self._ask(run.id, step, question)
