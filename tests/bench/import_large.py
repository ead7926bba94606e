"""Import of one repository of 250 MB from a server, beside ``git clone --depth 1`` of the same."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from measure import PHOENIX, report, temporary_home

SIZES = (5_000_000,) * 20 + (1_000_000,) * 150  # of random bytes, so that nothing gets smaller
ROUNDS = 5
BAR = 1.1
QUIET = {
    **os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.invalid",
    "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.invalid",
}  # fmt: skip


def main() -> int:
    """Take the least of several rounds of each, in turn: noise only ever adds. Over git:// and as file://."""
    with temporary_home() as folder:
        root = Path(folder)
        source = make(root / "large")
        with serving(root) as url:
            met = [
                compare("250 MB over git://", f"{url}/large", root),
                compare("250 MB, file://", source.as_uri(), root),
            ]
    return 0 if all(met) else 1


def make(folder: Path) -> Path:
    """Make a repository as a forge keeps it: one pack, and filters allowed."""
    for number, size in enumerate(SIZES):
        path = folder / f"d{number % 20}" / f"f{number}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(size))
    (folder / "package.json").write_text('{"name": "large", "scripts": {"build": "tsc"}}')
    for words in (
        ["init", "-q", "-b", "main"], ["config", "uploadpack.allowFilter", "true"],
        ["config", "uploadpack.allowAnySHA1InWant", "true"], ["config", "core.compression", "0"],
        ["add", "-A"], ["commit", "-q", "-m", "one"], ["repack", "-a", "-d", "-q"],
    ):  # fmt: skip
        subprocess.run(["git", *words], cwd=folder, env=QUIET, check=True)
    return folder


@contextlib.contextmanager
def serving(root: Path) -> Iterator[str]:
    """Serve all repositories below a folder by git's own daemon."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [
        "git",
        "daemon",
        "--export-all",
        f"--base-path={root}",
        "--listen=127.0.0.1",
        f"--port={port}",
        "--reuseaddr",
    ]
    with subprocess.Popen(words, env=QUIET, stderr=subprocess.DEVNULL, process_group=0) as daemon:
        try:
            while subprocess.run(
                ["git", "ls-remote", "-q", f"git://127.0.0.1:{port}/large"], env=QUIET, capture_output=True
            ).returncode:
                time.sleep(0.1)
            yield f"git://127.0.0.1:{port}"
        finally:
            os.killpg(daemon.pid, 15)


def compare(what: str, url: str, root: Path) -> bool:
    """Report the ratio of the best rounds."""
    gits, phoenixes = [], []
    for _ in range(ROUNDS):
        gits.append(timed(["git", "clone", "-q", "--depth", "1", url, str(root / "clone")], QUIET))
        phoenixes.append(
            timed(
                [*PHOENIX, "ecosystem", "import", url, "--yes", "--json"],
                {**os.environ, "PHOENIX_HOME": str(root / "home")},
            )
        )
        if sum(1 for _ in (root / "home/repos").rglob("*.bin")) != len(SIZES):
            raise SystemExit("not all files are there")
        shutil.rmtree(root / "clone")
        shutil.rmtree(root / "home")
    return report(
        what, min(phoenixes) / min(gits), BAR, "x", f"{min(phoenixes):.2f} s, git clone --depth 1 {min(gits):.2f} s"
    )


def timed(words: list[str], environ: dict[str, str]) -> float:
    """Run a command and return its wall seconds."""
    began = time.monotonic()
    subprocess.run(words, env=environ, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main())
