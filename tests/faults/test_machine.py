"""The state machine of faults, some examples of it; `make soak` plays thousands."""

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.faults.ground import Ground
from tests.faults.machine import FaultMachine
from tests.faults.soak import machine_on, playing
from tests.faults.wire import Wire

EXAMPLES = 100


@pytest.mark.parametrize(
    "seed",
    [
        pytest.param(1, id="first hundred"),
        pytest.param(2, id="second hundred"),
    ],
)
def test_whatever_fails_in_whatever_order_every_invariant_holds(ground: Ground, wire: Wire, seed: int) -> None:
    machine = machine_on(ground, wire, seed)
    run_state_machine_as_test(machine, settings=settings(playing(EXAMPLES)))
    assert machine.tally.is_clean
    assert machine.tally.orders_sent > EXAMPLES / 4
    assert issubclass(machine, FaultMachine)
