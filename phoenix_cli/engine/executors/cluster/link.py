"""The connection to a Dask scheduler: the only place of the driver that holds a Dask client. One event loop's thread."""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections.abc import Callable, Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

from phoenix_cli import __version__
from phoenix_cli.engine.executors.cluster.task import OP, topic
from phoenix_cli.engine.executors.cluster.worker_side import install, perform
from phoenix_cli.kernel.errors import Unavailable

CONNECT_S = 4.0
ANSWER_S = 10.0
#: What a call over the network may raise: its own failures, and what the other side raised, which is sent back.
UNREACHABLE = (OSError, TimeoutError, RuntimeError, ValueError, LookupError, TypeError)
Bell = Callable[[Mapping[str, Any]], None]


class Link:
    """A client that is made anew when the scheduler was gone. ``refused``: nobody listens at its address.

    ``scheduler`` is the id of the scheduler process that it spoke to last. ``unfit`` are workers that cannot perform steps,
    and why.
    """

    def __init__(self, address: str, session: str, bell: Bell) -> None:
        self.address = address.replace("dask://", "tcp://", 1)
        self.session, self._bell = session, bell
        self.client: Any = None
        self.scheduler = ""
        self.refused = False
        self.unfit: dict[str, str] = {}
        self._prepared: set[str] = set()
        self._stream: Any = None
        self._leaving: set[asyncio.Task[None]] = set()

    @property
    def connected(self) -> bool:
        """Tell whether the scheduler is there, as far as is known."""
        here = self.client is not None and self.client.status == "running"
        return here and self.client.scheduler_comm is self._stream  # else it has come back by itself, and was forgotten

    async def connect(self) -> None:
        """Connect to the scheduler. Raises ``Unavailable``."""
        self._drop()
        await self._knock()
        try:
            self.client = await self._client()
            self.scheduler = str(self.client.scheduler_info()["id"])
            self._stream = self.client.scheduler_comm
            self.client.subscribe_topic(topic(self.session), lambda event: self._bell(event[1]))
        except UNREACHABLE as error:
            self._drop()
            raise self._unavailable(str(error)) from None

    async def disconnect(self) -> None:
        """Let go of the client, and wait until it is closed."""
        self._drop()
        if self._leaving:
            await asyncio.wait(self._leaving)

    def _drop(self) -> None:
        """Let go of the client, whatever state it is in; it takes its time to close when its scheduler is gone."""
        client, self.client = self.client, None
        self._prepared.clear()
        self.unfit.clear()
        if client is not None:
            leaving = asyncio.create_task(_closed(client))
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)

    async def _knock(self) -> None:
        """See whether anybody listens; Dask itself would go on trying for as long as it may."""
        place = urlsplit(self.address)
        self.refused = False
        if place.scheme not in ("tcp", "tls"):
            return
        try:
            async with asyncio.timeout(CONNECT_S):
                _, stream = await asyncio.open_connection(place.hostname, place.port)
            stream.close()
        except (OSError, TimeoutError) as error:
            self.refused = isinstance(error, ConnectionRefusedError)
            raise self._unavailable("nobody listens there" if self.refused else str(error) or "no answer") from None

    async def _client(self) -> Any:
        from distributed import Client

        _quieten()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that versions of Dask differ; what does not work will say so
            make: Any = Client  # untyped
            client = make(self.address, asynchronous=True, timeout=CONNECT_S, set_as_default=False)
            try:
                await client
            except BaseException:  # cancelled too: what it has begun goes on otherwise
                await client.close(timeout=CONNECT_S)
                raise
        return client

    async def prepare(self, workers: Collection[str]) -> None:
        """Make workers answer to us; those that have no phoenix, or another version, are ``unfit``."""
        async with asyncio.timeout(ANSWER_S):
            told = await self._here().run(install, workers=list(workers), on_error="return")
        for worker, version in told.items():
            self._prepared.add(worker)
            if isinstance(version, BaseException):
                self.unfit[worker] = f"{type(version).__name__}: {version}"
            elif version != __version__:
                self.unfit[worker] = f"it has phoenix {version}, here is {__version__}"

    @staticmethod
    async def settled(future: Any) -> BaseException | None:
        """Wait until Dask has done with a task; return what was wrong with it, None also when it was dropped."""
        from concurrent.futures import CancelledError

        import distributed

        wait: Any = distributed.wait  # untyped
        try:
            with future.client.as_current():
                await wait(future)
            return await future.exception() if future.status == "error" else None
        except (CancelledError, *UNREACHABLE):
            return None

    async def workers(self) -> dict[str, int]:
        """Return the workers that can perform steps, and how many each at once. Raises one of ``UNREACHABLE``."""
        async with asyncio.timeout(ANSWER_S):
            found = dict(await self._here().nthreads())
        self._prepared.intersection_update(found)
        self.unfit = {worker: why for worker, why in self.unfit.items() if worker in found}
        if new := found.keys() - self._prepared:
            await self.prepare(new)
        return {worker: slots for worker, slots in found.items() if worker not in self.unfit}

    def without_workers(self) -> Unavailable:
        """Return what to tell when nobody there can perform steps."""
        for worker, why in self.unfit.items():
            return Unavailable(
                f"the worker {worker} of the Dask cluster at {self.address} cannot run steps",
                code="executor.worker",
                cause=why,
                hints=(f'install "phoenix-cli[dask]=={__version__}" where the workers run',),
            )
        return Unavailable(
            f"the Dask cluster at {self.address} has no workers",
            code="executor.no_workers",
            hints=(f"dask worker {self.address}",),
        )

    async def announce(self, fence: int) -> None:
        """Tell the scheduler, and so every worker that asks it, which driver is the newest."""
        async with asyncio.timeout(ANSWER_S):
            await self._here().set_metadata(["phoenix", self.session], fence)

    async def exchange(self, worker: str, message: Mapping[str, Any]) -> Mapping[str, Any]:
        """Ask one worker of ours, by way of the scheduler. Raises one of ``UNREACHABLE``."""
        words = {"op": OP, "session": self.session, **message}
        async with asyncio.timeout(ANSWER_S):
            answer = await self._here().scheduler.proxy(msg=words, worker=worker)
        if answer is None:  # a worker that has come since; it has no handler, and so no jobs
            return {"stale": 0, "at": 0.0, "jobs": []}
        return answer  # type: ignore[no-any-return]

    def send(self, body: Mapping[str, Any], name: str, priority: float) -> Any:
        """Give a task to Dask, for any worker or for those that are fit; return its future."""
        only = sorted(self._prepared - self.unfit.keys()) if self.unfit else None
        return self._here().submit(perform, body, key=name, pure=False, retries=0, priority=priority, workers=only)

    def _here(self) -> Any:
        if self.client is None:
            raise ConnectionError("not connected")
        return self.client

    def _unavailable(self, cause: str) -> Unavailable:
        return Unavailable(
            f"cannot reach the Dask scheduler at {self.address}",
            code="executor.unreachable",
            cause=cause,
            hints=("dask scheduler", f"dask worker {self.address}"),
        )


async def _closed(client: Any) -> None:
    try:
        await client.close(timeout=CONNECT_S)
    except UNREACHABLE:
        pass  # it was gone already


def _quieten() -> None:
    """Keep Dask from writing to standard error: what matters is reported, in our words."""
    for name in list(logging.Logger.manager.loggerDict):
        if name.partition(".")[0] in ("distributed", "tornado"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # each has a level of its own
