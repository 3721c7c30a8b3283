"""What a closed trade is on a tax form: each leg of each closing, in its year, and all of it the result."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.cli.gains import gain_rows
from shared.domain.config import Fees
from shared.domain.fills import FillKind, cash_by_leg
from shared.domain.orders import BrokerLeg, closing_side, opening_side
from shared.domain.positions import ClosedTrade, Position, PositionState
from shared.domain.vocabulary import ExitReason, Strategy, TradingMode
from shared.phases.execution.booking import closed_trade, filled_position, reduced_position
from shared.phases.execution.fills import exit_fill
from shared.phases.monitoring import settlement_fill
from tests import builders
from tests.builders import NOON, position, short
from tests.unit.phases.midway import all_left

SPREAD, CONDOR, CALL, PUT = (
    Strategy.BULL_PUT_SPREAD,
    Strategy.IRON_CONDOR,
    Strategy.LONG_CALL,
    Strategy.CASH_SECURED_PUT,
)
LIVE = TradingMode.LIVE
DECEMBER = datetime(2026, 12, 30, 17, tzinfo=UTC)
JANUARY = datetime(2027, 1, 4, 17, tzinfo=UTC)
FEES = Fees()
NO_FEES = Fees(per_contract=Decimal(0), index_surcharge=Decimal(0))
Prices = tuple[str, ...]


def legs_at(of: Position, prices: Prices, contracts: int, *, opens: bool) -> tuple[BrokerLeg, ...]:
    """The legs of an order as the broker reports them: each at its own average price."""
    return tuple(
        BrokerLeg(
            option_symbol=leg.option_symbol,
            side=opening_side(leg) if opens else closing_side(leg),
            filled_contracts=contracts,
            fill_price=Decimal(price),
        )
        for leg, price in zip(of.legs, prices, strict=True)
    )


def by_cash(legs: tuple[BrokerLeg, ...]) -> Decimal:
    """The premium of a package as its legs make it: positive when it comes in."""
    return sum((-leg.side.sign * (leg.fill_price or Decimal(0)) for leg in legs), Decimal(0))


def opened(planned: Position, prices: Prices, contracts: int = 2, at: datetime = NOON, fees: Fees = FEES) -> Position:
    legs = legs_at(planned, prices, contracts, opens=True)
    return filled_position(planned, contracts, by_cash(legs), at, fees, legs)


def closed(held: Position, prices: Prices, contracts: int, at: datetime, fees: Fees = FEES) -> Position:
    legs = legs_at(held, prices, contracts, opens=False)
    return reduced_position(held, exit_fill(held, contracts, by_cash(legs), at, fees, legs))


def planned(strategy: Strategy = SPREAD, contracts: int = 2, **changes: Any) -> Position:
    return position(strategy, contracts=contracts, state=PositionState.OPENING, opened_at=None, **changes)


def result_of(held: Position, at: datetime = NOON) -> ClosedTrade:
    return closed_trade(held, at, ExitReason.PROFIT_TARGET)


def test_each_leg_of_each_closing_has_its_row_in_the_year_of_that_closing() -> None:
    held = opened(planned(), ("3.00", "1.80"))
    held = closed(held, ("2.00", "1.30"), 1, DECEMBER)
    held = closed(held, ("0.40", "0.10"), 1, JANUARY)
    rows = list(gain_rows([held], [result_of(held)]))
    told = [(row["side"], row["contracts"], row["tax_year"], str(row["proceeds"]), str(row["cost"])) for row in rows]
    assert told == [
        ("short", 1, 2026, "300.00", "200.70"),
        ("long", 1, 2026, "130.00", "180.70"),
        ("short", 1, 2027, "300.00", "40.70"),
        ("long", 1, 2027, "10.00", "180.70"),
    ]
    assert [row["option_symbol"] for row in rows[:2]] == [leg.option_symbol for leg in held.legs]
    assert {row["fees"] for row in rows} == {Decimal("0.70")}
    assert [row["ending"] for row in rows[:2]] == ["bought back", "sold"]
    assert (rows[0]["acquired"], rows[0]["sold"]) == (date(2026, 12, 30), NOON.date())
    assert (rows[1]["acquired"], rows[1]["sold"]) == (NOON.date(), date(2026, 12, 30))
    assert sum(row["gain"] for row in rows) == result_of(held).pnl


def test_what_is_still_open_brings_only_what_was_closed_of_it() -> None:
    held = closed(opened(planned(), ("3.00", "1.80")), ("2.00", "1.30"), 1, DECEMBER)
    rows = list(gain_rows([held], []))
    assert sum(row["gain"] for row in rows) == held.counted_pnl
    assert list(gain_rows([opened(planned(), ("3.00", "1.80"))], [])) == []


@pytest.mark.parametrize(
    ("underlying", "close", "endings"),
    [
        pytest.param("SPY", "400", ["expired", "expired"], id="out of the money"),
        pytest.param("SPY", "388", ["assigned", "expired"], id="between the strikes"),
        pytest.param("SPY", "380", ["assigned", "exercised"], id="below both"),
        pytest.param("SPX", "380", ["settled in cash", "settled in cash"], id="an index pays cash"),
    ],
)
def test_expiration_ends_each_leg_at_its_own_worth(underlying: str, close: str, endings: list[str]) -> None:
    held = opened(planned(underlying=underlying), ("3.00", "1.80"), fees=NO_FEES)
    held = reduced_position(held, settlement_fill(held, Decimal(close), JANUARY))
    rows = list(gain_rows([held], [result_of(held)]))
    assert [row["ending"] for row in rows] == endings
    assert rows[0]["gain"] == Decimal(600) - 200 * max(390 - Decimal(close), Decimal(0))
    assert sum(row["gain"] for row in rows) == result_of(held).pnl


@pytest.mark.parametrize(
    ("underlying", "strategy", "days", "expected"),
    [
        pytest.param("SPY", CALL, 10, ("short", "100.00", "0.00", "no", "8949"), id="a fund's option held for days"),
        pytest.param("SPY", CALL, 365, ("short", "100.00", "0.00", "no", "8949"), id="held for a year to the day"),
        pytest.param("SPY", CALL, 366, ("long", "0.00", "100.00", "no", "8949"), id="held for more than a year"),
        pytest.param("SPY", PUT, 366, ("short", "100.00", "0.00", "no", "8949"), id="what was written is never long"),
        pytest.param("SPX", PUT, 10, ("60/40", "40.00", "60.00", "yes", "6781"), id="an index option, held for days"),
        pytest.param("SPX", CALL, 400, ("60/40", "40.00", "60.00", "yes", "6781"), id="or for more than a year"),
    ],
)
def test_the_kind_of_a_gain_follows_from_the_underlying_and_how_it_was_held(
    underlying: str, strategy: Strategy, days: int, expected: tuple[str, ...]
) -> None:
    prices = ("2.00", "1.00") if strategy.is_credit else ("1.00", "2.00")
    held = opened(planned(strategy, 1, underlying=underlying, mode=LIVE), prices[:1], 1, fees=NO_FEES)
    held = closed(held, prices[1:], 1, NOON + timedelta(days=days), NO_FEES)
    (row,) = gain_rows([held], [])
    found = [str(row[name]) for name in ("term", "short_term_gain", "long_term_gain", "section_1256", "form")]
    assert tuple(found) == expected
    assert row["proceeds"] - row["cost"] == row["gain"] == row["short_term_gain"] + row["long_term_gain"]


def test_a_year_that_contains_the_29th_of_february_is_not_over_a_day_early() -> None:
    start = datetime(2027, 3, 1, 17, tzinfo=UTC)
    for end, term in ((datetime(2028, 3, 1, 17, tzinfo=UTC), "short"), (datetime(2028, 3, 2, 17, tzinfo=UTC), "long")):
        held = opened(planned(CALL, 1), ("1.00",), 1, at=start)
        (row,) = gain_rows([closed(held, ("2.00",), 1, end)], [])
        assert row["term"] == term


def by_an_operator(held: Position) -> Position:
    return reduced_position(held, all_left(held, "-123.45", FillKind.BY_HAND))


@pytest.mark.parametrize(
    "held",
    [
        pytest.param(by_an_operator(opened(planned(), ("3.00", "1.80"))), id="the close is known as a whole only"),
        pytest.param(
            closed(filled_position(planned(), 2, Decimal("1.20"), NOON, FEES), ("2.00", "1.30"), 2, JANUARY),
            id="the entry is known as a whole only",
        ),
    ],
)
def test_where_a_price_of_a_leg_is_not_known_the_structure_is_one_row_and_none_is_invented(held: Position) -> None:
    (row,) = gain_rows([held], [])
    assert row["option_symbol"].split() == [leg.option_symbol for leg in held.legs]
    assert row["gain"] == result_of(held).pnl
    assert row["proceeds"] == Decimal("240.00")


def test_a_position_that_kept_no_fills_is_one_row_at_its_last_close() -> None:
    trade = builders.closed_trade(pnl=Decimal("50.25"), fees=Decimal("1.40"), closed_at=JANUARY, opened_at=NOON)
    for positions in ([], [position()]):
        (row,) = gain_rows(positions, [trade])
        assert (row["gain"], row["tax_year"], row["proceeds"]) == (Decimal("50.25"), 2027, Decimal("100.00"))


def test_legs_that_do_not_add_up_to_the_whole_are_not_believed() -> None:
    legs = legs_at(planned(), ("3.00", "1.80"), 2, opens=True)
    assert cash_by_leg(legs, 2, Decimal(240)) is not None
    assert cash_by_leg(legs, 2, Decimal(250)) is None


PRICES = st.decimals("0.01", "30", places=4)


@st.composite
def lives(draw: st.DrawFn) -> Position:
    """A position from its entry to its end: closed in parts, at last by an order, a settlement or a hand."""
    strategy = draw(st.sampled_from(Strategy))
    contracts = draw(st.integers(1, 7))
    fees = Fees(per_contract=draw(st.decimals("0", "2", places=3)), index_surcharge=Decimal("0.125"))
    start = planned(strategy, contracts, underlying=draw(st.sampled_from(["SPY", "SPX"])))
    count = len(start.legs)

    def prices() -> Prices:
        return tuple(str(price) for price in draw(st.lists(PRICES, min_size=count, max_size=count)))

    held = opened(start, prices(), contracts, fees=fees)
    at = NOON
    while held.remaining_contracts > 1 and draw(st.booleans()):
        at += timedelta(days=draw(st.integers(0, 200)))
        held = closed(held, prices(), draw(st.integers(1, held.remaining_contracts - 1)), at, fees)
    match draw(st.sampled_from(FillKind)):
        case FillKind.SETTLEMENT:
            return reduced_position(held, settlement_fill(held, draw(st.decimals("350", "450", places=2)), at))
        case FillKind.BY_HAND:
            return reduced_position(held, all_left(held, draw(st.decimals("-900", "900", places=2)), FillKind.BY_HAND))
        case _:
            return closed(held, prices(), held.remaining_contracts, at, fees)


@given(lives())
def test_the_rows_of_a_position_add_up_to_its_result(held: Position) -> None:
    rows = list(gain_rows([held], []))
    trade = result_of(held)
    assert sum(row["gain"] for row in rows) == trade.pnl == held.counted_pnl
    assert sum(row["proceeds"] - row["cost"] for row in rows) == trade.pnl
    assert sum(row["short_term_gain"] + row["long_term_gain"] for row in rows) == trade.pnl
    for leg in held.legs:
        mine = [row["contracts"] for row in rows if leg.option_symbol in row["option_symbol"].split()]
        assert sum(mine) == held.contracts
    assert all(row["proceeds"] >= 0 for row in rows)


@given(lives())
def test_the_rows_of_a_day_are_what_the_ledger_counted_that_day(held: Position) -> None:
    so_far = held.model_copy(update={"fills": held.fills[:2]})
    first = held.fills[1]
    share = (held.fills[0].cash - held.fills[0].fees) * first.contracts / held.contracts
    (told,) = {sum(row["gain"] for row in gain_rows([so_far], []))}
    assert abs(told - (share + first.cash - first.fees)) <= Decimal("0.005")


def test_a_row_names_its_contract() -> None:
    held = opened(planned(PUT, 1, legs=(short(390),)), ("2.00",), 1)
    (row,) = gain_rows([closed(held, ("1.00",), 1, JANUARY)], [])
    assert row["description"] == f"1 SPY {held.expiration} 390 PUT"
