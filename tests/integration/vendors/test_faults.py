"""How faults are asked for, counted and cleared."""

import pytest

from infra.local.vendors.control import SimulatorControl
from infra.local.vendors.faults import FaultKind
from tests.integration.vendors.conftest import Broker
from tests.integration.vendors.forms import SHORT_PUT


def test_a_quote_may_be_missing_until_cleared(broker: Broker, control: SimulatorControl) -> None:
    fault = control.inject(FaultKind.QUOTE_MISSING, symbol=SHORT_PUT, count=None)
    for _ in range(2):
        assert broker.get("/markets/quotes", symbols=SHORT_PUT)["quotes"] == {
            "unmatched_symbols": {"symbol": SHORT_PUT}
        }
    assert control.faults() == [{"id": fault, "kind": "quote_missing", "struck": 2, "remaining": None}]
    control.clear(fault)
    assert "quote" in broker.get("/markets/quotes", symbols=SHORT_PUT)["quotes"]


def test_the_first_occasions_can_be_let_pass(broker: Broker, control: SimulatorControl) -> None:
    control.inject(FaultKind.ERROR_BEFORE, path="/markets/clock", skip=2)
    assert [broker.http.get("/markets/clock").status_code for _ in range(4)] == [200, 200, 500, 200]


def test_a_fault_that_does_not_exist_is_refused(control: SimulatorControl) -> None:
    with pytest.raises(ValueError, match="earthquake"):
        control.inject("earthquake")
