"""A short pause between two looks at a workflow that runs."""

from collections.abc import Callable
from threading import Event

import pytest

POLL_SECONDS = 0.05


@pytest.fixture
def pause() -> Callable[[float], object]:
    """Wait a little, however long was asked for."""
    return lambda _: Event().wait(POLL_SECONDS)
