"""``kill -9`` of coordinators at random moments (K2): the end is that of a run which nobody disturbed."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.engine.running import kill_sweep


def sweep(tmp_path, first, count):
    words = [sys.executable, kill_sweep.__file__, str(tmp_path), str(first), str(count)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    return json.loads(done.stdout.splitlines()[-1]), done.stderr


def test_twenty_seeds(tmp_path):
    wrong, told = sweep(tmp_path, 1_000, 20)
    assert wrong == {}, told


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("first", [0, 50, 100])
def test_many_seeds(tmp_path, first):
    """Five hundred are ``make torture``."""
    wrong, told = sweep(tmp_path, first, 50)
    assert wrong == {}, told
