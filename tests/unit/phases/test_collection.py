"""Phase 1 judges a minute of readings: missing is never a number, and each fault is named."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from shared.domain.config import SystemConfig
from shared.domain.market import BrokerClock, FaultCode, Snapshot
from shared.domain.vocabulary import Breakout
from shared.phases.collection import breakout, iv_percentile, iv_rank, momentum_of, snapshots, year_of
from tests.builders import NOON, TODAY, daily_bars, gamma, reading, readings

SYSTEM = SystemConfig()
FLAT = daily_bars([18] * 251)


def judged(**changes: Any) -> Snapshot:
    (only,) = snapshots(readings(**changes), SYSTEM)
    return only


def closes(*values: object) -> list[Decimal]:
    return [Decimal(str(value)) for value in values]


def measured(measure: Callable[..., Decimal | None], history: list[Decimal]) -> Decimal | None:
    """Measure the last of these closes, the live one, by those before it."""
    *over, live = history
    return measure(year_of(daily_bars(over)), live)


def test_a_sound_minute_is_valid_and_carries_every_value() -> None:
    seen = judged()
    assert seen.is_valid
    assert (seen.snapshot_id, seen.market_open) == ("SPY@2026-11-23T17:00:00Z", True)
    assert None not in (seen.spot, seen.vix, seen.gamma, seen.iv_rank, seen.iv_percentile, seen.momentum)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"spot": None}, FaultCode.NO_SPOT, id="no spot"),
        pytest.param({"vix": None}, FaultCode.NO_VIX, id="no VIX"),
        pytest.param({"gamma": None}, FaultCode.NO_GAMMA, id="no gamma"),
        pytest.param({"bars": None}, FaultCode.NO_HISTORY, id="no daily history"),
        pytest.param({"bars": daily_bars(range(300, 349))}, FaultCode.NO_HISTORY, id="49 sessions"),
        pytest.param(
            {"bars": daily_bars(range(300, 400), TODAY - timedelta(days=5))},
            FaultCode.NO_HISTORY,
            id="history that ends before yesterday's session",
        ),
        pytest.param({"vix_bars": None}, FaultCode.IV_UNKNOWN, id="no VIX history"),
        pytest.param({"vix_bars": daily_bars(range(10, 208))}, FaultCode.IV_UNKNOWN, id="199 closes with today's"),
        pytest.param({"vix_bars": FLAT}, FaultCode.IV_UNKNOWN, id="a flat VIX window"),
        pytest.param(
            {"vix_bars": daily_bars((10 + day % 20 for day in range(251)), TODAY - timedelta(days=5))},
            FaultCode.IV_UNKNOWN,
            id="VIX history that ends before yesterday's session",
        ),
        pytest.param({"vix": reading("4.99")}, FaultCode.VIX_OUT_OF_RANGE, id="VIX 4.99"),
        pytest.param({"vix": reading("80.01")}, FaultCode.VIX_OUT_OF_RANGE, id="VIX 80.01"),
        pytest.param({"vix": reading("80.06")}, FaultCode.VIX_OUT_OF_RANGE, id="the real close of 80.06"),
        pytest.param({"spot": reading(400, age=301)}, FaultCode.STALE_SPOT, id="spot of 301 s ago"),
        pytest.param({"vix": reading(18, age=301)}, FaultCode.STALE_VIX, id="VIX of 301 s ago"),
        pytest.param({"gamma": gamma(age=601)}, FaultCode.STALE_GAMMA, id="gamma of 601 s ago"),
        pytest.param({"gamma": gamma(spot="402.01")}, FaultCode.SPOT_MISMATCH, id="feeds 0.5025 % apart"),
        pytest.param({"gamma": gamma(spot="397.99")}, FaultCode.SPOT_MISMATCH, id="feeds apart downward"),
    ],
)
def test_each_fault_alone_makes_the_snapshot_invalid(changes: dict[str, Any], code: FaultCode) -> None:
    minute = readings(**changes) if "vix" not in changes else replace(readings(), **changes)
    (seen,) = snapshots(minute, SYSTEM)
    codes = {fault.code for fault in seen.faults}
    implied = {FaultCode.IV_UNKNOWN} if code is FaultCode.NO_VIX else set()
    implied |= {FaultCode.NO_HISTORY} if code is FaultCode.NO_SPOT else set()
    assert codes == {code} | implied
    assert not seen.is_valid


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"vix": reading(5)}, id="VIX 5"),
        pytest.param({"vix": reading(80)}, id="VIX 80"),
        pytest.param({"spot": reading(400, age=300)}, id="spot of 300 s ago"),
        pytest.param({"vix": reading(18, age=300)}, id="VIX of 300 s ago"),
        pytest.param({"gamma": gamma(age=600)}, id="gamma of 600 s ago"),
        pytest.param({"gamma": gamma(spot=402)}, id="feeds exactly 0.5 % apart"),
        pytest.param({"bars": daily_bars(range(300, 350))}, id="50 sessions"),
        pytest.param({"vix_bars": daily_bars(10 + day % 20 for day in range(199))}, id="200 closes with today's"),
    ],
)
def test_at_its_limit_a_value_still_passes(changes: dict[str, Any]) -> None:
    assert judged(**changes).faults == ()


def test_every_fault_is_named_with_value_and_limit() -> None:
    seen = judged(spot=reading(400, age=900), gamma=None, vix=reading("80.06", age=400))
    named = {fault.code: (fault.value, fault.limit) for fault in seen.faults}
    assert named == {
        FaultCode.STALE_SPOT: ("900.0 s", "300 s"),
        FaultCode.STALE_VIX: ("400.0 s", "300 s"),
        FaultCode.VIX_OUT_OF_RANGE: ("80.06", "5 to 80"),
        FaultCode.NO_GAMMA: (None, None),
    }


def test_a_fault_keeps_what_is_known() -> None:
    seen = judged(vix=reading("80.06"))
    assert seen.vix is not None
    assert seen.vix.value == Decimal("80.06")
    assert seen.iv_rank == Decimal(100)


def test_the_broker_may_close_the_market_without_a_fault() -> None:
    shut = judged(clock=BrokerClock(now=NOON, is_open=False))
    unknown = judged(clock=None)
    assert (shut.market_open, unknown.market_open) == (False, False)
    assert shut.is_valid
    assert unknown.is_valid


def test_a_bar_of_today_is_no_finished_session() -> None:
    finished = judged()
    with_today = judged(bars=(*daily_bars(range(300, 400)), *daily_bars([999], TODAY)))
    assert with_today.momentum == finished.momentum


@pytest.mark.parametrize(
    ("low", "high", "now", "rank"),
    [
        pytest.param(10, 30, 20, "50", id="half way"),
        pytest.param(10, 30, 10, "0", id="at the low"),
        pytest.param(10, 30, 30, "100", id="at the high"),
        pytest.param(10, 30, 35, "100", id="a new high is part of its window"),
        pytest.param(10, 30, 5, "0", id="a new low is part of its window"),
        pytest.param(12, 27, 17, "33.333333", id="a third"),
    ],
)
def test_iv_rank_is_the_place_between_low_and_high(low: int, high: int, now: int, rank: str) -> None:
    assert measured(iv_rank, closes(*[low, high] * 125, now)) == Decimal(rank)


def test_iv_rank_forgets_what_is_older_than_252_closes() -> None:
    year = closes(*[10, 30] * 125, 10, 20)
    assert len(year) == 252
    assert measured(iv_rank, [Decimal(90), *year]) == Decimal(50)
    assert measured(iv_rank, [Decimal(90), *year[1:]]) == Decimal("12.5")


def test_iv_percentile_is_the_share_of_closes_below() -> None:
    assert measured(iv_percentile, closes(*[10] * 126, *[30] * 125, 20)) == Decimal(50)
    assert measured(iv_percentile, closes(*[20] * 251, 20)) is None
    assert measured(iv_percentile, closes(*[20] * 125, *[21] * 126, 20)) == Decimal(0)


@pytest.mark.parametrize("measure", [iv_rank, iv_percentile])
@pytest.mark.parametrize(
    ("history", "known"),
    [
        pytest.param(closes(*[10, 20] * 100), True, id="200 closes"),
        pytest.param(closes(*[10, 20] * 99, 15), False, id="199 closes"),
        pytest.param(closes(*[15] * 252), False, id="a flat window"),
        pytest.param(closes(15), False, id="the live one alone"),
    ],
)
def test_too_few_closes_or_a_flat_window_are_unknown(measure: Any, history: list[Decimal], known: bool) -> None:
    assert (measured(measure, history) is not None) is known


def test_one_spike_rules_the_rank_and_not_the_percentile() -> None:
    year = closes(*range(1000, 1250), 5000, 1260)
    assert measured(iv_rank, year) == Decimal("6.500000")
    assert measured(iv_percentile, year) == (Decimal(250) / 252 * 100).quantize(Decimal("0.000001"))


def test_averages_count_the_live_price_as_the_newest_close() -> None:
    found = momentum_of(daily_bars(range(1, 101)), Decimal(201))
    assert found.ma20 == Decimal(sum([*range(82, 101), 201])) / 20
    assert found.ma50 == Decimal(sum([*range(52, 101), 201])) / 50


@pytest.mark.parametrize(
    ("history", "spot", "rsi"),
    [
        pytest.param(range(100, 150), 150, "100", id="gains only"),
        pytest.param(range(150, 100, -1), 100, "0", id="losses only"),
        pytest.param([100] * 50, 100, "50", id="no move"),
    ],
)
def test_rsi_at_its_known_points(history: Any, spot: int, rsi: str) -> None:
    assert momentum_of(daily_bars(history), Decimal(spot)).rsi == Decimal(rsi)


def wilder_rsi(prices: list[float]) -> float:
    """Wilder (1978), by his own recipe: average of the first 14, then (previous x 13 + today) / 14."""
    ups = [max(now - before, 0) for before, now in pairwise(prices)]
    downs = [max(before - now, 0) for before, now in pairwise(prices)]
    up, down = sum(ups[:14]) / 14, sum(downs[:14]) / 14
    for gained, lost in zip(ups[14:], downs[14:], strict=True):
        up, down = (up * 13 + gained) / 14, (down * 13 + lost) / 14
    return 100 - 100 / (1 + up / down)


def exponential_averages(values: list[float], days: int) -> list[float]:
    averages = values[:1]
    for value in values[1:]:
        share = 2 / (days + 1)
        averages.append(value * share + averages[-1] * (1 - share))
    return averages


def test_rsi_and_macd_agree_with_a_second_computation() -> None:
    prices = [100 + (day * 37 % 23) - day * 0.1 for day in range(120)]
    found = momentum_of(daily_bars(prices[:-1]), Decimal(str(prices[-1])))
    fast, slow = exponential_averages(prices, 12), exponential_averages(prices, 26)
    macd = [quick - slowly for quick, slowly in zip(fast, slow, strict=True)]
    signal = exponential_averages(macd, 9)
    assert float(found.rsi) == pytest.approx(wilder_rsi(prices), abs=1e-5)
    assert float(found.macd) == pytest.approx(macd[-1], abs=1e-5)
    assert float(found.macd_signal) == pytest.approx(signal[-1], abs=1e-5)
    assert float(found.macd_histogram) == pytest.approx(macd[-1] - signal[-1], abs=1e-5)


@pytest.mark.parametrize(
    ("spot", "expected"),
    [
        pytest.param("120", Breakout.NONE, id="at the high"),
        pytest.param("120.01", Breakout.ABOVE, id="beyond the high"),
        pytest.param("101", Breakout.NONE, id="at the low"),
        pytest.param("100.99", Breakout.BELOW, id="beyond the low"),
    ],
)
def test_a_breakout_lies_beyond_the_high_or_low(spot: str, expected: Breakout) -> None:
    assert breakout(daily_bars(range(101, 121)), Decimal(spot)) is expected


def test_a_breakout_looks_back_20_sessions() -> None:
    bars = daily_bars([500, *[100] * 29, *range(101, 121)])
    assert momentum_of(bars, Decimal(121)).breakout is Breakout.ABOVE
    assert momentum_of(bars[:-1], Decimal(119)).breakout is Breakout.NONE
