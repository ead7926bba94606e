import pytest

from tests.engine.leases.world import World


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    yield made
    made.state.close()
