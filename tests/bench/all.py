"""Run every benchmark here, one after the other, and say at the end which bar is missed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
NOT_BARS = {"all.py", "measure.py"}


def main() -> int:
    """Run them all; exit 1 when any missed a bar."""
    missed = []
    for script in sorted(HERE.rglob("*.py")):
        if script.name in NOT_BARS or "def main(" not in script.read_text(encoding="utf-8"):
            continue
        print(
            f"\n{script.relative_to(HERE)}: {(script.read_text(encoding='utf-8').split(chr(34) * 3)[1]).splitlines()[0]}",
            flush=True,
        )
        if subprocess.run([sys.executable, script], check=False).returncode:
            missed.append(str(script.relative_to(HERE)))
    print(f"\nmissed: {', '.join(missed)}" if missed else "\nevery bar is met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
