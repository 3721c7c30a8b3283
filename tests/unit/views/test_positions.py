"""Open positions: mark, profit, the way to target and stop, payoff."""

from decimal import Decimal

import pytest

from shared.domain.positions import PositionState
from shared.domain.vocabulary import Bot, Strategy
from shared.views.payoff import payoff_view
from shared.views.positions import PositionView, positions_view
from tests.builders import NOON, position, quotes_at, snapshot
from tests.shelf import Shelf

SPREAD, CALL = Strategy.BULL_PUT_SPREAD, Strategy.LONG_CALL


def only(shelf: Shelf) -> PositionView:
    (view,) = positions_view(shelf.sources()).positions
    return view


@pytest.mark.parametrize(
    ("strategy", "entry", "mark", "pnl", "to_target", "to_stop"),
    [
        pytest.param(SPREAD, "1.00", "1.00", "0.00", "0", "0", id="a spread at its entry"),
        pytest.param(SPREAD, "1.00", "0.75", "25.00", "0.5", "0", id="a spread that kept a quarter, half its target"),
        pytest.param(SPREAD, "1.00", "2.00", "-100.00", "0", "0.5", id="a spread at half its stop"),
        pytest.param(SPREAD, "1.00", "3.50", "-250.00", "0", "1.25", id="a spread beyond its stop"),
        pytest.param(CALL, "5.00", "7.50", "250.00", "0.5", "0", id="a call halfway to double"),
        pytest.param(CALL, "5.00", "3.75", "-125.00", "0", "0.5", id="a call halfway to its stop"),
    ],
)
def test_a_position_tells_how_far_it_is(
    strategy: Strategy, entry: str, mark: str, pnl: str, to_target: str, to_stop: str
) -> None:
    held = position(strategy, entry)
    view = only(Shelf(positions=[held], option_marks=quotes_at(held, mark), snapshots=[snapshot()]))
    assert (view.mark, view.pnl) == (Decimal(mark), Decimal(pnl))
    assert (view.to_target, view.to_stop) == (Decimal(to_target), Decimal(to_stop))


def test_what_has_not_filled_has_neither_gained_nor_lost() -> None:
    held = position(SPREAD, "1.00", opened_at=None, state=PositionState.OPENING)
    marks = quotes_at(held, "1.20")
    view = positions_view(Shelf(positions=[held], option_marks=marks, snapshots=[snapshot()]).sources())
    assert (view.positions[0].mark, view.positions[0].pnl) == (Decimal("1.20"), Decimal(0))
    assert [(one.pnl, one.risk) for one in view.totals] == [(Decimal(0), held.total_risk)]


def test_the_marks_of_target_and_stop_are_where_its_profits_are() -> None:
    held = position(SPREAD, "1.00", contracts=3)
    view = only(Shelf(positions=[held], option_marks=quotes_at(held, "1.00"), snapshots=[snapshot()]))
    assert (view.target_mark, view.stop_mark) == (Decimal("0.50"), Decimal("3.00"))
    assert (view.target_pnl, view.stop_pnl) == (Decimal("150.00"), Decimal("-600.00"))


@pytest.mark.parametrize(
    ("shelf", "reason"),
    [
        pytest.param(Shelf(positions=[position()]), "a leg has no sound quote", id="no quote of its legs"),
        pytest.param(Shelf(positions=[position()], is_silent=True), "no vendor answers", id="no vendor"),
    ],
)
def test_without_quotes_a_position_is_shown_without_a_price_and_with_the_reason(shelf: Shelf, reason: str) -> None:
    view = positions_view(shelf.sources())
    assert [one.pnl for one in view.totals] == [None]
    assert view.positions[0].unpriced == reason
    assert (view.positions[0].mark, view.positions[0].pnl, view.positions[0].payoff) == (None, None, None)


def test_profits_and_risks_add_up_and_what_cannot_be_read_is_named() -> None:
    first, second = position(), position(CALL, "5.00", position_id="p2", bot=Bot.SOLOMON)
    marks = quotes_at(first, "0.75") | quotes_at(second, "7.50")
    shelf = Shelf(positions=[first, second], option_marks=marks, set_aside=(("POS#p9", "a newer schema"),))
    view = positions_view(shelf.sources())
    (total,) = view.totals
    assert (total.positions, total.pnl, total.risk) == (2, Decimal("275.00"), first.total_risk + second.total_risk)
    assert view.set_aside == ("POS#p9: a newer schema",)
    assert [one.position_id for one in positions_view(shelf.sources(), bots=(Bot.SOLOMON,)).positions] == ["p2"]


def test_the_payoff_is_the_credit_above_the_strikes_and_the_maximum_loss_below() -> None:
    held = position(SPREAD, "1.00", contracts=2, fees="2.80")
    payoff = payoff_view(held, Decimal(400), quotes_at(held, "1.00"), NOON)
    assert payoff.at_expiration[-1] == pytest.approx(200 - 5.6)
    assert payoff.at_expiration[0] == pytest.approx(-float(held.max_loss) * 2)
    assert payoff.breakevens[0] == pytest.approx(389.03, abs=0.01)
    assert len(payoff.breakevens) == 1
    assert {385.0, 390.0, 400.0} <= set(payoff.spots)


def test_the_payoff_of_now_goes_through_the_present_mark() -> None:
    held = position(CALL, "5.00")
    payoff = payoff_view(held, Decimal(400), quotes_at(held, "7.50"), NOON)
    assert payoff.now is not None
    assert payoff.now[payoff.spots.index(400.0)] == pytest.approx(250, abs=0.5)
    assert all(now >= end - 0.01 for now, end in zip(payoff.now, payoff.at_expiration, strict=True))
    assert payoff_view(held, Decimal(400), {}, NOON).now is None
