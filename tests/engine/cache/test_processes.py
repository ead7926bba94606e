"""Several processes at one store: nothing is lost, nothing is half, whoever is killed whenever."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from phoenix_cli.engine.cache.store import Store
from phoenix_cli.kernel.clock import SystemClock

COMMON = """
    import random, sys
    from pathlib import Path
    from phoenix_cli.engine.cache.store import Store
    from phoenix_cli.kernel.clock import SystemClock

    folder, number, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    draw = random.Random(seed)

    def body(key, version):  # every third is a file, every fifth is everybody's
        text = f"{key if version % 5 else 'shared'}:{version};"
        return (text * (3_000 if version % 3 == 0 else 30)).encode()
"""
WRITER = (
    COMMON
    + """
    store = Store(folder, SystemClock())
    for version in range(60):
        key = f"own/{number}/{version % 12}"
        assert store.put(key, body(key, version)), store.problem
        assert store.get(key) == body(key, version), (key, version)
        assert store.put(f"shared/{version}", body("shared", version)), store.problem
        if version % 10 == 9:
            store.delete(f"shared/{draw.randrange(version)}")
        for _ in range(5):
            found = store.get(f"shared/{draw.randrange(60)}")
            assert found is None or found.startswith(b"shared:"), found[:20]
    store.close()
"""
)
ENDLESS = (
    COMMON
    + """
    store = Store(folder, SystemClock(), max_bytes=400_000)
    version = 0
    print("ready", flush=True)
    while True:
        key = f"own/{draw.randrange(40)}"
        store.put(key, body(key, version), tags=["t"])
        if version % 7 == 0:
            store.delete(f"own/{draw.randrange(40)}")
        if version % 29 == 0:
            store.collect()
        version += 1
"""
)


def start(program: str, folder: Path, number: int, seed: int = 0) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program), str(folder), str(number), str(seed)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_eight_processes_at_once_lose_nothing(tmp_path):
    writers = [start(WRITER, tmp_path / "cache", number, number) for number in range(8)]
    for one in writers:
        _, said = one.communicate(timeout=100)
        assert one.returncode == 0, said
    with Store(tmp_path / "cache", SystemClock()) as store:
        for number in range(8):
            for slot in range(12):
                key, version = f"own/{number}/{slot}", 48 + slot
                text = f"{key if version % 5 else 'shared'}:{version};"
                assert store.get(key) == (text * (3_000 if version % 3 == 0 else 30)).encode()
        stats, found = store.stats(), store.verify()
        assert stats.puts == 8 * 120
        assert found.sound and not found.orphans


def sweep(folder: Path, seeds: range) -> None:
    draw = random.Random(seeds.start)
    for seed in seeds:
        workers = [start(ENDLESS, folder, number, seed * 10 + number) for number in range(2)]
        try:
            for one in workers:
                assert one.stdout is not None and one.stdout.readline() == "ready\n"
            victim = workers[0]
            with pytest.raises(subprocess.TimeoutExpired):
                victim.wait(draw.uniform(0.0, 0.15))
        finally:
            for one in workers:
                os.kill(one.pid, signal.SIGKILL)
                one.communicate()
        with Store(folder, SystemClock()) as store:
            assert store.verify().sound, seed
            for entry in store.entries():
                found = store.get(entry.key)
                assert found and found.count(b";") in (30, 3_000) and found.endswith(b";")
                assert set(found.split(b";")) == {b"", found.split(b";")[0]}
            store.collect()
            after = store.verify()
            assert after.sound and not after.orphans and store.stats().bytes <= 400_000
            assert list((folder / "aside").glob("*")) == []
            assert store.put("after", b"x" * 20_000) and store.get("after") == b"x" * 20_000
            store.delete("after")


def test_killed_at_any_time_it_is_sound(tmp_path):
    sweep(tmp_path / "cache", range(6))


@pytest.mark.slow
def test_killed_at_any_time_it_is_sound_many_times(tmp_path):
    sweep(tmp_path / "cache", range(100, 160))


def test_many_that_meet_a_damaged_file_all_go_on(tmp_path):
    folder = tmp_path / "cache"
    folder.mkdir()
    (folder / "store.db").write_bytes(b"no database at all" * 500)
    writers = [start(WRITER, folder, number, number) for number in range(4)]
    for one in writers:
        _, said = one.communicate(timeout=100)
        assert one.returncode == 0, said
    assert (folder / "store.db.bad").read_bytes().startswith(b"no database")
