"""Circuit breakers: after some failures in a row a target is left alone for a while, then tried by a few."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phoenix_cli.engine.model import Breaker


class BreakerState:
    """One target. ``closed`` lets everything through, ``open`` nothing until ``until``, ``half_open`` some probes."""

    __slots__ = ("failures", "probing", "rule", "status", "until")

    def __init__(self, rule: Breaker) -> None:
        self.rule = rule
        self.status = "closed"
        self.failures = 0
        self.until = 0.0
        self.probing = 0

    def allows(self, at: float) -> bool:
        """Tell whether one more may go to the target now."""
        if self.status == "closed":
            return True
        return at >= self.until and self.probing < self.rule.probes

    def admitted(self, at: float) -> None:
        """Count one that goes there."""
        if self.status == "open" and at >= self.until:
            self.status = "half_open"
        if self.status == "half_open":
            self.probing += 1

    def withdrawn(self) -> None:
        """Forget one that went there without an answer about the target (cancelled, put off)."""
        self.probing = max(0, self.probing - 1)

    def succeeded(self) -> None:
        """Close."""
        self.status, self.failures, self.probing = "closed", 0, 0

    def failed(self, at: float) -> None:
        """Count a failure; open after too many, or after one of a probe."""
        self.failures += 1
        self.withdrawn()
        if self.status == "half_open" or self.failures >= self.rule.failures:
            self.status, self.until = "open", at + self.rule.cool_down_s

    def as_dict(self) -> dict[str, Any]:
        """Return what a table keeps; ``until`` is in the run's own seconds."""
        return {"status": self.status, "failures": self.failures, "until": self.until}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Take over what another run left."""
        self.status, self.failures, self.until = str(kept["status"]), int(kept["failures"]), float(kept["until"])
