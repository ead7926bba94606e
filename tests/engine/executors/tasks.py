"""Functions for calls of the tests; loaded by worker processes, so nothing of phoenix or pytest is in here."""

import os
import signal
import subprocess
import sys
import time


def nothing():
    """Do nothing."""


def values(**given):
    """Hand on what was given."""
    return given


def large(size):
    """Hand on a long text."""
    return {"text": "x" * size}


def leave(code):
    """Leave as a program does."""
    sys.exit(code)


def die():
    """End this very process."""
    os.kill(os.getpid(), signal.SIGKILL)


def hang(ready):
    """Wait for ever."""
    open(ready, "w").close()
    while True:
        time.sleep(3600)


def gate(ready):
    """Wait until somebody takes the file away."""
    open(ready, "w").close()
    while os.path.exists(ready):
        time.sleep(0.02)


def family(ready):
    """Have a child that has a child, neither of which cares for SIGTERM, and wait for ever."""
    subprocess.Popen(
        ["sh", "-c", f"trap '' TERM; sh -c \"trap '' TERM; : >'{ready}'; while :; do sleep 1; done\" & wait"]
    )
    while True:
        time.sleep(3600)


def note(path):
    """Add a line to a file."""
    with open(path, "a") as file:
        file.write("once\n")
