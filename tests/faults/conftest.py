"""One ground for all tests of a worker, emptied for each."""

from collections.abc import Iterator

import pytest

from infra.local.ministack import MiniStack
from tests.faults.arena import Arena
from tests.faults.ground import Ground
from tests.faults.wire import Wire


@pytest.fixture(scope="session")
def ground(ministack: MiniStack) -> Iterator[Ground]:
    with Ground(ministack.endpoint_url) as ground:
        yield ground


@pytest.fixture
def arena(ground: Ground) -> Arena:
    return Arena(ground)


@pytest.fixture(scope="session")
def wire(ground: Ground) -> Wire:
    """The line between the functions and DynamoDB, on which troubles may wait."""
    return Wire(ground.database.connection.shared)
