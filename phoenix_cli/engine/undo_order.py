"""Which compensation may run next: a step is taken back when everything that came after it is."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection

from phoenix_cli.engine.step_states import NO_UNDO, StepState


class UndoOrder:
    """Counts, for each step, how many of its followers (and, for a group, children) are not yet taken back."""

    def __init__(self) -> None:
        self.to_start: deque[StepState] = deque()
        self.open = 0

    def begin(self, states: Collection[StepState]) -> None:
        """Start from the steps that nothing follows."""
        for state in states:
            self.open += state.undo != NO_UNDO
            state.undo_open = len(state.after)
        self._free([state for state in states if not state.after and state.parent is None])

    def _free(self, stack: list[StepState]) -> None:
        while stack:
            state = stack.pop()
            children = [one for one in state.children if one.undo != NO_UNDO]
            if children:
                state.undo_open = len(children)
                self.to_start.extend(reversed(children))
            elif state.undo != NO_UNDO:
                self.to_start.append(state)
            else:
                stack.extend(self._complete(state))

    def _complete(self, state: StepState) -> list[StepState]:
        freed = []
        for need in state.before:
            need.undo_open -= 1
            if not need.undo_open:
                freed.append(need)
        return freed

    def finished(self, state: StepState) -> None:
        """A compensation ended, well or badly."""
        self.open -= 1
        group = state.parent
        if group is None:
            self._free(self._complete(state))
            return
        group.undo_open -= 1
        if not group.undo_open:
            self._free(self._complete(group))
