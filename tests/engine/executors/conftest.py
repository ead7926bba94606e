"""What the tests of executors share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def no_cluster_is_left() -> Iterator[None]:
    """Stop the Dask cluster if a test has started it."""
    yield
    from tests.engine.executors.dask_stand import Shared

    Shared.stop()
