"""Deltas and volatilities are the vendor's where they can be trusted, else those of the quotes' own mids."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vollib.black_scholes_merton import black_scholes_merton
from vollib.black_scholes_merton.greeks import analytical

from shared.domain.greeks import with_sound_greeks
from shared.domain.options import OptionContract, OptionQuote, Right

NOW = datetime(2026, 3, 4, 15, 30, tzinfo=UTC)
EXPIRATION = date(2026, 4, 17)
YEARS = 44 / 365
SPOT, RATE, YIELD = 596.3, 0.036, 0.012
STRIKES = range(520, 666, 5)


def smile(strike: float) -> float:
    return 0.17 + 0.6 * max(0.0, 1 - strike / SPOT) + 0.1 * max(0.0, strike / SPOT - 1)


def contract(strike: float, right: Right, root: str = "SPY") -> OptionContract:
    return OptionContract(root, EXPIRATION, right, Decimal(str(strike)))


def priced(strike: float, right: Right, root: str = "SPY") -> OptionQuote:
    flag = "c" if right is Right.CALL else "p"
    value = black_scholes_merton(flag, SPOT, strike, YEARS, RATE, smile(strike), YIELD)
    mid = Decimal(str(round(value, 4)))
    half = min(Decimal("0.01"), mid)
    return OptionQuote(contract(strike, right, root), mid - half, mid + half, NOW, 100)


CHAIN = tuple(priced(strike, right) for strike in STRIKES for right in Right)


def sound(quotes: tuple[OptionQuote, ...], at: datetime = NOW) -> dict[str, OptionQuote]:
    return {quote.option_symbol: quote for quote in with_sound_greeks(quotes, Decimal(str(SPOT)), at)}


@pytest.mark.parametrize("right", list(Right))
@pytest.mark.parametrize("strike", [540, 570, 595, 600, 625, 650])
def test_what_is_missing_is_recomputed_as_the_oracle_has_it(strike: int, right: Right) -> None:
    quote = sound(CHAIN)[contract(strike, right).option_symbol]
    flag = "c" if right is Right.CALL else "p"
    delta = analytical.delta(flag, SPOT, strike, YEARS, RATE, smile(strike), YIELD) * exp(YIELD * YEARS)
    assert quote.iv == pytest.approx(smile(strike), abs=0.003)
    assert quote.delta == pytest.approx(delta, abs=0.003)


def test_both_sides_of_a_strike_have_one_volatility_and_deltas_a_unit_apart() -> None:
    found = sound(CHAIN)
    for strike in STRIKES:
        call, put = (found[contract(strike, right).option_symbol] for right in (Right.CALL, Right.PUT))
        assert call.iv == put.iv
        assert call.delta is not None
        assert put.delta is not None
        assert call.delta - put.delta == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("changes", "is_kept"),
    [
        pytest.param({}, True, id="fresh and possible"),
        pytest.param({"greeks_as_of": NOW - timedelta(seconds=301)}, False, id="an hour old"),
        pytest.param({"greeks_as_of": NOW + timedelta(seconds=301)}, False, id="of the future"),
        pytest.param({"greeks_as_of": None}, False, id="without a time"),
        pytest.param({"iv": None}, False, id="no volatility"),
        pytest.param({"iv": 5.25}, False, id="an absurd volatility"),
        pytest.param({"iv": float("nan")}, False, id="a volatility that is no number"),
        pytest.param({"delta": None}, False, id="no delta"),
        pytest.param({"delta": 0.3}, False, id="a delta of the other sign"),
        pytest.param({"delta": -1.2}, False, id="a delta beyond one"),
    ],
)
def test_the_vendors_figures_are_kept_only_where_sound(changes: dict[str, object], is_kept: bool) -> None:
    symbol = contract(570, Right.PUT).option_symbol
    given = {"iv": 0.2, "delta": -0.25, "greeks_as_of": NOW - timedelta(seconds=60)} | changes
    quotes = tuple(replace(quote, **given) if quote.option_symbol == symbol else quote for quote in CHAIN)  # type: ignore[arg-type]
    found = sound(quotes)[symbol]
    assert (found.iv == 0.2 and found.delta == -0.25) is is_kept
    assert found.iv is not None
    assert 0.1 < found.iv < 0.3


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"bid": None}, id="no bid"),
        pytest.param({"bid": Decimal(9), "ask": Decimal(8)}, id="crossed"),
        pytest.param({"bid": Decimal(0), "ask": Decimal(0)}, id="no market"),
        pytest.param({"bid": Decimal(700), "ask": Decimal(701)}, id="dearer than the underlying"),
    ],
)
def test_where_no_volatility_exists_there_is_none(changes: dict[str, Decimal | None]) -> None:
    symbols = [contract(540, right).option_symbol for right in Right]
    broken = tuple(
        replace(quote, delta=-0.1, **changes) if quote.option_symbol in symbols else quote  # type: ignore[arg-type]
        for quote in CHAIN
    )
    found = sound(broken)
    assert [(found[symbol].iv, found[symbol].delta) for symbol in symbols] == [(None, None)] * 2


def test_roots_that_share_a_strike_are_not_mixed() -> None:
    dear = replace(priced(570, Right.PUT, "SPXW"), bid=Decimal(11), ask=Decimal("11.2"))
    found = sound((*CHAIN, dear, priced(570, Right.CALL, "SPXW")))
    assert found[dear.option_symbol].iv != found[contract(570, Right.PUT).option_symbol].iv


def test_a_forward_far_from_the_spot_is_a_defect_of_the_quotes() -> None:
    wild = tuple(
        replace(quote, bid=quote.bid + 40, ask=quote.ask + 40)
        if quote.contract.right is Right.CALL and quote.bid is not None and quote.ask is not None
        else quote
        for quote in CHAIN
    )
    put = sound(wild)[contract(570, Right.PUT).option_symbol]
    assert put.iv == pytest.approx(smile(570), abs=0.02)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(CHAIN),
            st.one_of(st.none(), st.decimals(-5, 10**9, allow_nan=False, places=2)),
            st.one_of(st.none(), st.decimals(-5, 10**9, allow_nan=False, places=2)),
            st.one_of(st.none(), st.floats()),
            st.one_of(st.none(), st.floats()),
        ),
        max_size=12,
    )
)
def test_whatever_the_quotes_say_what_comes_out_is_possible_or_none(
    rows: list[tuple[OptionQuote, Decimal | None, Decimal | None, float | None, float | None]],
) -> None:
    quotes = tuple(
        replace(quote, bid=bid, ask=ask, iv=iv, delta=delta, greeks_as_of=NOW) for quote, bid, ask, iv, delta in rows
    )
    for quote in with_sound_greeks(quotes, Decimal(str(SPOT)), NOW):
        assert (quote.iv is None) == (quote.delta is None)
        assert quote.iv is None or 0 < quote.iv < 5
        assert quote.delta is None or -1 <= quote.delta <= 1
