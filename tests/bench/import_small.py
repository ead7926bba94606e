"""Import of 100 small local repositories, beside the same ``git clone``s at the same parallelism."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from measure import PHOENIX, in_children, report, temporary_home

COUNT = 100
JOBS = 4
ROUNDS = 5
BAR = 2.0
QUIET = {
    **os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.invalid",
    "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.invalid",
}  # fmt: skip

#: One kind of repository after the other, so that detection has different work to do.
KINDS: tuple[dict[str, str], ...] = (
    {
        "package.json": '{"name": "n", "scripts": {"build": "tsc", "test": "vitest", "dev": "vite"}}',
        "package-lock.json": "{}",
    },
    {
        "pyproject.toml": '[project]\nname = "p"\n[build-system]\nrequires = ["hatchling"]\n[tool.uv]\n',
        "uv.lock": "version = 1\n",
    },
    {"Cargo.toml": '[package]\nname = "c"\nversion = "0.1.0"\n', "src/main.rs": "fn main() {}\n"},
    {"go.mod": "module example.org/m\n\ngo 1.22\n", "main.go": "package main\nfunc main() {}\n"},
    {"pom.xml": "<project><modelVersion>4.0.0</modelVersion><groupId>g</groupId><artifactId>a</artifactId></project>"},
    {"Makefile": "all:\n\tcc -o x x.c\ntest: all\n\t./x\n", "x.c": "int main(void) { return 0; }\n"},
    {
        "Dockerfile": "FROM scratch\nEXPOSE 8080\n",
        "compose.yaml": "services:\n  web:\n    build: .\n    ports: ['8080:8080']\n",
    },
    {"Gemfile": "source 'https://rubygems.org'\ngem 'rails'\n", "Rakefile": "task :test do\nend\n"},
)


def main() -> int:
    """Take the least of several rounds of each, in turn: noise only ever adds."""
    with temporary_home() as folder:
        root = Path(folder)
        sources = [make(root / "sources" / f"repo{number:03}", number) for number in range(COUNT)]
        (root / "list").write_text("".join(f"{source}\n" for source in sources))
        gits, phoenixes = [], []
        for number in range(ROUNDS):
            gits.append(by_git(sources, root / "clones"))
            phoenixes.append(by_phoenix(root / "list", root / f"home{number}"))
        wall = min(phoenixes)[0] / min(gits)[0]
        cpu = min(one[1] for one in phoenixes) / min(one[1] for one in gits)
        detail = f"{min(phoenixes)[0]:.2f} s, git {min(gits)[0]:.2f} s, {JOBS} at once; CPU {cpu:.2f}x"
        return 0 if report(f"import of {COUNT} small local repositories", wall, BAR, "x", detail) else 1


def make(folder: Path, number: int) -> Path:
    """Make a repository of about a dozen files and two commits."""
    files = {**KINDS[number % len(KINDS)], "README.md": f"# {number}\n", ".gitignore": "*.o\n"}
    files |= {f"lib/part{part}.txt": f"{number} {part}\n" * 30 for part in range(8)}
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    for words in (
        ["init", "-q", "-b", "main"],
        ["add", "-A"],
        ["commit", "-q", "-m", "one"],
        ["commit", "-q", "--allow-empty", "-m", "two"],
    ):
        subprocess.run(["git", *words], cwd=folder, env=QUIET, check=True)
    return folder


def by_git(sources: list[Path], target: Path) -> tuple[float, float]:
    """Clone all of them and return wall and CPU seconds."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    began, cpu = time.monotonic(), os.times()
    with ThreadPoolExecutor(JOBS) as pool:
        list(pool.map(lambda one: in_children(["git", "clone", "-q", one, target / one.name], env=QUIET), sources))
    after = os.times()
    used = after.children_user + after.children_system - cpu.children_user - cpu.children_system
    return time.monotonic() - began, used


def by_phoenix(listing: Path, home: Path) -> tuple[float, float]:
    """Import all of them into a new home and return wall and CPU seconds."""
    words = [*PHOENIX, "ecosystem", "import", "--from", str(listing), "--jobs", str(JOBS), "--yes", "--json"]
    began = time.monotonic()
    used = in_children(words, env={**os.environ, "PHOENIX_HOME": str(home)})
    wall = time.monotonic() - began
    here = sum(1 for _ in (home / "repos/local").iterdir())
    if here != COUNT:
        raise SystemExit(f"{here} of {COUNT} repositories are there")
    shutil.rmtree(home)
    return wall, used


if __name__ == "__main__":
    sys.exit(main())
