"""One laptop for all tests of the functions, emptied for each."""

import sys
from collections.abc import Iterator
from datetime import time

import pytest

from infra.local.demo.laptop import FUNCTIONS, Laptop
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
