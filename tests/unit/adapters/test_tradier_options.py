"""Tradier's option quotes and chains: greeks, clocks, roots, and rows that cannot be read."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.errors import FeedUnavailableError, MalformedReplyError
from tests.unit.adapters.tradier import answering, client
from tests.unit.adapters.vendor_bodies import (
    GREEKS_TIME,
    LONG_PUT,
    MARKET_TIME,
    SHORT_CALL,
    SHORT_PUT,
    option_row,
    quotes,
    stock_row,
)
from tests.unit.adapters.wire import NOW, Wire, reply

EXPIRATION = date(2026, 4, 17)


def test_trap_14_an_option_without_trades_has_no_last_and_a_bid_of_zero_is_a_bid() -> None:
    quote = answering(quotes([option_row(SHORT_PUT, bid=0.0, ask=0.05)])).option_quotes([SHORT_PUT])[SHORT_PUT]
    assert (quote.bid, quote.mid) == (Decimal(0), Decimal("0.025"))


@pytest.mark.parametrize(
    ("greeks", "iv", "delta"),
    [
        pytest.param({"mid_iv": 0.173, "smv_vol": 0.171, "delta": -0.3}, 0.173, -0.3, id="sound"),
        pytest.param({"mid_iv": 5.25, "smv_vol": 0.171, "delta": -0.3}, 0.171, -0.3, id="absurd mid"),
        pytest.param({"mid_iv": 0.0, "smv_vol": -138_248_470.247, "delta": -0.3}, None, -0.3, id="absurd surface"),
        pytest.param({"mid_iv": 0.2, "delta": 1.000000000000001}, 0.2, 1.0, id="a hair beyond one"),
        pytest.param({"mid_iv": 0.2, "delta": -7.5}, 0.2, None, id="absurd delta"),
        pytest.param({}, None, None, id="empty"),
        pytest.param(None, None, None, id="null"),
    ],
)
def test_trap_15_greeks_may_be_missing_or_absurd(
    greeks: dict[str, Any] | None, iv: float | None, delta: float | None
) -> None:
    body = {"options": {"option": [option_row(SHORT_PUT, greeks=greeks)]}}
    (quote,) = answering(body).option_chain("SPY", EXPIRATION)
    assert (quote.iv, quote.delta) == (iv, delta)


def test_trap_15_greeks_have_a_clock_of_their_own_in_utc() -> None:
    row = option_row(SHORT_PUT)
    (quote,) = answering({"options": {"option": row}}).option_chain("SPY", EXPIRATION)
    assert quote.greeks_as_of == datetime.fromisoformat(f"{GREEKS_TIME}+00:00")
    assert quote.as_of == NOW - timedelta(seconds=3)
    del row["greeks"]
    (without,) = answering({"options": {"option": row}}).option_chain("SPY", EXPIRATION)
    assert (without.delta, without.greeks_as_of) == (None, None)


@pytest.mark.parametrize(
    ("changes", "seconds"),
    [
        pytest.param({"bid_date": MARKET_TIME - 9000, "ask_date": MARKET_TIME}, 3, id="the newer side"),
        pytest.param({"bid_date": 0, "ask_date": MARKET_TIME, "trade_date": 0}, 3, id="one side"),
        pytest.param({"bid_date": 0, "ask_date": 0, "trade_date": MARKET_TIME}, None, id="a trade is no quote"),
    ],
)
def test_trap_20_the_time_of_an_option_quote_is_the_quotes_clock(changes: dict[str, Any], seconds: int | None) -> None:
    quote = answering(quotes(option_row(SHORT_PUT, **changes))).option_quotes([SHORT_PUT])[SHORT_PUT]
    assert quote.as_of == (None if seconds is None else NOW - timedelta(seconds=seconds))


def test_a_chain_has_all_roots_and_leaves_adjusted_contracts_out() -> None:
    rows = [
        option_row("SPXW260417C05600000", root_symbol="SPXW"),
        option_row("SPX260417C05600000", root_symbol="SPX"),
        option_row("SPX1260417C05600000"),
    ]
    wire = Wire(reply({"options": {"option": rows}}))
    chain = client(wire).option_chain("SPX", EXPIRATION)
    assert [quote.contract.root for quote in chain] == ["SPXW", "SPX"]
    assert wire.query == {"symbol": "SPX", "expiration": "2026-04-17", "greeks": "true"}


@pytest.mark.parametrize(
    ("row", "path"),
    [
        pytest.param(option_row("SPY260424P00560000"), "options.option[0].symbol", id="another day"),
        pytest.param(option_row("QQQ260417P00560000"), "options.option[0].symbol", id="another underlying"),
        pytest.param(option_row(SHORT_PUT, bid="cheap"), "options.option[0].bid", id="a word for a price"),
        pytest.param(option_row(SHORT_PUT, ask=[1]), "options.option[0].ask", id="a list for a price"),
        pytest.param(option_row(SHORT_PUT, bid="NaN"), "options.option[0].bid", id="NaN as text"),
        pytest.param(option_row(SHORT_PUT, ask=1e30), "options.option[0].ask", id="huge"),
        pytest.param(
            option_row(SHORT_PUT, open_interest=-4), "options.option[0].open_interest", id="negative interest"
        ),
        pytest.param(
            option_row(SHORT_PUT, bid_date=1_772_638_200, ask_date=1_772_638_200),
            "options.option[0].bid_date",
            id="seconds for milliseconds",
        ),
        pytest.param(option_row(SHORT_PUT, greeks=5), "options.option[0].greeks", id="greeks that are a number"),
        pytest.param(option_row(SHORT_PUT) | {"symbol": None}, "options.option[0].symbol", id="no symbol"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(row: dict[str, Any], path: str) -> None:
    with pytest.raises(MalformedReplyError) as caught:
        answering({"options": {"option": [row]}}).option_chain("SPY", EXPIRATION)
    assert caught.value.path == path


@pytest.mark.parametrize("body", [{"options": None}, {"options": {"option": None}}, {}])
def test_a_chain_that_is_not_there_is_no_empty_chain(body: Any) -> None:
    with pytest.raises(FeedUnavailableError):
        answering(body).option_chain("SPY", EXPIRATION)


def test_other_contracts_in_a_quote_answer_are_not_mixed_up() -> None:
    rows = [option_row(SHORT_PUT), stock_row(), option_row(LONG_PUT), option_row(SHORT_CALL)]
    tradier = answering(quotes(rows))
    assert list(tradier.option_quotes([LONG_PUT, SHORT_PUT])) == [LONG_PUT, SHORT_PUT]
    assert list(tradier.quotes(["SPY"])) == ["SPY"]


@pytest.mark.parametrize("digits", ["0.175", "2.4100000000", "7522.39", "1E-2", "12.3456789012345", "3"])
def test_the_prices_of_a_chain_are_the_vendors_own_digits(digits: str) -> None:
    body = json.dumps({"options": {"option": option_row(SHORT_PUT, bid=-1.5)}}).replace("-1.5", digits)
    (quote,) = answering(body).option_chain("SPY", EXPIRATION)
    assert quote.bid == Decimal(digits)


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(option_row(LONG_PUT, bid="NaN"), id="a bid that is no number"),
        pytest.param(option_row(LONG_PUT, ask=[]), id="an ask that is a list"),
        pytest.param(option_row(LONG_PUT, bid_date="soon"), id="a time that is none"),
    ],
)
def test_an_unreadable_contract_takes_its_own_quote_only(row: dict[str, Any]) -> None:
    assert list(answering(quotes([row, option_row(SHORT_PUT)])).option_quotes([LONG_PUT, SHORT_PUT])) == [SHORT_PUT]


@pytest.mark.parametrize("figure", ["1e999", "-1e999", "NaN", "Infinity"])
def test_a_price_of_a_chain_is_finite(figure: str) -> None:
    body = json.dumps({"options": {"option": option_row(SHORT_PUT, ask=-1.5)}}).replace("-1.5", figure)
    with pytest.raises(MalformedReplyError):
        answering(body).option_chain("SPY", EXPIRATION)
