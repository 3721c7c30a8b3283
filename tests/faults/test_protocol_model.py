"""The protocol explored to the last world, and each broken variant with the way into its accident."""

import pytest

from tests.faults.exploration import Accident, explore
from tests.faults.model import Policy

MANY = 10_000


@pytest.mark.parametrize("quiet", [1, 3])
def test_no_interleaving_gives_two_live_orders_or_a_wrong_book(quiet: int) -> None:
    verdict = explore(Policy(quiet=quiet))
    assert (verdict.doubled, verdict.wrong) == (None, None)
    assert verdict.worlds > MANY


@pytest.mark.parametrize(
    "policy",
    [
        pytest.param(Policy(writes_intent_first=False), id="the code as the workflow prints it"),
        pytest.param(Policy(silence_means_failed=True), id="a timeout means failed"),
        pytest.param(Policy(sends_again=True), id="a POST is sent again"),
        pytest.param(Policy(quiet=0), id="no quiet period"),
        pytest.param(Policy(quiet=3, keeps_deadline=False), id="a worker without a deadline"),
    ],
)
def test_each_broken_variant_can_have_two_live_orders(policy: Policy) -> None:
    verdict = explore(policy, until=Accident.TWO_LIVE_ORDERS)
    assert verdict.doubled is not None
    assert any("acknowledged" in move or "accepted" in move for move in verdict.doubled)


@pytest.mark.parametrize(
    "policy",
    [
        pytest.param(Policy(silence_means_failed=True), id="a timeout means failed"),
        pytest.param(Policy(quiet=0), id="no quiet period"),
        pytest.param(Policy(quiet=3, keeps_deadline=False), id="a worker without a deadline"),
    ],
)
def test_each_broken_variant_can_leave_an_order_that_nobody_knows(policy: Policy) -> None:
    assert explore(policy, until=Accident.ORDER_NOBODY_KNOWS).wrong is not None
