"""One laptop for all tests of the functions, emptied for each; a ground of its own for each file under faults."""

import sys
from collections.abc import Iterator
from datetime import time

import pytest

from infra.local.demo.laptop import FUNCTIONS, Laptop
from infra.local.ministack import MiniStack
from tests.faults.arena import Arena
from tests.faults.ground import Ground
from tests.functions.house import House
from tests.functions.story import Chapter, Story


@pytest.fixture(scope="package")
def furnished() -> Iterator[House]:
    for name in FUNCTIONS:
        sys.modules.pop(f"functions.{name}.handler", None)
    with Laptop(Story, Chapter.UP_FLAT.at(time(9, 0))) as laptop:
        yield House(laptop)


@pytest.fixture
def house(furnished: House) -> House:
    furnished.empty()
    return furnished


@pytest.fixture(scope="module")
def ground(ministack: MiniStack, request: pytest.FixtureRequest) -> Iterator[Ground]:
    """The ground of a file's arenas; its tables carry the file's name."""
    with Ground(ministack.endpoint_url, request.path.stem.replace("_", "-")) as ground:
        yield ground


@pytest.fixture
def arena(ground: Ground) -> Arena:
    return Arena(ground)
