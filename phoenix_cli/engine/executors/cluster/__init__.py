"""Jobs on a Dask cluster that somebody runs: placed by its scheduler, carried out by processes of ours beside its workers.

    driver's machine    executor.py → carrier.py → contact.py → link.py (the only one that holds a Dask client)
    a worker's machine  worker_side.py → worker_jobs.py → worker_job.py → tree.py, call_process.py

Dask finds a free slot and says when a worker is lost; it never holds a result, a log or a decision. A task that gets a slot
*waits for a go*: the driver gives one for each submission, so a task that Dask runs a second time does nothing. Once a
second the driver talks to each worker that has jobs: it renews their leases, hands over cancels, fetches output and results.
"""

from phoenix_cli.engine.executors.cluster.executor import DaskExecutor as DaskExecutor
from phoenix_cli.engine.executors.cluster.executor import reach as reach
