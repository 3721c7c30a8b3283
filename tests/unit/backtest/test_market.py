"""The market model replays what happened, quotes every listed contract, and knows nothing of tomorrow."""

from datetime import date, datetime, timedelta

import pytest

from shared.backtest.history import Bar, History
from shared.backtest.market import MarketModel
from shared.backtest.moment import DIVIDEND_YIELD, RATE
from shared.backtest.rows import ModelQuote
from shared.domain.black_scholes import implied_volatility, years_between
from shared.domain.errors import InvalidValueError
from shared.domain.options import Right, parse_option_symbol
from shared.domain.sessions import NEW_YORK, sessions_between
from tests.unit.backtest.conftest import SEED
from tests.unit.backtest.moments import new_york

MONDAY = date(2018, 2, 5)
FRIDAY = date(2018, 2, 2)
MARCH = date(2018, 3, 16)
AT = new_york(MONDAY, 11, 30)
PUT = "SPXW180316P02600000"


def quoted(market: MarketModel, option_symbol: str, at: datetime = AT) -> ModelQuote:
    found = market.option_quote(option_symbol, at)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("at", "spot"),
    [
        pytest.param(new_york(MONDAY, 9, 29), 2762.13, id="before the open, the last close"),
        pytest.param(new_york(MONDAY, 9, 30), 2741.06, id="the open"),
        pytest.param(new_york(MONDAY, 16), 2648.94, id="the close"),
        pytest.param(new_york(MONDAY, 23), 2648.94, id="at night"),
        pytest.param(new_york(date(2018, 2, 4), 12), 2762.13, id="on Sunday"),
        pytest.param(new_york(date(2018, 11, 23), 13), 2632.56, id="the close of a half-day"),
    ],
)
def test_the_spot_is_the_indexs_own(market: MarketModel, at: datetime, spot: float) -> None:
    assert market.spot("SPX", at) == spot
    assert market.spot("SPY", at) == round(spot / 10, 2)


@pytest.mark.parametrize(
    ("at", "vix"),
    [
        pytest.param(new_york(MONDAY, 9), 17.31, id="before the open"),
        pytest.param(new_york(MONDAY, 16), 37.32, id="the close"),
    ],
)
def test_the_vix_is_real_at_the_close(market: MarketModel, at: datetime, vix: float) -> None:
    assert market.vix(at) == vix


def test_between_two_minutes_the_spot_moves_straight(market: MarketModel) -> None:
    begin, middle, end = (market.spot("SPX", AT + timedelta(seconds=step)) for step in (0, 30, 60))
    assert middle == pytest.approx((begin + end) / 2, abs=0.01)


def test_the_same_seed_gives_the_same_market_and_another_another(history: History, market: MarketModel) -> None:
    twin, other = MarketModel(history, seed=SEED), MarketModel(history, seed=SEED + 1)
    assert twin.chain("SPX", MARCH, AT) == market.chain("SPX", MARCH, AT)
    assert other.spot("SPX", AT) != market.spot("SPX", AT)
    assert other.official_close("SPX", MONDAY) == market.official_close("SPX", MONDAY)


def test_a_shuffled_future_changes_nothing_before_it(history: History, market: MarketModel) -> None:
    split = history.index_of(MONDAY) + 1
    days, future = history.days[split:], history.bars[split:]
    shuffled = tuple(bar._replace(day=day) for day, bar in zip(days, reversed(future), strict=True))
    vix = tuple(reversed(history.vix_closes[split:]))
    other = MarketModel(History(history.bars[:split] + shuffled, history.vix_closes[:split] + vix), seed=SEED)
    assert other.official_close("SPX", date(2018, 2, 6)) != market.official_close("SPX", date(2018, 2, 6))
    for hour in (9, 12, 16, 20):
        at = new_york(MONDAY, hour, 45)
        for underlying in ("SPX", "SPY"):
            assert other.spot(underlying, at) == market.spot(underlying, at)
            assert other.chain(underlying, MARCH, at) == market.chain(underlying, MARCH, at)
            assert other.gamma_curve(underlying, at)[:5] == market.gamma_curve(underlying, at)[:5]
        assert other.vix(at) == market.vix(at)


@pytest.mark.parametrize("underlying", ["SPX", "SPY"])
@pytest.mark.parametrize("expiration", [date(2018, 2, 9), MARCH, date(2019, 3, 15)])
@pytest.mark.parametrize(
    "at", [AT, new_york(MONDAY, 20), new_york(date(2018, 2, 9), 15, 59)], ids=["noon", "night", "last minute"]
)
def test_one_contract_and_its_chain_are_quoted_alike(
    market: MarketModel, underlying: str, expiration: date, at: datetime
) -> None:
    rows = market.chain(underlying, expiration, at)
    assert rows
    for row in rows:
        single = quoted(market, row.option_symbol, at)
        assert (*single[:8], *single[14:]) == (*row[:8], *row[14:])
        assert single[8:14] == pytest.approx(row[8:14], rel=1e-9, abs=1e-9)


def test_a_quote_is_one_that_a_client_can_take_apart(market: MarketModel) -> None:
    for row in market.chain("SPX", MARCH, AT):
        assert 0 <= row.bid < row.ask
        assert row.bid <= row.mid <= row.ask
        if abs(row.delta) < 0.02 or abs(row.delta) > 0.95:
            continue
        found = implied_volatility(
            row.mid,
            market.spot("SPX", AT),
            row.strike,
            years_between(AT, MARCH),
            is_call=row.is_call,
            rate=RATE,
            dividend_yield=DIVIDEND_YIELD,
        )
        assert found == pytest.approx(row.iv, rel=1e-6)


def test_deltas_fall_with_the_strike(market: MarketModel) -> None:
    for is_call in (True, False):
        deltas = [row.delta for row in market.chain("SPY", MARCH, AT) if row.is_call is is_call]
        assert deltas == sorted(deltas, reverse=True)


def test_a_position_is_quotable_from_its_entry_to_its_last_close(market: MarketModel, history: History) -> None:
    entered = new_york(date(2018, 1, 26), 15)
    symbols = [row.option_symbol for row in market.chain("SPX", MARCH, entered) if row.root == "SPXW"]
    for day in sessions_between(date(2018, 1, 26), MARCH):
        at = new_york(day, 15)
        assert all(market.option_quote(option_symbol, at) is not None for option_symbol in symbols)


@pytest.mark.parametrize(
    "option_symbol", ["SPXW180316P02850000", "SPXW180316C02700000", "SPY180316P00280000", "SPY180316C00290000"]
)
def test_at_its_last_close_a_contract_is_worth_its_intrinsic_value(market: MarketModel, option_symbol: str) -> None:
    last = quoted(market, option_symbol, new_york(MARCH, 16))
    sign = 1 if last.is_call else -1
    intrinsic = max(0.0, sign * (market.official_close(last.underlying, MARCH) - last.strike))
    assert last.mid == pytest.approx(intrinsic, abs=0.25)
    assert market.option_quote(option_symbol, new_york(MARCH, 16, 0, 1)) is None


def test_a_night_does_not_change_what_an_option_is_worth(market: MarketModel) -> None:
    evening, morning = new_york(FRIDAY, 16), new_york(MONDAY, 9, 29)
    assert quoted(market, PUT, morning).mid == pytest.approx(quoted(market, PUT, evening).mid, rel=0.01)


@pytest.mark.parametrize(
    ("option_symbol", "at"),
    [
        pytest.param("SPY", AT, id="an underlying"),
        pytest.param("", AT, id="nothing"),
        pytest.param("QQQ180316P00150000", AT, id="an unknown root"),
        pytest.param("SPXW180316P02601000", AT, id="a strike between the strikes"),
        pytest.param("SPXW180316P02600500", AT, id="a strike with cents"),
        pytest.param("SPXW180309P02205000", AT, id="a strike not listed so far from the money"),
        pytest.param("SPXW180316P09900000", AT, id="a strike beyond all"),
        pytest.param("SPXW180315P02600000", AT, id="a day without expiration"),
        pytest.param("SPX180209P02600000", AT, id="the AM root on a weekly"),
        pytest.param("SPXW180202P02600000", AT, id="an expired contract"),
        pytest.param("SPX180316P02600000", new_york(MARCH, 10), id="the AM root on its last morning"),
    ],
)
def test_what_is_not_listed_has_no_quote(market: MarketModel, option_symbol: str, at: datetime) -> None:
    assert market.option_quote(option_symbol, at) is None


@pytest.mark.parametrize(
    ("underlying", "expiration", "at", "roots"),
    [
        pytest.param("SPX", MARCH, AT, {"SPX", "SPXW"}, id="third Friday"),
        pytest.param("SPX", MARCH, new_york(MARCH, 10), {"SPXW"}, id="third Friday on the day itself"),
        pytest.param("SPX", date(2018, 2, 9), AT, {"SPXW"}, id="weekly"),
        pytest.param("SPY", MARCH, AT, {"SPY"}, id="SPY"),
        pytest.param("SPX", date(2018, 3, 15), AT, set(), id="no expiration"),
        pytest.param("SPX", FRIDAY, AT, set(), id="over"),
    ],
)
def test_the_roots_of_a_chain(
    market: MarketModel, underlying: str, expiration: date, at: datetime, roots: set[str]
) -> None:
    assert {row.root for row in market.chain(underlying, expiration, at)} == roots


def test_option_symbols_are_unpadded_occ_symbols(market: MarketModel) -> None:
    rows = market.chain("SPX", MARCH, AT) + market.chain("SPY", MARCH, AT)
    for row in rows:
        contract = parse_option_symbol(row.option_symbol)
        assert contract.option_symbol == row.option_symbol
        assert (contract.root, contract.expiration, float(contract.strike)) == row[2:5]
        assert contract.underlying == row.underlying
        assert (contract.right is Right.CALL) is row.is_call


def test_strikes_are_those_of_the_chain(market: MarketModel) -> None:
    rows = market.chain("SPX", MARCH, AT)
    assert list(market.strikes("SPX", MARCH, AT)) == sorted({row.strike for row in rows})
    assert market.strikes("SPX", FRIDAY, AT) == ()


def test_the_expirations_listed_on_a_day_have_chains(market: MarketModel) -> None:
    assert all(market.chain("SPY", expiration, AT) for expiration in market.expirations("SPY", MONDAY))


def test_daily_bars_are_the_histories_own(market: MarketModel) -> None:
    assert market.daily_bars("SPX", MONDAY, MONDAY) == [Bar(MONDAY, 2741.06, 2763.39, 2638.17, 2648.94, 5_283_460_000)]
    assert market.daily_bars("SPY", MONDAY, MONDAY) == [Bar(MONDAY, 274.11, 276.34, 263.82, 264.89, 132_086_500)]
    (vix,) = market.daily_bars("VIX", MONDAY, MONDAY)
    assert vix.low <= vix.open <= vix.high
    assert vix.low <= vix.close == 37.32 <= vix.high


@pytest.mark.parametrize(
    ("as_of", "last"),
    [
        pytest.param(new_york(MONDAY, 15, 59), FRIDAY, id="in the session"),
        pytest.param(new_york(MONDAY, 16), MONDAY, id="at its close"),
        pytest.param(new_york(date(2018, 2, 6), 9), MONDAY, id="the next morning"),
    ],
)
def test_daily_bars_as_of_a_moment_end_with_the_last_closed_session(
    market: MarketModel, as_of: datetime, last: date
) -> None:
    for symbol in ("SPX", "SPY", "VIX"):
        bars = market.daily_bars(symbol, date(2018, 1, 2), date(2018, 2, 28), as_of=as_of)
        assert bars[-1].day == last


@pytest.mark.parametrize("symbol", ["SPX", "SPY", "VIX"])
def test_the_bar_of_the_running_session_grows_into_the_days_own(market: MarketModel, symbol: str) -> None:
    (whole,) = market.daily_bars(symbol, MONDAY, MONDAY)
    bars = [market.session_bar(symbol, new_york(MONDAY, hour, 45)) for hour in (9, 11, 13, 15)]
    assert [bar.open for bar in bars] == [whole.open] * 4
    assert [bar.high for bar in bars] == sorted(bar.high for bar in bars)
    assert [bar.low for bar in bars] == sorted((bar.low for bar in bars), reverse=True)
    assert all(whole.low <= bar.low <= bar.close <= bar.high <= whole.high for bar in bars)
    assert market.session_bar(symbol, new_york(MONDAY, 16)) == whole


def test_official_closes_are_real(market: MarketModel) -> None:
    closes = [market.official_close(symbol, MONDAY) for symbol in ("SPX", "SPY", "VIX")]
    assert closes == [2648.94, 264.89, 37.32]


@pytest.mark.parametrize(
    ("at", "remedy"),
    [
        pytest.param(new_york(date(2014, 1, 3), 9), "begin then", id="before the first open"),
        pytest.param(new_york(date(2013, 12, 31), 12), "2014-01-03 to 2018-12-31", id="before the history"),
        pytest.param(new_york(date(2019, 1, 2), 12), "2014-01-03 to 2018-12-31", id="after the history"),
    ],
)
def test_a_moment_outside_the_history_is_refused(market: MarketModel, at: datetime, remedy: str) -> None:
    with pytest.raises(InvalidValueError, match=remedy):
        market.spot("SPX", at)


def test_an_unknown_underlying_is_refused_with_those_there_are(market: MarketModel) -> None:
    with pytest.raises(InvalidValueError, match="choose one of SPX, SPY"):
        market.chain("QQQ", MARCH, AT)


def test_a_naive_time_is_refused(market: MarketModel) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        market.spot("SPX", AT.replace(tzinfo=None))


def test_any_time_zone_names_the_same_moment(market: MarketModel) -> None:
    assert market.spot("SPX", AT.astimezone(NEW_YORK)) == market.spot("SPX", AT)
