"""The one way in which git is run on repositories that strangers made.

Nothing in a repository decides what is executed: see ``environment``. A command names its repository by ``Place`` and what
it may reach by ``Reach``; without one it can reach nothing, not even through a lazy fetch of a missing object.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from phoenix_cli.kernel.clock import Clock, SystemClock
from phoenix_cli.kernel.errors import Auth, Failed
from phoenix_cli.vcs import failures, user_settings
from phoenix_cli.vcs.environment import Reach, Setting, absolute_path, build_environment
from phoenix_cli.vcs.guard import Guard
from phoenix_cli.vcs.pump import Listener, Pump, TimeIsUp, TooMuch

TIMEOUT_S = 60.0
PATIENCE_S = 60.0  # a remote that says nothing for so long has hung
OLDEST = (2, 32)  # GIT_CONFIG_COUNT came with 2.31, GIT_CONFIG_GLOBAL with 2.32
GRACE_S = 2.0  # git removes its lock files when it is asked to end
NO_REACH = Reach()


@dataclass(frozen=True, slots=True)
class Place:
    """A repository on disk. Both are always given to git, so that it looks for neither and obeys no ``core.worktree``."""

    git_dir: Path
    work_tree: Path | None = None

    @classmethod
    def of(cls, folder: Path) -> Place:
        """Return the place of a checkout, or of a bare repository, whose top is this folder."""
        inner = folder / ".git"
        return cls(inner, folder) if inner.exists() else cls(folder)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command said, and its exit status (negative for a signal)."""

    code: int
    out: bytes
    err: str


class Git:
    """Run git. One object for a whole phoenix; threads may share it."""

    def __init__(
        self, environ: Mapping[str, str], *, clock: Clock | None = None, patience_s: float = PATIENCE_S
    ) -> None:
        self._environ = environ
        self._clock = clock or SystemClock()
        self._patience_s = patience_s
        self._live: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._guard = Guard()

    def run(
        self,
        *words: str | Path,
        at: Place | None = None,
        reach: Reach = NO_REACH,
        what: str = "",
        input: bytes = b"",
        timeout_s: float | None = TIMEOUT_S,
        listen: Listener | None = None,
        settings: Sequence[Setting] = (),
    ) -> bytes:
        """Run git to its end and return what it printed; raise the ``PhoenixError`` that its failure comes to.

        ``what`` says in words what is tried. A server that asks for a login is asked once more with the user's own
        credential helpers.
        """
        what = what or f"git {words[0]}"
        answer = self.ask(
            *words, at=at, reach=reach, what=what, input=input, timeout_s=timeout_s, listen=listen, settings=settings
        )
        if answer.code == 0:
            return answer.out
        error = failures.explain(what, answer.err or f"it was ended by signal {-answer.code}")
        if isinstance(error, Auth) and error.code == "git.auth" and reach.web and not reach.helpers and self._helpers:
            return self.run(
                *words, at=at, reach=replace(reach, helpers=True), what=what, input=input, timeout_s=timeout_s,
                listen=listen, settings=settings,
            )  # fmt: skip
        raise error

    def ask(
        self,
        *words: str | Path,
        at: Place | None = None,
        reach: Reach = NO_REACH,
        what: str = "",
        input: bytes = b"",
        timeout_s: float | None = TIMEOUT_S,
        listen: Listener | None = None,
        settings: Sequence[Setting] = (),
    ) -> Answer:
        """Run git to its end and return its answer, whatever it is.

        One that reaches the network is ended when it says nothing for too long: give it ``--progress``.
        """
        what = what or f"git {words[0]}"
        process = self.start(*words, at=at, reach=reach, settings=settings, stdin=bool(input))
        patience = self._patience_s if reach.protocols else None
        try:
            out, err = Pump(process, self._clock, listen).run(input, timeout_s=timeout_s, patience_s=patience)
            code = process.wait()
        except TimeIsUp:
            raise failures.too_slow(what, min(timeout_s or patience or 0, patience or timeout_s or 0)) from None
        except TooMuch:
            raise Failed(f"{what}: it says more than can be read", code="git.too_much") from None
        finally:
            self.end(process)
        if self._stopping.is_set():
            raise failures.stopped(what)
        return Answer(code, out, err.decode("utf-8", "replace"))

    def start(
        self,
        *words: str | Path,
        at: Place | None = None,
        reach: Reach = NO_REACH,
        settings: Sequence[Setting] = (),
        stdin: bool = False,
        quiet: bool = False,
    ) -> subprocess.Popen[bytes]:
        """Start git and return the process, in a group of its own; ``end`` it in the end."""
        if self._stopping.is_set():
            raise failures.stopped(f"git {words[0]}")
        environment = self.environment(at, reach, settings)
        process = subprocess.Popen(
            [self._program, *(os.fspath(word) for word in words)], env=_encoded(environment), cwd="/", process_group=0,
            stdin=subprocess.PIPE if stdin else subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if quiet else subprocess.PIPE,
        )  # fmt: skip
        with self._lock:
            self._live.add(process)
        if self._stopping.is_set():  # since we looked above: whoever stops us may not have seen this one
            self.end(process)
            raise failures.stopped(f"git {words[0]}")
        return process

    def environment(
        self, at: Place | None = None, reach: Reach = NO_REACH, settings: Sequence[Setting] = ()
    ) -> dict[str, str]:
        """Return the environment in which a command on this place runs."""
        everything = (*self._web_settings(reach), *settings)
        environment = build_environment(self._environ, reach, everything)
        environment.update(self._guard.mark)
        if at is not None:
            environment["GIT_DIR"] = str(at.git_dir)
            if at.work_tree is not None:
                environment["GIT_WORK_TREE"] = str(at.work_tree)
        return environment

    def _web_settings(self, reach: Reach) -> Iterator[Setting]:
        if reach.web:
            yield "http.lowSpeedLimit", "1"  # a server that still counts objects says little, but something
            yield "http.lowSpeedTime", str(max(1, int(self._patience_s)))
            yield from self._user_settings.web
            if reach.helpers:
                yield from self._helpers

    @cached_property
    def _user_settings(self) -> user_settings.UserSettings:
        return user_settings.read(self._program, self._environ)

    @property
    def _helpers(self) -> tuple[Setting, ...]:
        return self._user_settings.credentials

    @cached_property
    def _program(self) -> str:
        """Find git once, and refuse one that does not read the settings by which we overrule a repository's own."""
        found = shutil.which("git", path=absolute_path(self._environ))
        if found is None:
            raise failures.git_missing()
        said = subprocess.run(
            [found, "--version"], env={"LC_ALL": "C"}, cwd="/", capture_output=True, check=False
        ).stdout
        numbers = re.search(rb"\d+(?:\.\d+)+", said)
        if numbers is None or tuple(int(part) for part in numbers[0].split(b".")) < OLDEST:
            raise failures.git_too_old(said.decode("utf-8", "replace").strip(), OLDEST)
        return found

    def end(self, process: subprocess.Popen[bytes]) -> None:
        """Make sure that a started process and its helpers are gone, and its pipes closed."""
        if process.returncode is None:  # not waited for yet, so the group's number is still ours
            _signal_group(process, signal.SIGTERM)
            try:
                process.wait(GRACE_S)
            except subprocess.TimeoutExpired:
                pass
            _signal_group(process, signal.SIGKILL)
            process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):
                    stream.close()
        with self._lock:
            self._live.discard(process)

    def stop(self) -> None:
        """End all commands that run, and start no more: every thread that waits for one gets an error."""
        self._stopping.set()
        with self._lock:
            live = list(self._live)
        for process in live:
            if process.returncode is None:
                _signal_group(process, signal.SIGTERM)

    @contextlib.contextmanager
    def guarded(self) -> Iterator[None]:
        """For the body, have a warden that ends the git processes when phoenix itself is killed."""
        with self._guard.watching():
            yield


_encode = functools.lru_cache(maxsize=512)(os.fsencode)


def _encoded(environment: Mapping[str, str]) -> dict[bytes, bytes]:
    """Encode an environment; nearly all of its 60 entries are the same each time, and Python would encode them anew."""
    return {_encode(name): _encode(value) for name, value in environment.items()}


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
