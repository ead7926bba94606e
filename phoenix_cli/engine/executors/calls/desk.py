"""Which jobs wait and which are performed, so that each is answered by exactly one.

No locks: each method is one operation on a dictionary that no other thread can interrupt, and whoever takes a key out is
the one who answers. A job that begins is entered as performed before it is taken from those that wait; nobody who looks
can find it in neither.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from phoenix_cli.engine.executors.interface import Job, JobKey

Place = TypeVar("Place")


class Desk(Generic[Place]):
    """Jobs by key; ``Place`` is whatever performs one."""

    __slots__ = ("_performed", "_waiting")

    def __init__(self) -> None:
        self._waiting: dict[JobKey, Job] = {}
        self._performed: dict[JobKey, Place] = {}

    def __len__(self) -> int:
        return len(self._waiting) + len(self._performed)

    def __contains__(self, key: JobKey) -> bool:
        return key in self._waiting or key in self._performed

    def put(self, job: Job) -> None:
        """Let a job wait."""
        self._waiting[job.key] = job

    def begin(self, key: JobKey, place: Place) -> bool:
        """Take a job that waits; False when it has been withdrawn."""
        self._performed[key] = place
        if self._waiting.pop(key, None) is not None:
            return True
        self._performed.pop(key, None)
        return False

    def finish(self, key: JobKey) -> bool:
        """Take the duty to answer for a job that is performed; False when somebody else has answered."""
        return self._performed.pop(key, None) is not None

    def withdraw(self, key: JobKey) -> bool:
        """Take the duty to answer for a job that waits; False when it does not wait."""
        return self._waiting.pop(key, None) is not None

    def place_of(self, key: JobKey) -> Place | None:
        """Return what performs a job."""
        return self._performed.get(key)

    def waiting(self) -> list[JobKey]:
        """Return the jobs that wait."""
        return list(self._waiting)

    def performed(self) -> list[JobKey]:
        """Return the jobs that are performed."""
        return list(self._performed)
