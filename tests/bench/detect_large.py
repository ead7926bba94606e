"""Detection of a large JavaScript monorepo: CPU, memory, and the second look at the same files.

    python tests/bench/detect_large.py [FOLDER]

FOLDER is a checkout such as withastro/astro; without one, a monorepo of 6,700 files and 544 packages is made.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from measure import PHOENIX, cost, report, temporary_home

PACKAGES, FILES = 544, 6_700


def main() -> int:
    """Measure the first and the second look."""
    with temporary_home() as home, tempfile.TemporaryDirectory() as folder:
        target = Path(sys.argv[1]) if len(sys.argv) > 1 else make(Path(folder))
        words = [*PHOENIX, "ecosystem", "detect", str(target), "--json"]
        first = min(
            (cost(words, times=1, environ={"PHOENIX_HOME": f"{home}/{n}"}) for n in range(5)), key=lambda one: one.cpu_s
        )
        second = cost(words, times=7, environ={"PHOENIX_HOME": f"{home}/0"})
        nothing = Path(folder) / "nothing"
        nothing.mkdir()
        start = cost(
            [*PHOENIX, "ecosystem", "detect", str(nothing), "--json"], times=7, environ={"PHOENIX_HOME": f"{home}/0"}
        )
        met = [
            report("first look, CPU", first.cpu_s, 0.5, " s"),
            report("first look, memory", first.rss_mb, 80, " MB"),
            report("second look, CPU over the same on an empty folder", (second.cpu_s - start.cpu_s) * 1000, 50, " ms"),
        ]
    return 0 if all(met) else 1


def make(root: Path) -> Path:
    """Make a pnpm monorepo of the size of astro's."""
    (root / "pnpm-workspace.yaml").write_text("packages:\n  - packages/*\n")
    (root / "pnpm-lock.yaml").write_text("lockfileVersion: '9.0'\n")
    (root / "package.json").write_text(
        json.dumps({"name": "root", "packageManager": "pnpm@9.0.0", "scripts": {"build": "turbo run build"}})
    )
    for number in range(PACKAGES):
        package = root / "packages" / f"p{number}"
        (package / "src").mkdir(parents=True)
        manifest = {
            "name": f"@x/p{number}",
            "scripts": {"build": "tsc", "test": "vitest run", "dev": "vite"},
            "dependencies": {"vite": "5"},
        }
        (package / "package.json").write_text(json.dumps(manifest, indent=2))
        for file in range(FILES // PACKAGES - 1):
            (package / "src" / f"f{file}.ts").write_text("export const x = 1\n")
    return root


if __name__ == "__main__":
    sys.exit(main())
