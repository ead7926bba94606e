"""A clock that stands still until it is told otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class FakeClock:
    """Wall and monotonic time apart, as on a machine whose clock is set while it runs."""

    def __init__(self) -> None:
        self.wall = datetime(2026, 3, 1, 12, tzinfo=UTC)
        self.mono = 1_000.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.mono

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.wall += timedelta(seconds=seconds)
        self.mono += seconds

    def jump(self, seconds: float) -> None:
        """Set the wall clock."""
        self.wall += timedelta(seconds=seconds)

    def reboot(self, off_s: float) -> None:
        """Switch the machine off for a while; monotonic time begins anew."""
        self.wall += timedelta(seconds=off_s)
        self.mono = 3.0
