"""When a crashed service is started again, and when no more."""

from __future__ import annotations

from collections.abc import Sequence

from phoenix_cli.ecosystem.services.model import Policy

#: How much of a delay may be added by chance, so that services that fell together do not rise together.
JITTER = 0.25


def delay(policy: Policy, failures: int, jitter: float) -> float:
    """Return the seconds before the next start: doubled with each failure in a row, capped, plus up to a quarter."""
    doubled = policy.first_delay_s * 2.0 ** min(failures - 1, 32)
    return min(doubled, policy.longest_delay_s) * (1 + JITTER * jitter)


def gives_up(policy: Policy, starts: Sequence[float], at: float) -> bool:
    """Tell whether as many starts as are allowed lie within the last ``within_s`` seconds."""
    return sum(at - start < policy.within_s for start in starts) >= policy.most_starts
