"""The processes of one service, as its supervisor has them."""

import os
import signal
import subprocess

import pytest

from phoenix_cli.ecosystem.services.family import Family
from phoenix_cli.kernel import processes
from tests.ecosystem.services.conftest import eventually


@pytest.fixture
def stranger():
    """Yield a process that is nobody's child here."""
    said = subprocess.run(["sh", "-c", "sleep 600 >/dev/null 2>&1 & echo $!"], capture_output=True, check=True)
    found = processes.identify(int(said.stdout))
    assert found is not None
    yield found
    processes.send(found, signal.SIGKILL)


def kill(process):
    processes.send(process, signal.SIGKILL)
    eventually(lambda: not processes.alive(process))


def adopted(main):
    family = Family("", "")
    family.adopt(frozenset({main}), main)
    return family


def test_an_adopted_process_is_gone_when_it_has_ended(stranger):
    family = adopted(stranger)
    assert family.handle is not None
    assert family.reap() is False
    assert not family.gone()
    kill(stranger)
    assert family.reap() is True
    assert family.gone()
    assert family.handle is None


def test_its_end_is_noticed_also_when_it_was_looked_for_before(stranger):
    family = adopted(stranger)
    kill(stranger)
    assert stranger not in family.find()
    assert family.reap() is True


def test_what_has_no_program_is_told_with_the_reason(tmp_path):
    os.mkfifo(tmp_path / "output")
    family = Family("", "")
    assert family.spawn(["./none"], tmp_path, {}, "", tmp_path / "output") == "./none: no such file or directory"
    assert family.spawn([str(tmp_path)], tmp_path, {}, "", tmp_path / "output") == f"{tmp_path}: permission denied"
    assert "embedded null" in family.spawn(["a\0b"], tmp_path, {}, "", tmp_path / "output")
    assert "RLIMIT_NONE" in family.spawn(["true"], tmp_path, {}, "NONE=1", tmp_path / "output")
    assert family.main is None
    assert family.gone()
