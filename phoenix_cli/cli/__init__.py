"""What people type: parse, call one operation, render. ``run`` is the error boundary of the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence


def run(argv: Sequence[str]) -> int:
    """Carry out one command line and return its exit status.

    The cheap answers (``--version``, the root's help, topics) come before anything heavy is imported.
    """
    from phoenix_cli.cli.help import quick_answer

    try:
        if shell := os.environ.get("_PHOENIX_COMPLETE"):
            from phoenix_cli.cli.completion.offering import answer as offer

            return offer(shell, argv, os.environ)
        answer = quick_answer(argv)
        if answer is not None:
            sys.stdout.write(answer)
            sys.stdout.flush()
            return 0
        from phoenix_cli.cli.boundary import guarded

        return guarded(argv)
    except BrokenPipeError:
        return _closed_pipe()
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        return 130


def _closed_pipe() -> int:
    # The reader is gone; what Python still holds back must not raise again at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 141
