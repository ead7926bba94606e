"""When to try again: exponential waits with full jitter, and a budget for the whole run.

Full jitter (a wait drawn evenly from nothing to the exponential bound) spreads many clients best with least work: AWS
Architecture Blog, "Exponential Backoff and Jitter" (2015). The draw is a hash, so that a replay draws the same.
"""

from __future__ import annotations

from phoenix_cli.engine.model import Retry
from phoenix_cli.kernel.digests import blake2b

LEAST_BUDGET = 10
BUDGET_SHARE = 5  # by default a run may retry a fifth of its steps: when more fails, trying again makes it worse
LOST_LIMIT = 3  # attempts whose worker died without an answer; more of them look like the step kills its worker


def delay_s(retry: Retry, seed: str, step: str, attempt: int) -> float:
    """Return the wait after a failed attempt (counted from 1)."""
    bound = min(retry.max_s, retry.backoff_s * retry.factor ** min(attempt - 1, 64))
    return bound * draw(seed, step, attempt)


def draw(seed: str, step: str, attempt: int) -> float:
    """Return a number from 0 to 1 that depends on nothing but these words."""
    digest = blake2b(f"{seed}\0{step}\0{attempt}".encode(), digest_size=7).digest()
    return int.from_bytes(digest, "big") / float(1 << 56)


def budget(steps: int, own: int | None) -> int:
    """Return how many retries a run may make in all."""
    return max(LEAST_BUDGET, steps // BUDGET_SHARE) if own is None else own


def covers(retry: Retry, error: str, code: int | None) -> bool:
    """Tell whether a kind of failure is to be tried again."""
    return error in retry.on or (code is not None and code in retry.on)
