"""A Dask cluster as an executor: ``phoenix flow run --executor dask://host:port``.

The working folder and the files of a flow are shared: the workers run on this machine, or see the same file system. They
need the same version of phoenix. Logs, values and cancels travel over Dask's own connections.

What is promised beyond the interface: a job begins at most once for each submission, whatever Dask does with its task; it
ends by itself within ``lease_s`` of the death of its driver, and within seconds of the death of its worker or of the
scheduler; what it leaves running is ended with it. Jobs that cannot be sent wait for ``patience_s``, then they are
*unavailable*; those that ran when the scheduler died are *lost*.
"""

from __future__ import annotations

import asyncio
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from phoenix_cli.engine.executors.cluster import takeover
from phoenix_cli.engine.executors.cluster.beside import end_tasks
from phoenix_cli.engine.executors.cluster.carried import GRANTED
from phoenix_cli.engine.executors.cluster.carrier import Carrier
from phoenix_cli.engine.executors.cluster.link import UNREACHABLE, Link
from phoenix_cli.engine.executors.cluster.session import session_of
from phoenix_cli.engine.executors.cluster.task import END_GRACE_S, LEASE_S
from phoenix_cli.engine.executors.cluster.upkeep import Upkeep
from phoenix_cli.engine.executors.interface import Capabilities, Deliver, Job, JobKey
from phoenix_cli.kernel.errors import PhoenixError, Unavailable

PATIENCE_S = 60.0
CLOSE_S = 5.0
GOODBYE_S = 1.0
T = TypeVar("T")


class DaskExecutor:
    """Performs jobs on an existing Dask cluster. ``folder`` is the run's: it names the run's jobs for later drivers."""

    def __init__(self, address: str, folder: Path, *, lease_s: float = LEASE_S, patience_s: float = PATIENCE_S) -> None:
        self._address, self._folder, self._lease_s, self._patience_s = address, folder, lease_s, patience_s
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._live, name="phoenix-dask", daemon=True)
        self._loop: asyncio.AbstractEventLoop
        self._carrier: Carrier
        self._upkeep: Upkeep
        self._end: asyncio.Event

    def open(self, deliver: Deliver) -> None:
        """Get ready, and begin to connect."""
        import_dask()
        self._folder.mkdir(parents=True, exist_ok=True)
        session = session_of(self._folder, self._address)
        self._carrier = Carrier(session, deliver, self._lease_s)
        self._carrier.link = Link(self._address, session, self._carrier.bell)
        self._upkeep = Upkeep(self._carrier, self._carrier.link, self._patience_s)
        self._thread.start()
        self._ready.wait()

    def capabilities(self) -> Capabilities:
        """Tell how many jobs the workers can perform at once. Raises ``Unavailable``: unreachable, or no workers."""
        return self._do(self._capabilities())

    def submit(self, job: Job) -> None:
        """Take a job."""
        self._post(lambda: self._carrier.submit(job))

    def cancel(self, key: JobKey, grace_s: float) -> None:
        """End a job's whole tree."""
        self._post(lambda: self._carrier.cancel(key, grace_s))

    def settled(self, keys: Collection[JobKey]) -> None:
        """Let the workers forget how these jobs ended: the journal knows it."""
        self._post(lambda: self._carrier.settled(keys))

    def adopt(self, known: Collection[JobKey], fence: int) -> frozenset[JobKey]:
        """Take over what still runs on the cluster; end all else that is left of this run there."""
        return self._do(self._adopt(known, fence))

    def close(self, *, kill: bool) -> None:
        """Let go; what runs ends within ``lease_s`` unless another driver adopts it."""
        if self._thread.is_alive():
            self._do(self._close(kill))
            self._thread.join()

    def _live(self) -> None:
        asyncio.run(self._main())

    async def _main(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        self._carrier.beside.spawn(self._upkeep.live())
        self._ready.set()
        await self._end.wait()
        await self._carrier.beside.stop()
        await self._carrier.link.disconnect()
        await end_tasks(asyncio.all_tasks() - {asyncio.current_task()})  # Dask's own

    def _post(self, act: Callable[[], None]) -> None:
        try:
            self._loop.call_soon_threadsafe(act)
        except RuntimeError:
            pass  # closed: nobody is told anything any more

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _capabilities(self) -> Capabilities:
        await self._upkeep.connect()
        if self._carrier.link.connected:
            await self._upkeep.look()
        if self._upkeep.trouble is not None:
            raise self._upkeep.trouble
        slots = self._carrier.slots
        labels = {
            "dask": self._address,
            "workers": str(len(slots)),
            "unfit workers": str(len(self._carrier.link.unfit)),
        }
        return Capabilities(sum(slots.values()), survives=True, labels=labels)

    async def _adopt(self, known: Collection[JobKey], fence: int) -> frozenset[JobKey]:
        await self._upkeep.connect()
        try:
            return await takeover.adopt(self._carrier, known, fence)
        except (PhoenixError, *UNREACHABLE):
            return frozenset()  # then their leases end them

    async def _close(self, kill: bool) -> None:
        if kill:
            for key in list(self._carrier.jobs):
                self._carrier.cancel(key, END_GRACE_S)
            await self._until_ended()
        await self._say_goodbye()
        self._end.set()

    async def _say_goodbye(self) -> None:
        """Let workers forget what is settled, as far as they answer soon."""
        carrier = self._carrier
        contacts = [one for name, one in carrier.contacts.items() if one.settled and name in carrier.slots]
        if contacts and carrier.link.connected and not carrier.stale:
            words = [asyncio.create_task(contact.once()) for contact in contacts]
            await asyncio.wait(words, timeout=GOODBYE_S)

    async def _until_ended(self) -> None:
        deadline = time.monotonic() + END_GRACE_S + CLOSE_S
        while any(one.state == GRANTED for one in self._carrier.jobs.values()) and time.monotonic() < deadline:
            await asyncio.sleep(0.05)


def reach(address: str) -> Capabilities:
    """Return what a cluster can do. Raises ``Unavailable`` when it cannot be reached, or has nobody to perform steps."""
    with tempfile.TemporaryDirectory() as folder:
        executor = DaskExecutor(address, Path(folder))
        executor.open(lambda report: None)
        try:
            return executor.capabilities()
        finally:
            executor.close(kill=False)


def import_dask() -> None:
    """See that the extra is installed. Raises ``Unavailable``."""
    try:
        import distributed  # noqa: F401
    except ImportError as error:
        raise Unavailable(
            "steps cannot be run on a Dask cluster",
            code="executor.no_dask",
            cause=str(error),
            hints=('pip install "phoenix-cli[dask]"',),
        ) from None
