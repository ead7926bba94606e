"""``python -m phoenix_cli`` and the ``phoenix`` script."""

from __future__ import annotations

import sys
from itertools import pairwise


def main() -> None:
    """Run the command line and end the process with its exit status."""
    if _drives(sys.argv):
        from phoenix_cli.engine.executors.direct import foster

        foster.become()  # now: what follows has threads and files open, and would be the memory of three processes
    from phoenix_cli.cli import run

    sys.exit(run(sys.argv[1:]))


def _drives(words: list[str]) -> bool:
    """Tell whether a command line may start commands that are to outlive this process; harmless when it does not."""
    return any(one == "flow" and verb in ("run", "resume", "cancel") for one, verb in pairwise(words))


if __name__ == "__main__":
    main()
