"""Limit prices start at mid and walk toward the natural price; paper fills like a broker would."""

from decimal import Decimal

import pytest

from shared.domain.config import Walk
from shared.domain.decisions import DenialCode, denials_of
from shared.domain.orders import PriceEffect
from shared.domain.package import PackageQuote
from shared.domain.vocabulary import ExitReason, Strategy
from shared.phases.execution import entry_limit, exit_limit, paper_fill, price_gates
from shared.phases.execution.denials import Candidate
from shared.phases.execution.prices import entry_collar
from tests.builders import legs_of, setting

CREDIT, DEBIT = PriceEffect.CREDIT, PriceEffect.DEBIT
TARGET, STOP, TIME = ExitReason.PROFIT_TARGET, ExitReason.STOP_LOSS, ExitReason.TIME_EXIT
WALK = Walk()


def package(mid: str, spread: str) -> PackageQuote:
    return PackageQuote(Decimal(mid), Decimal(spread))


@pytest.mark.parametrize(
    ("underlying", "effect", "mid", "limit"),
    [
        pytest.param("SPY", CREDIT, "1.25", "1.25", id="mid on the tick"),
        pytest.param("SPY", CREDIT, "1.255", "1.26", id="a credit is rounded up"),
        pytest.param("SPY", DEBIT, "1.255", "1.25", id="a debit is rounded down"),
        pytest.param("XSP", CREDIT, "3.111", "3.12", id="XSP, an index in cents"),
        pytest.param("SPX", CREDIT, "2.91", "2.95", id="SPX under 3 in nickels, up"),
        pytest.param("SPX", DEBIT, "2.94", "2.90", id="SPX under 3 in nickels, down"),
        pytest.param("SPX", CREDIT, "42.51", "42.60", id="SPX above 3 in dimes, up"),
        pytest.param("SPX", DEBIT, "42.59", "42.50", id="SPX above 3 in dimes, down"),
    ],
)
def test_an_entry_starts_at_mid_rounded_in_our_favour(
    underlying: str, effect: PriceEffect, mid: str, limit: str
) -> None:
    assert entry_limit(underlying, effect, package(mid, "0.10"), WALK, 0) == Decimal(limit)


@pytest.mark.parametrize(
    ("effect", "spread", "limits"),
    [
        pytest.param(CREDIT, "0.20", ["2.00", "1.98", "1.96", "1.94", "1.92", "1.92"], id="a tenth a step, down"),
        pytest.param(DEBIT, "0.20", ["2.00", "2.02", "2.04", "2.06", "2.08", "2.08"], id="a tenth a step, up"),
        pytest.param(CREDIT, "0.04", ["2.00", "1.99", "1.99", "1.99", "1.99"], id="at least a tick a step"),
        pytest.param(DEBIT, "0.02", ["2.00", "2.00", "2.00"], id="never beyond 40 % of the spread"),
        pytest.param(CREDIT, "1.60", ["2.00", "1.84", "1.68", "1.52", "1.50", "1.50"], id="never beyond the collar"),
        pytest.param(DEBIT, "1.60", ["2.00", "2.16", "2.32", "2.48", "2.50", "2.50"], id="the same, up"),
    ],
)
def test_an_entry_walks_by_steps_and_stops_at_40_percent_or_its_collar(
    effect: PriceEffect, spread: str, limits: list[str]
) -> None:
    walked = [entry_limit("SPY", effect, package("2.00", spread), WALK, step) for step in range(len(limits))]
    assert walked == [Decimal(limit) for limit in limits]


@pytest.mark.parametrize("step", range(8))
def test_an_entry_never_walks_below_the_minimum_credit(step: int) -> None:
    assert entry_limit("SPY", CREDIT, package("0.55", "0.40"), WALK, step, Decimal("0.50")) >= Decimal("0.50")


def test_the_minimum_credit_is_the_floor_of_the_walk() -> None:
    assert entry_limit("SPY", CREDIT, package("0.55", "0.40"), WALK, 5, Decimal("0.50")) == Decimal("0.50")


@pytest.mark.parametrize(
    ("effect", "reason", "limits"),
    [
        pytest.param(DEBIT, TARGET, ["2.00", "2.02", "2.04", "2.06", "2.08", "2.10", "2.10"], id="target, buying back"),
        pytest.param(CREDIT, TARGET, ["2.00", "1.98", "1.96", "1.94", "1.92", "1.90", "1.90"], id="target, selling"),
        pytest.param(DEBIT, STOP, ["2.00", "2.02", "2.04", "2.11", "2.11"], id="stop, buying back"),
        pytest.param(CREDIT, STOP, ["2.00", "1.98", "1.96", "1.89", "1.89"], id="stop, selling"),
        pytest.param(DEBIT, TIME, ["2.00", "2.02", "2.04", "2.11"], id="time exit, buying back"),
        pytest.param(DEBIT, ExitReason.EXPIRATION, ["2.00", "2.02", "2.04", "2.11"], id="expiration"),
        pytest.param(CREDIT, ExitReason.MANUAL, ["2.00", "1.98", "1.96", "1.89"], id="by hand"),
    ],
)
def test_an_exit_starts_at_mid_and_only_urgent_ones_cross_by_a_tick_after_two_steps(
    effect: PriceEffect, reason: ExitReason, limits: list[str]
) -> None:
    quote = package("2.00", "0.20")
    walked = [exit_limit("SPY", effect, quote, WALK, step, reason) for step in range(len(limits))]
    assert walked == [Decimal(limit) for limit in limits]


@pytest.mark.parametrize(
    ("effect", "mid", "spread"),
    [
        pytest.param(DEBIT, "2.925", "0.15", id="buying back, natural 3.00 where the tick changes"),
        pytest.param(DEBIT, "2.95", "0.20", id="buying back, natural 3.05"),
        pytest.param(DEBIT, "3.50", "0.30", id="buying back, natural 3.65 between two dimes"),
        pytest.param(CREDIT, "3.075", "0.15", id="selling, natural 3.00 where the tick changes"),
        pytest.param(CREDIT, "3.50", "0.30", id="selling, natural 3.35 between two dimes"),
    ],
)
def test_an_urgent_exit_crosses_the_natural_price_by_a_whole_tick_on_an_index(
    effect: PriceEffect, mid: str, spread: str
) -> None:
    quote = package(mid, spread)
    limit = exit_limit("SPX", effect, quote, WALK, 3, STOP)
    crossed_by = limit - quote.dearer if effect is DEBIT else quote.worse - limit
    assert crossed_by >= Decimal("0.05")


@pytest.mark.parametrize("reason", ExitReason)
@pytest.mark.parametrize("step", range(8))
@pytest.mark.parametrize(
    ("underlying", "mid", "spread", "most"),
    [
        pytest.param("SPY", "4.25", "6.50", "5", id="a 5-wide spread, its legs 4/8 and 0.50/3"),
        pytest.param("SPY", "4.99", "0.20", "5", id="a hair below the width"),
        pytest.param("SPX", "4.97", "3.00", "5", id="an index, between two dimes"),
        pytest.param("SPY", "389.50", "9.00", "390", id="a cash-secured put of strike 390"),
    ],
)
def test_nothing_is_bought_back_for_more_than_it_can_be_worth(
    underlying: str, mid: str, spread: str, most: str, step: int, reason: ExitReason
) -> None:
    limit = exit_limit(underlying, DEBIT, package(mid, spread), WALK, step, reason, Decimal(most))
    assert 0 < limit <= Decimal(most)


@pytest.mark.parametrize(
    ("effect", "limits"),
    [
        pytest.param(DEBIT, ["0.30", "0.50", "0.60", "0.70", "0.80"], id="buying back"),
        pytest.param(CREDIT, ["0.30", "0.10", "0.01", "0.01", "0.01"], id="selling, never for nothing"),
    ],
)
def test_the_collar_of_an_exit_widens_with_each_step(effect: PriceEffect, limits: list[str]) -> None:
    quote = package("0.30", "3.00")
    walked = [exit_limit("SPY", effect, quote, WALK, step, STOP, Decimal(5)) for step in range(len(limits))]
    assert walked == [Decimal(limit) for limit in limits]


@pytest.mark.parametrize(
    ("effect", "mid", "planned", "limit"),
    [
        pytest.param(DEBIT, "8.00", "5.02", "5.02", id="a long call dearer than it was sized for"),
        pytest.param(DEBIT, "4.00", "5.02", "4.02", id="a cheaper one"),
        pytest.param(CREDIT, "0.50", "1.40", "1.40", id="a credit smaller than it was sized for"),
        pytest.param(CREDIT, "1.60", "1.40", "1.58", id="a greater one"),
    ],
)
def test_an_entry_never_walks_beyond_what_it_was_sized_for(
    effect: PriceEffect, mid: str, planned: str, limit: str
) -> None:
    assert entry_limit("SPY", effect, package(mid, "0.20"), WALK, 1, None, Decimal(planned)) == Decimal(limit)


@pytest.mark.parametrize("step", [0, 1, 5, 50])
def test_a_worthless_position_is_offered_at_a_tick_never_at_nothing(step: int) -> None:
    assert exit_limit("SPY", CREDIT, package("0.005", "0.01"), WALK, step, STOP) == Decimal("0.01")
    assert exit_limit("SPX", CREDIT, package("0", "0"), WALK, step, STOP) == Decimal("0.05")


@pytest.mark.parametrize(
    ("mid", "collar"),
    [
        pytest.param("0.20", "0.10", id="ten cents at least"),
        pytest.param("0.40", "0.10", id="where both are equal"),
        pytest.param("4.00", "1.00", id="a quarter of mid"),
    ],
)
def test_the_collar_is_ten_cents_or_a_quarter_of_mid(mid: str, collar: str) -> None:
    assert entry_collar(package(mid, "0.02"), WALK) == Decimal(collar)


def collar_refusals(limit: str, mid: str = "1.25") -> tuple[str, ...]:
    candidate = Candidate(
        strategy=Strategy.BULL_PUT_SPREAD,
        legs=legs_of(Strategy.BULL_PUT_SPREAD),
        package=package(mid, "0.08"),
        limit_price=Decimal(limit),
        required=Decimal(400),
        buying_power=Decimal(400),
    )
    return tuple(denial.code for denial in denials_of(price_gates(setting(), candidate)))


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        pytest.param("1.25", (), id="at mid"),
        pytest.param("1.5625", (), id="a quarter above"),
        pytest.param("1.57", (DenialCode.PRICE_COLLAR,), id="beyond a quarter above"),
        pytest.param("0.93", (DenialCode.PRICE_COLLAR,), id="beyond a quarter below"),
    ],
)
def test_an_entry_outside_its_collar_is_refused(limit: str, expected: tuple[DenialCode, ...]) -> None:
    assert collar_refusals(limit) == expected


@pytest.mark.parametrize(
    ("limit", "mid", "code"),
    [
        pytest.param("5.00", "4.99", DenialCode.PRICE_COLLAR, id="as much as the width"),
        pytest.param("0.00", "0.005", DenialCode.LIMIT_REQUIRED, id="nothing"),
    ],
)
def test_a_credit_limit_lies_between_nothing_and_the_width(limit: str, mid: str, code: DenialCode) -> None:
    assert collar_refusals(limit, mid) == (code,)


@pytest.mark.parametrize(
    ("effect", "limit", "filled"),
    [
        pytest.param(CREDIT, "1.95", "1.95", id="a credit of mid less a quarter of the spread"),
        pytest.param(CREDIT, "1.96", None, id="a cent too dear"),
        pytest.param(CREDIT, "1.50", "1.95", id="never worse than the market"),
        pytest.param(DEBIT, "2.05", "2.05", id="a debit of mid and a quarter of the spread"),
        pytest.param(DEBIT, "2.04", None, id="a cent too cheap"),
        pytest.param(DEBIT, "9.99", "2.05", id="a generous bid pays no more"),
    ],
)
def test_paper_fills_at_mid_less_a_quarter_of_the_spread(effect: PriceEffect, limit: str, filled: str | None) -> None:
    expected = None if filled is None else Decimal(filled)
    assert paper_fill(effect, Decimal(limit), package("2.00", "0.20"), Decimal("0.25")) == expected


@pytest.mark.parametrize(
    ("effect", "filled"),
    [
        pytest.param(CREDIT, "1.98", id="a credit is rounded down"),
        pytest.param(DEBIT, "2.03", id="a debit is rounded up"),
    ],
)
def test_paper_rounds_to_the_cent_against_us(effect: PriceEffect, filled: str) -> None:
    limit = Decimal("0.01") if effect is CREDIT else Decimal(9)
    assert paper_fill(effect, limit, package("2.005", "0.07"), Decimal("0.25")) == Decimal(filled)


def test_paper_pays_nothing_for_nothing() -> None:
    assert paper_fill(CREDIT, Decimal(0), package("0.005", "0.02"), Decimal("0.25")) is None


def test_the_walk_of_an_entry_reaches_what_paper_fills_at() -> None:
    quote = package("1.25", "0.08")
    fills = [
        paper_fill(CREDIT, entry_limit("SPY", CREDIT, quote, WALK, step), quote, Decimal("0.25")) for step in range(5)
    ]
    assert fills == [None, None, Decimal("1.23"), Decimal("1.23"), Decimal("1.23")]
