"""An AWS inside the process, for whatever needs no real concurrency."""

from collections.abc import Iterator
from itertools import count

import pytest
from moto import mock_aws

from shared.adapters.aws import Aws
from tests.store import Store, new_store

_stages = count()


@pytest.fixture(scope="module")
def aws() -> Iterator[Aws]:
    with mock_aws():
        yield Aws(region="us-east-1")


@pytest.fixture
def store(aws: Aws) -> Store:
    """The store of a stage that no other test uses."""
    return new_store(aws, f"stage{next(_stages)}")
