"""What a command costs by the host, from job to report, beside a thread pool, ninja and make that run the same."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from measure import in_children, report

from phoenix_cli.engine.executors.host.executor import HostExecutor
from phoenix_cli.engine.executors.interface import Job, JobEnded, JobKey, Report
from phoenix_cli.engine.model import Run
from phoenix_cli.kernel import processes
from phoenix_cli.kernel.clock import SystemClock

COUNT, AT_ONCE = 1_000, 2
RUN = f"bench-{os.getpid()}"
TRUE = "/bin/true"
#: Logs go to memory: ext4 looks through all inodes that anybody deleted in the last 5 s when it makes a file, up to 0.4 ms.
MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else None


def pool(count: int) -> None:
    """Run commands in two threads, as one would by hand."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for _ in threads.map(lambda _: subprocess.run([TRUE], stdout=subprocess.DEVNULL, check=True), range(count)):
            pass


class Host:
    """An executor that performs commands, two at a time; another is handed in when one has ended."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.room, self.bad, self.count = folder, threading.Semaphore(AT_ONCE), [], 0
        self.env = dict(os.environ)
        self.executor = HostExecutor(folder, RUN, SystemClock())
        self.executor.open(self.deliver)

    def deliver(self, one: Report) -> None:
        """Take note of an end."""
        if isinstance(one, JobEnded):
            self.bad.extend([one] if one.error else [])
            self.room.release()

    def perform(self, count: int) -> None:
        """Run so many commands."""
        for _ in range(count):
            self.room.acquire()
            self.count += 1
            step = f"s{self.count}"
            env = {**self.env, "PHOENIX_STEP": step}
            log = self.folder / f"{step}.1.log"
            self.executor.submit(Job(JobKey(RUN, step, 1), Run((TRUE,)), str(self.folder), env, log))
        for _ in range(AT_ONCE):
            self.room.acquire()
        for _ in range(AT_ONCE):
            self.room.release()

    def close(self) -> None:
        """Let the host go."""
        self.executor.close(kill=True)
        if self.bad:
            raise SystemExit(f"a command failed: {self.bad[0]}")


def of_pool() -> list[float]:
    """Return the CPU milliseconds of a command in the pool."""
    pool(10)
    before = cpu_s()
    pool(COUNT)
    return [(cpu_s() - before) / COUNT * 1000]


def of_host() -> list[float]:
    """Return the CPU milliseconds of a command by the host, and those of the host's start and end."""
    with tempfile.TemporaryDirectory(prefix="phoenix-bench-", dir=MEMORY) as name:
        before = cpu_s()
        one = Host(Path(name))
        one.perform(10)
        one.close()
        around = cpu_s() - before
        before = cpu_s()
        many = Host(Path(name))
        many.perform(COUNT + 10)
        many.close()
        return [(cpu_s() - before - around) / COUNT * 1000, around * 1000]


def cpu_s() -> float:
    """Return the CPU seconds of this process and all of its children that have ended, and theirs."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


TREE = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for _ in range(30):
    if os.fork() == 0:
        os.setsid()
        break
while True: time.sleep(1)
"""
GRACE_S = 0.5


def of_tree() -> list[float]:
    """Return the seconds from the end of the grace until a tree is gone that does not listen and hides in sessions."""
    with tempfile.TemporaryDirectory(prefix="phoenix-bench-") as name:
        ended = threading.Event()
        executor = HostExecutor(Path(name), RUN, SystemClock())
        executor.open(lambda one: ended.set() if isinstance(one, JobEnded) else None)
        key = JobKey(RUN, "tree", 1)
        executor.submit(Job(key, Run((sys.executable, "-c", TREE)), name, dict(os.environ), Path(name, "log")))
        while len(processes.tagged(key.tag)) < 31:
            time.sleep(0.05)
        started = time.monotonic()
        executor.cancel(key, GRACE_S)
        ended.wait()
        executor.close(kill=True)
        return [time.monotonic() - started - GRACE_S]


def ninja(folder: Path, count: int) -> list[str]:
    """Return the words that have ninja run commands that need nothing."""
    text = "rule t\n command = /bin/true\n" + "".join(f"build o{n}: t\n" for n in range(count))
    (folder / "build.ninja").write_text(text, encoding="utf-8")
    return ["ninja", "-j2", "-C", str(folder)]


def make(folder: Path, count: int) -> list[str]:
    """Return the words that have make run commands that need nothing."""
    names = " ".join(f"o{n}" for n in range(count))
    (folder / "Makefile").write_text(f".PHONY: all {names}\nall: {names}\n{names}:\n\t@/bin/true\n", encoding="utf-8")
    return ["make", "-j2", "-C", str(folder)]


def measured(what: str) -> list[float]:
    """Return what one of the functions here measures, in a fresh process."""
    program = "import json, sys; sys.path[:0] = sys.argv[2:]; import engine_commands as e; print(json.dumps(getattr(e, sys.argv[1])()))"
    path = [entry for entry in sys.path if entry]
    done = subprocess.run([sys.executable, "-c", program, what, *path], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def main() -> int:
    """Measure in turns, so that a busy minute is everybody's."""
    found: dict[str, list[float]] = {}
    for _ in range(7):
        found.setdefault("pool", []).extend(measured("of_pool"))
        for what, figure in zip(("host", "its start"), measured("of_host"), strict=True):
            found.setdefault(what, []).append(figure)
        for tool in (ninja, make):
            if shutil.which(tool.__name__):
                with tempfile.TemporaryDirectory(prefix="phoenix-bench-") as folder:
                    words = tool(Path(folder), COUNT)
                    found.setdefault(tool.__name__, []).append(in_children(words) / COUNT * 1000)
    least = {what: min(times) for what, times in found.items()}
    detail = ", ".join(f"{what} {ms:.2f} ms" for what, ms in least.items())
    met = report("/bin/true by the host, CPU beside a thread pool's", least["host"] / least["pool"], 1.25, "x", detail)
    for tool in ("ninja", "make"):
        if tool in least:
            print(f"      {f'the same beside {tool} -j2':<58} {least['host'] / least[tool]:8.2f}x")
    gone = report("a tree of 31 in 31 sessions that ignores TERM, after its grace", max(measured("of_tree")), 1.0, " s")
    return 0 if met and gone else 1


if __name__ == "__main__":
    sys.exit(main())
