"""What the tests of executors share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.executors.dask_bench import Bench
from tests.engine.executors.dask_cluster import Cluster


@pytest.fixture(scope="session", autouse=True)
def no_cluster_is_left() -> Iterator[None]:
    """Stop the Dask cluster if a test has started it."""
    yield
    from tests.engine.executors.dask_stand import Shared

    Shared.stop()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    made.start_scheduler()
    yield made
    made.stop()


@pytest.fixture
def bench(cluster: Cluster, tmp_path: Path) -> Iterator[Bench]:
    """The cluster made whole again after what the last test did to it."""
    cluster.heal()
    made = Bench(cluster, tmp_path)
    yield made
    for driver in made.drivers:
        driver.close(kill=True)
