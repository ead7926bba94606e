"""What the maintainers are seen to run: in CI, in documentation, in containers; looked up by act."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from phoenix_cli.ecosystem.facts import Command, Usage
from phoenix_cli.ecosystem.shell_words import simple_commands
from phoenix_cli.ecosystem.usage_matching import Act, acts_of

INDIRECT = 0.8
MAX_TEXT = 2_000
_WEIGHT = {"ci": 1.0, "docs": 0.4, "container": 0.4, "platform": 0.4}


class Evidences:
    """The acts of all usages, each with the weight of the surest place that it was seen in."""

    def __init__(self, usages: Iterable[Usage]) -> None:
        self.weights: dict[Act, float] = {}
        self.usages: dict[Act, list[Usage]] = defaultdict(list)
        for usage in usages:
            for act in acts_of(usage.argv, usage.dir):
                self.weights[act] = max(self.weights.get(act, 0.0), _WEIGHT[usage.where])
                self.usages[act].append(usage)

    def strength(self, command: Command) -> float:
        """Return how well the maintainers' own use speaks for a command: 1 when CI runs it, 0 when nobody is seen to."""
        direct = self.direct(command)
        return max(direct, INDIRECT * self._by_text(command)) if direct < INDIRECT and command.text else direct

    def direct(self, command: Command) -> float:
        """Return the weight of the command's own act; of several in a row, the last is what it is for."""
        acts = acts_of(command.argv, command.dir)
        return self.weights.get(acts[-1], 0.0) if acts else 0.0

    def _by_text(self, command: Command) -> float:
        """Return the weight of what a recipe runs: CI may run the tool that ``make test`` wraps."""
        inner = (act for argv in simple_commands(command.text[:MAX_TEXT]) for act in acts_of(argv, command.dir))
        return max((self.weights.get(act, 0.0) for act in inner), default=0.0)
