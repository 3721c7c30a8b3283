"""One ground for all tests of a worker, emptied for each."""

from collections.abc import Iterator

import pytest

from infra.local.ministack import MiniStack
from tests.faults.arena import Arena, Ground


@pytest.fixture(scope="session")
def ground(ministack: MiniStack) -> Iterator[Ground]:
    with Ground(ministack.endpoint_url) as ground:
        yield ground


@pytest.fixture
def arena(ground: Ground) -> Arena:
    return Arena(ground)
