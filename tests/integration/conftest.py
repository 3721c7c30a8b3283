"""Stores over an atomic engine, each of a stage that no other test uses, and a position on its way out."""

from collections.abc import Callable
from itertools import count

import pytest

from infra.local.ministack import REGION, MiniStack
from shared.adapters.aws import Aws
from shared.domain.positions import PositionState
from tests.store import Store, new_store, position

HELD = position(state=PositionState.OPEN)
CLOSING = HELD.model_copy(update={"state": PositionState.CLOSING, "closing_intent": "x1", "version": 2})
OpenStore = Callable[[], Store]
_stages = count()


@pytest.fixture(scope="module")
def open_store(ministack: MiniStack) -> OpenStore:
    aws = Aws(region=REGION, endpoint_url=ministack.endpoint_url)
    return lambda: new_store(aws, f"atomic{next(_stages)}")


@pytest.fixture
def store(open_store: OpenStore) -> Store:
    return open_store()
