from __future__ import annotations

import threading
from collections import Counter

import pytest

from phoenix_cli.ecosystem.imports.batch import HOST_LIMIT, Batch
from phoenix_cli.ecosystem.imports.model import joint_error
from phoenix_cli.kernel.errors import Auth, Failed, NotFound, PhoenixError, Unavailable


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.time = 0.0

    def monotonic(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


class Git:
    """All that a batch wants of git."""

    def __init__(self) -> None:
        self.stopped = False

    def stop(self) -> None:
        self.stopped = True


def batch(do, *, jobs: int = 16, retries: list[str] | None = None) -> Batch:  # type: ignore[no-untyped-def, type-arg]
    told = [] if retries is None else retries
    return Batch(
        do, lambda work: work.partition("/")[0], git=Git(), clock=Clock(), jobs=jobs,  # type: ignore[arg-type]
        retrying=lambda work, why: told.append(f"{work}: {why}"), finished=lambda work, result: None,
    )  # fmt: skip


class Crowd:
    """Counts how many are in at once; each waits until all that may come in have come."""

    def __init__(self, expected: int) -> None:
        self.inside: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.full = threading.Barrier(expected, timeout=20)
        self.lock = threading.Lock()

    def enter(self, work: str) -> str:
        host = work.partition("/")[0]
        with self.lock:
            self.inside[host] += 1
            self.most[host] = max(self.most[host], self.inside[host])
        self.full.wait()
        with self.lock:
            self.inside[host] -= 1
        return work


def test_no_more_than_eight_at_one_server() -> None:
    crowd = Crowd(expected=HOST_LIMIT + 4)
    works = [f"a/{number}" for number in range(HOST_LIMIT * 3)] + [f"b/{number}" for number in range(12)]
    assert batch(crowd.enter, jobs=HOST_LIMIT + 4).run(works) == works
    assert crowd.most["a"] <= HOST_LIMIT and crowd.most["b"] <= HOST_LIMIT


def test_no_more_than_jobs_at_once_also_from_folders() -> None:
    crowd = Crowd(expected=3)
    batch(crowd.enter, jobs=3).run([f"local/{number}" for number in range(9)])
    assert crowd.most["local"] == 3


def test_a_busy_server_gets_half_as_many() -> None:
    errors = [Unavailable("slow down", code="git.rate_limited"), Unavailable("slow down", code="git.rate_limited")]
    retries: list[str] = []

    def do(work: str) -> str:
        if errors:
            raise errors.pop()
        return work

    work = batch(do, jobs=1, retries=retries)
    assert work.run(["a/1"]) == ["a/1"]
    assert work._limits["a"] == HOST_LIMIT // 4 and len(retries) == 2
    assert 3 < work._clock.monotonic() < 8  # 1 s, then 4 s, give or take 30 %


@pytest.mark.parametrize("code", ["git.remote_not_found", "git.auth", "git.network"])
def test_what_will_not_change_is_not_tried_again(code: str) -> None:
    tries = []

    def do(work: str) -> str:
        tries.append(work)
        raise NotFound("no", code=code)

    (error,) = batch(do).run(["a/1"])
    assert isinstance(error, NotFound) and len(tries) == 1


def test_failures_stay_with_their_own() -> None:
    def do(work: str) -> str:
        if work == "a/1":
            raise NotFound("no")
        if work == "a/2":
            raise OSError(28, "No space left on device", "/x")
        if work == "a/3":
            raise KeyError("a bug")
        return work

    results = batch(do).run(["a/0", "a/1", "a/2", "a/3", "a/4"])
    assert results[0] == "a/0" and results[4] == "a/4"
    assert [type(one) for one in results[1:4]] == [NotFound, Unavailable, Failed]
    assert results[3].code == "bug"  # type: ignore[union-attr]


def test_a_bug_alone_is_a_bug() -> None:
    def do(work: str) -> str:
        raise KeyError(work)

    work = batch(do)
    with pytest.raises(KeyError):
        work.run(["a/1"])
    assert work._git.stopped  # type: ignore[attr-defined]


def test_an_interruption_stops_all_and_starts_no_more() -> None:
    begun: list[str] = []
    release = threading.Event()

    def do(work: str) -> str:
        begun.append(work)
        if work == "a/0":
            raise KeyboardInterrupt
        release.wait(20)
        raise Unavailable("stopped", code="git.stopped")

    work = batch(do, jobs=2)
    work._git.stop = release.set  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        work.run([f"a/{number}" for number in range(20)])
    assert len(begun) <= 3


@pytest.mark.parametrize(
    ("errors", "total", "kind", "code"),
    [
        ([NotFound("x", code="a")], 1, NotFound, "a"),
        ([NotFound("x", code="a"), NotFound("y", code="a")], 2, NotFound, "a"),
        ([NotFound("x", code="a"), NotFound("y", code="b")], 3, NotFound, "ecosystem.some_failed"),
        ([NotFound("x", code="a"), Auth("y", code="b")], 2, Failed, "ecosystem.some_failed"),
        ([Auth("y", code="b")], 2, Auth, "b"),
    ],
)
def test_one_error_for_several(errors: list[PhoenixError], total: int, kind: type[PhoenixError], code: str) -> None:
    error = joint_error(errors, total, "imported")
    assert type(error) is kind and error.code == code
    assert joint_error([], 3, "imported") is None
