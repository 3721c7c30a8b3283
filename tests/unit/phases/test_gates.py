"""The single questions an entry is asked, at their boundaries."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.decisions import DenialCode, denials_of
from shared.domain.package import PackageQuote
from shared.domain.vocabulary import Source, Strategy
from shared.phases.entry import (
    entry_dte,
)
from shared.phases.execution import denials
from shared.phases.execution.denials import (
    Candidate,
    liquidity_gates,
    price_gates,
    session_gates,
    structure_gates,
)
from tests.builders import (
    NOON,
    TODAY,
    by_symbol,
    config,
    legs_of,
    long,
    option_quote,
    seconds,
    setting,
    short,
)

CODES = DenialCode


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param("2026-11-23 14:29:59", [CODES.MARKET_CLOSED, CODES.OUTSIDE_ENTRY_WINDOW], id="before the open"),
        pytest.param("2026-11-23 14:30:00", [CODES.OUTSIDE_ENTRY_WINDOW], id="at the open"),
        pytest.param("2026-11-23 14:34:59", [CODES.OUTSIDE_ENTRY_WINDOW], id="in the first five minutes"),
        pytest.param("2026-11-23 14:35:00", [], id="after five minutes"),
        pytest.param("2026-11-23 20:44:59", [], id="before the last fifteen minutes"),
        pytest.param("2026-11-23 20:45:00", [CODES.OUTSIDE_ENTRY_WINDOW], id="in the last fifteen minutes"),
        pytest.param("2026-11-23 21:00:00", [CODES.MARKET_CLOSED, CODES.OUTSIDE_ENTRY_WINDOW], id="at the close"),
        pytest.param("2026-11-24 01:30:00", [CODES.MARKET_CLOSED, CODES.OUTSIDE_ENTRY_WINDOW], id="20:30 in New York"),
        pytest.param("2026-11-26 17:00:00", [CODES.MARKET_CLOSED], id="Thanksgiving"),
        pytest.param("2026-11-28 17:00:00", [CODES.MARKET_CLOSED], id="Saturday"),
        pytest.param("2026-11-27 17:44:59", [], id="half-day before its last fifteen minutes"),
        pytest.param("2026-11-27 17:45:00", [CODES.OUTSIDE_ENTRY_WINDOW], id="half-day in its last fifteen minutes"),
        pytest.param(
            "2026-11-27 18:00:00", [CODES.MARKET_CLOSED, CODES.OUTSIDE_ENTRY_WINDOW], id="half-day after 13:00"
        ),
        pytest.param("2026-07-06 13:35:00", [], id="summer time"),
    ],
)
def test_entries_keep_to_the_session_even_where_the_broker_says_open(now: str, expected: list[str]) -> None:
    gates = session_gates(config(), broker_open=True, now=at(now))
    assert [denial.code for denial in denials_of(gates)] == expected


@pytest.mark.parametrize(
    ("strategy", "target", "least"),
    [
        pytest.param(Strategy.BULL_PUT_SPREAD, 45, 8, id="credit"),
        pytest.param(Strategy.LONG_CALL, 30, 8, id="debit"),
    ],
)
def test_an_entry_looks_for_more_than_seven_days(strategy: Strategy, target: int, least: int) -> None:
    assert entry_dte(setting(), strategy) == (TODAY, target, least)


def test_the_day_of_an_entry_is_new_yorks() -> None:
    assert entry_dte(setting(now=at("2026-11-24 01:30:00")), Strategy.LONG_CALL)[0] == TODAY


@pytest.mark.parametrize(
    ("bid", "ask", "underlying", "passes"),
    [
        pytest.param("0.10", "0.12", "SPY", True, id="SPY 18 % wide within two cents"),
        pytest.param("0.10", "0.13", "SPY", False, id="SPY 26 % wide, three cents"),
        pytest.param("1.00", "1.10", "SPY", True, id="SPY 9.5 % wide, ten cents"),
        pytest.param("0.50", "0.60", "SPX", True, id="SPX 18 % wide within two nickels"),
        pytest.param("0.50", "0.65", "SPX", False, id="SPX 26 % wide, three nickels"),
    ],
)
def test_a_leg_fails_above_ten_percent_and_above_two_ticks(bid: str, ask: str, underlying: str, passes: bool) -> None:
    leg = long(390)
    quotes = by_symbol([option_quote(leg.contract, bid, ask)])
    codes = [denial.code for denial in denials_of(liquidity_gates(setting(), underlying, (leg,), quotes))]
    assert codes == ([] if passes else [CODES.ILLIQUID_LEG])


@pytest.mark.parametrize(
    ("leg", "expected"),
    [
        pytest.param(short(390), [CODES.UNQUOTED_LEG], id="not to be sold at nothing"),
        pytest.param(long(390), [], id="may be bought"),
    ],
)
def test_a_bid_of_zero_matters_on_a_leg_to_sell(leg: Any, expected: list[str]) -> None:
    quotes = by_symbol([option_quote(leg.contract, "0", "0.02")])
    assert [denial.code for denial in denials_of(liquidity_gates(setting(), "SPY", (leg,), quotes))] == expected


@pytest.mark.parametrize(
    ("far", "expected"),
    [
        pytest.param(385, [], id="five wide"),
        pytest.param(384, [CODES.WIDTH_TOO_LARGE], id="six wide"),
    ],
)
def test_a_structure_wider_than_its_rule_is_refused(far: int, expected: list[str]) -> None:
    gates = structure_gates(
        setting(),
        "SPY",
        Strategy.BULL_PUT_SPREAD,
        (short(390), long(far)),
        PackageQuote(Decimal("1.25"), Decimal("0.08")),
    )
    assert [denial.code for denial in denials_of(gates)] == expected


@pytest.mark.parametrize(
    ("mid", "expected"),
    [
        pytest.param("0.60", [], id="0.50 after half the spread"),
        pytest.param("0.59", [CODES.CREDIT_TOO_SMALL], id="0.49 after half the spread"),
        pytest.param("5.10", [CODES.PRICE_COLLAR], id="as much as the width"),
        pytest.param("0.10", [CODES.CREDIT_TOO_SMALL, CODES.PRICE_COLLAR], id="nothing"),
    ],
)
def test_credit_is_judged_by_what_can_be_had_at_once(mid: str, expected: list[str]) -> None:
    legs, quote = legs_of(Strategy.BULL_PUT_SPREAD), PackageQuote(Decimal(mid), Decimal("0.20"))
    gates = structure_gates(setting(), "SPY", Strategy.BULL_PUT_SPREAD, legs, quote)
    assert [denial.code for denial in denials_of(gates)] == expected


def test_an_order_beyond_the_buying_power_is_refused() -> None:

    candidate = Candidate(
        strategy=Strategy.BULL_PUT_SPREAD,
        legs=legs_of(Strategy.BULL_PUT_SPREAD),
        package=PackageQuote(Decimal("1.25"), Decimal("0.08")),
        limit_price=Decimal("1.25"),
        required=Decimal("380.40"),
        buying_power=Decimal("380.39"),
    )
    found = denials(price_gates(setting(), candidate))
    assert [denial.code for denial in found] == [CODES.INSUFFICIENT_MARGIN]


@pytest.mark.parametrize(
    ("mode", "source", "age", "limit"),
    [
        pytest.param("sandbox", Source.TRADIER_SANDBOX, 1_200, None, id="sandbox data in sandbox mode, 20 minutes"),
        pytest.param("sandbox", Source.TRADIER_SANDBOX, 1_201, "1200 s", id="sandbox data older than that"),
        pytest.param("sandbox", Source.TRADIER, 15, None, id="production data in sandbox mode, 15 s"),
        pytest.param("sandbox", Source.TRADIER, 16, "15 s", id="production data older than that"),
        pytest.param("paper", Source.TRADIER_SANDBOX, 16, "15 s", id="sandbox data in another mode"),
    ],
)
def test_only_the_sandboxs_own_data_may_be_late_and_only_in_sandbox_mode(
    mode: str, source: Source, age: int, limit: str | None
) -> None:
    legs = legs_of(Strategy.BULL_PUT_SPREAD)
    rows = by_symbol(replace(option_quote(leg.contract, "2.98", "3.00"), as_of=NOON - seconds(age)) for leg in legs)
    gates = liquidity_gates(setting(changes={"mode": mode}), "SPY", legs, rows, source)
    assert {denial.limit for denial in denials_of(gates)} == ({limit} if limit else set())
