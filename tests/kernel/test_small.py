"""Ids, clock, paths, locks, atomic files, settings."""

import errno
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoenix_cli.kernel.clock import iso, parse_iso
from phoenix_cli.kernel.errors import KINDS, Conflict, did_you_mean
from phoenix_cli.kernel.files import unusable, write_atomically
from phoenix_cli.kernel.ids import new_id
from phoenix_cli.kernel.locks import FileLock, locked
from phoenix_cli.kernel.paths import default_home
from phoenix_cli.kernel.settings import Settings

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2300, 1, 1), timezones=st.just(UTC))


@given(MOMENTS, st.timedeltas(timedelta(milliseconds=20), timedelta(days=9000)))
def test_ids_sort_by_time(moment, later):
    assert new_id("run", moment) < new_id("run", moment + later)


def test_ids_of_one_moment_differ():
    moment = datetime(2026, 5, 1, tzinfo=UTC)
    assert len({new_id("x", moment) for _ in range(100)}) == 100


@given(MOMENTS)
def test_times_come_back_to_the_millisecond(moment):
    assert abs(parse_iso(iso(moment)) - moment) < timedelta(milliseconds=1)


def test_the_home_is_what_was_named_else_the_platforms_folder():
    user = Path("/home/ann")
    assert default_home({"PHOENIX_HOME": "/x/y"}, user) == Path("/x/y")
    assert default_home({}, user, "linux") == Path("/home/ann/.local/share/phoenix")
    assert default_home({"XDG_DATA_HOME": "/data"}, user, "linux") == Path("/data/phoenix")
    assert default_home({"XDG_DATA_HOME": "relative"}, user, "linux") == Path("/home/ann/.local/share/phoenix")
    assert default_home({}, user, "darwin").parts[-2:] == ("Application Support", "phoenix")


def test_settings_have_a_forge():
    assert Settings.from_environment({}).github_url == "https://github.com"
    assert Settings.from_environment({"PHOENIX_GITHUB_URL": "https://git.example/"}).github_url == "https://git.example"


def test_a_lock_excludes_another_process_and_ends_with_its_holder(tmp_path):
    path = tmp_path / "locks" / "a"
    program = "import sys,pathlib\nfrom phoenix_cli.kernel.locks import FileLock\nl=FileLock(pathlib.Path(sys.argv[1]))\nl.acquire()\nprint('held',flush=True)\nsys.stdin.read()"
    holder = subprocess.Popen([sys.executable, "-c", program, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout.readline() == b"held\n"
    assert FileLock(path).acquire(wait=False) is False
    assert not FileLock(path).is_free()
    with pytest.raises(Conflict) as caught, locked(path, "the thing", wait=False):
        pass
    assert str(holder.pid) in caught.value.message
    holder.kill()
    holder.communicate()
    with locked(path, wait=False) as lock:
        assert lock.holder() == os.getpid()
    assert FileLock(path).is_free()


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "a" / "file"
    write_atomically(path, b"one")
    write_atomically(path, b"two")
    assert path.read_bytes() == b"two"

    def broken(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"three")
    assert path.read_bytes() == b"two"
    assert [entry.name for entry in path.parent.iterdir()] == ["file"]


def test_every_kind_of_error_has_its_own_name():
    assert len({kind.kind for kind in KINDS}) == len(KINDS) == 8
    assert did_you_mean("tets", ["test", "build"]) == ("did you mean test?",)
    assert did_you_mean("zzz", ["test"]) == ()


def test_what_bars_the_state_folder_is_told_and_other_causes_are_not(tmp_path):
    home = tmp_path / "home"
    for number, place, code in (
        (errno.EACCES, home / "repos", "state.unusable"),
        (errno.EROFS, home, "state.unusable"),
        (errno.ENOTDIR, tmp_path, "state.unusable"),
        (errno.ENOSPC, "/elsewhere", "state.disk"),
        (errno.EDQUOT, None, "state.disk"),
    ):
        told = unusable(OSError(number, "no", place and str(place)), home)
        assert told is not None and told.code == code and told.hints
    assert unusable(PermissionError(errno.EACCES, "no", "/elsewhere/file"), home) is None
    assert unusable(FileNotFoundError(errno.ENOENT, "no", str(home / "x")), home) is None
