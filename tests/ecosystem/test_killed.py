"""``kill -9`` at thirty points of an import, a build and a service start: the next command shows the truth."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.gitting import git, repository

POINTS = 30


def killed_at(phoenix, seconds, *words):
    """Start a command line, kill exactly its own process after a while; tell whether it had ended before."""
    running = phoenix.start(*words, stdin=subprocess.DEVNULL)
    try:
        running.wait(seconds)
    except subprocess.TimeoutExpired:
        running.send_signal(signal.SIGKILL)
    running.communicate()
    return running.returncode != -signal.SIGKILL


def usual_time(phoenix, *words):
    """Return how long a command line takes when nobody kills it."""
    before = time.monotonic()
    answer = phoenix(*words)
    assert answer.code == 0, answer
    return time.monotonic() - before


def processes_of(home: Path) -> list[str]:
    """Return what runs with this home in its arguments, folder or environment, apart from supervisors that serve."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                words = (entry / "cmdline").read_bytes()
                text = words + (entry / "environ").read_bytes() + os.fsencode(os.readlink(entry / "cwd"))
            except OSError:
                continue
            if os.fsencode(home) in text:
                found.append(f"{entry.name} {words!r}")
    return found


def eventually(condition, what, seconds=15):
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what()
        time.sleep(0.02)  # polls another process; there is nothing to wait on


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_import(phoenix, tmp_path):
    files = {f"src/{number}/file{number}.txt": f"{number}\n" * 500 for number in range(300)} | {
        "Makefile": "test:\n\ttrue\n"
    }
    source = repository(tmp_path / "src" / "x", files)
    whole = usual_time(phoenix, "ecosystem", "import", source, "--home", tmp_path / "first")
    for point in range(POINTS):
        phoenix.home = tmp_path / f"home{point}"
        phoenix.environ["PHOENIX_HOME"] = str(phoenix.home)
        killed_at(phoenix, whole * 1.1 * (point + 1) / POINTS, "ecosystem", "import", source)
        eventually(lambda: not processes_of(phoenix.home), lambda: processes_of(phoenix.home))
        items = phoenix("ecosystem", "list", "--json").json["items"]
        for item in items:
            assert git(Path(item["path"]), "status", "--porcelain") == ""
            git(Path(item["path"]), "fsck")
        again = phoenix("ecosystem", "import", source, "--json")
        assert again.code in ((5,) if items else (0, 5)), again
        (item,) = phoenix("ecosystem", "list", "--json").json["items"]
        assert (Path(item["path"]) / "src" / "299" / "file299.txt").exists()
        assert list((phoenix.home / "repos" / ".aside").glob("*")) == []


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_build(phoenix, tmp_path):
    recipe = "build:\n\t@setsid sh -c 'sleep 0.2; touch late' & sleep 0.15; touch built\n"
    source = repository(tmp_path / "src" / "x", {"Makefile": recipe})
    assert phoenix("ecosystem", "import", source).code == 0
    words = ("ecosystem", "run", "x", "make:build", "--trust")
    whole = usual_time(phoenix, *words)
    finished = 1
    for point in range(POINTS):
        finished += killed_at(phoenix, whole * 1.1 * (point + 1) / POINTS, *words)
        eventually(lambda: not processes_of(phoenix.home), lambda: processes_of(phoenix.home))
        shown = phoenix("status", "--json").json
        assert "running" not in json.dumps(shown.get("runs", [])), shown
        assert phoenix("ecosystem", "show", "x", "--json").code == 0


SERVER = """
import http.server, os
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_service_start(phoenix, tmp_path):
    source = repository(tmp_path / "src" / "x", {"Procfile": "web: python3 server.py\n", "server.py": SERVER})
    assert phoenix("ecosystem", "import", source).code == 0
    words = ("ecosystem", "start", "x", "web", "--trust", "--port", "0")
    whole = usual_time(phoenix, *words)
    assert phoenix("ecosystem", "stop", "x").code == 0
    for point in range(POINTS):
        killed_at(phoenix, whole * 1.1 * (point + 1) / POINTS, *words)
        (item,) = phoenix("ecosystem", "status", "x", "--json").json["items"]
        alive = [line for line in processes_of(phoenix.home) if "server.py" in line and "phoenix" not in line]
        assert len(alive) <= 1, alive
        if item["status"] in ("stopped", "failed"):
            assert alive == [], (item, alive)
        stopped = phoenix("ecosystem", "stop", "x", "--json")
        assert stopped.code == 0, stopped
        eventually(lambda: not processes_of(phoenix.home), lambda: processes_of(phoenix.home))
