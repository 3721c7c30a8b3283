"""A wrong key, and the shapes that recordings and simulators share."""

from typing import Any

import pytest

from shared.domain.errors import AlphaGexError, CredentialsError
from tests.integration.vendors import shapes
from tests.integration.vendors.contract import recorded_polygon, recorded_tradier, recorded_volatility
from tests.integration.vendors.contract.conftest import World
from tests.integration.vendors.forms import SHORT_PUT


@pytest.mark.parametrize("vendor", ["tradier", "polygon", "volatility"])
def test_a_wrong_key_is_refused_and_never_told(world: World, vendor: str) -> None:
    calls: dict[str, Any] = {
        "tradier": lambda: world.tradier("a-wrong-key-entirely").clock(),
        "polygon": lambda: world.polygon("a-wrong-key-entirely").vix(),
        "volatility": lambda: world.volatility(key="a-wrong-key-entirely").gamma("SPY"),
    }
    error: type[AlphaGexError] = CredentialsError
    with pytest.raises(error) as caught:
        calls[vendor]()
    assert "a-wrong-key-entirely" not in str(caught.value)


@pytest.mark.parametrize(
    ("row", "shape"),
    [
        pytest.param(recorded_tradier.SPY, shapes.UNDERLYING_QUOTE, id="a fund's quote"),
        pytest.param(recorded_tradier.VIX, shapes.UNDERLYING_QUOTE, id="an index's quote"),
        pytest.param(
            recorded_tradier.option(SHORT_PUT, 1.7, 1.8, with_greeks=False), shapes.OPTION_QUOTE, id="an option"
        ),
        pytest.param(recorded_tradier.chain_rows()[0]["greeks"], shapes.GREEKS, id="greeks"),
        pytest.param(recorded_tradier.DAYS[0], shapes.HISTORY_DAY, id="a day"),
        pytest.param(recorded_tradier.order_row(tag=None), shapes.MULTILEG_ORDER, id="a multileg order"),
        pytest.param(recorded_tradier.order_row()["leg"][0], shapes.MULTILEG_LEG, id="its leg"),
        pytest.param(recorded_tradier.POSITION, shapes.POSITION, id="a holding"),
        pytest.param(recorded_polygon.INDEX, shapes.INDEX_SNAPSHOT, id="an index"),
        pytest.param(recorded_polygon.INDEX["session"], shapes.INDEX_SESSION, id="its session"),
        pytest.param(recorded_polygon.snapshot_row(270, "C")["details"], shapes.CONTRACT_DETAILS, id="a contract"),
        pytest.param(recorded_polygon.snapshot_row(270, "C")["last_quote"], shapes.LAST_QUOTE, id="its quote"),
        pytest.param(recorded_volatility.STATE, shapes.STATE, id="a state"),
        pytest.param(recorded_volatility.STATE["gamma"], shapes.STATE_GAMMA, id="its exposure"),
        pytest.param(recorded_volatility.POINTS[0], shapes.STRIKE_POINT, id="a strike"),
        pytest.param(recorded_volatility.VERSION_1, shapes.VERSION_1_LATEST, id="version 1"),
    ],
)
def test_recorded_shapes_are_those_that_the_simulators_are_held_to(row: Any, shape: shapes.Shape) -> None:
    assert shapes.misfits(row, shape) == []
