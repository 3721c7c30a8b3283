"""Phase 4 sizes exactly as the readings compute it, in exact decimals."""

from collections.abc import Iterable
from decimal import Decimal

import pytest

from shared.domain.config import BotConfig, Prior
from shared.domain.statistics import SizingBasis
from shared.domain.vocabulary import KellyRule, Strategy
from shared.phases.sizing import PositionSize, Room, basis_of, kelly_fraction, size, vix_factor
from tests.builders import config, statistics

MAX_LOSS = Decimal(350)
PRIORS = config().priors


def basis(win_rate: str = "0.68", avg_win: str = "0.15", avg_loss: str = "0.25") -> SizingBasis:
    return SizingBasis(
        win_rate=Decimal(win_rate), avg_win=Decimal(avg_win), avg_loss=Decimal(avg_loss), origin="example"
    )


def sized(
    balance: int = 100_000,
    confidence: int = 90,
    vix: str = "18",
    risk: Decimal = MAX_LOSS,
    of: SizingBasis | None = None,
    rules: BotConfig | None = None,
    rooms: Iterable[Room] = (),
) -> PositionSize:
    return size(of or basis(), rules or config(), Decimal(balance), confidence, Decimal(vix), risk, rooms)


def test_the_example_of_the_document() -> None:
    kelly = kelly_fraction(basis())
    assert kelly == Decimal("0.088")
    assert kelly * config().kelly_share == Decimal("0.044")


def test_a_fair_game_is_exactly_zero_and_not_traded() -> None:
    fair = basis(win_rate="0.625")
    assert kelly_fraction(fair) == 0
    nothing = sized(of=fair)
    assert (nothing.contracts, nothing.reason) == (0, "negative expectancy - do not trade")


def test_a_losing_game_is_not_traded() -> None:
    assert sized(of=basis(win_rate="0.60")).contracts == 0


@pytest.mark.parametrize(
    ("balance", "confidence", "vix", "fraction", "contracts"),
    [
        pytest.param(100_000, 90, "18", "0.0396", 11, id="calm, sure"),
        pytest.param(100_000, 90, "20", "0.0396", 11, id="VIX 20 is not elevated"),
        pytest.param(100_000, 90, "25", "0.03366", 9, id="VIX elevated"),
        pytest.param(100_000, 90, "30", "0.03366", 9, id="VIX 30 is not high"),
        pytest.param(100_000, 75, "35", "0.0231", 6, id="VIX high, less sure"),
        pytest.param(8_000, 90, "18", "0.0396", 1, id="one contract where it stays within 15 %"),
        pytest.param(2_000, 90, "18", "0.0396", 0, id="none where one would be 17.5 %"),
    ],
)
def test_the_vectors_of_the_readings(balance: int, confidence: int, vix: str, fraction: str, contracts: int) -> None:
    found = sized(balance, confidence, vix)
    assert (found.kelly, found.fraction, found.unclamped) == (Decimal("0.088"), Decimal(fraction), contracts)
    assert found.dollars == balance * Decimal(fraction)
    assert found.contracts == contracts


def test_the_refusal_of_a_single_contract_says_why() -> None:
    assert sized(2_000).reason == "one contract risks 350.00, beyond the cap of 15%"


@pytest.mark.parametrize(
    ("risk", "contracts"),
    [
        pytest.param("1500.00", 1, id="exactly at 15 %"),
        pytest.param("1500.01", 0, id="a cent beyond"),
    ],
)
def test_one_contract_may_reach_the_cap_and_not_pass_it(risk: str, contracts: int) -> None:
    assert sized(10_000, risk=Decimal(risk)).contracts == contracts


def test_ten_contracts_an_order_clamp_the_size_with_the_reason() -> None:
    found = sized(rooms=(Room("contracts per order", Decimal(1), Decimal(10)),))
    assert (found.unclamped, found.contracts) == (11, 10)
    assert found.clamps == ("contracts per order allows 10",)


@pytest.mark.parametrize(
    ("left", "contracts"),
    [
        pytest.param("3850", 11, id="room for all"),
        pytest.param("3849.99", 10, id="a cent short of eleven"),
        pytest.param("350", 1, id="room for one"),
        pytest.param("349.99", 0, id="room for none"),
        pytest.param("0", 0, id="no room"),
        pytest.param("-500", 0, id="more at risk than allowed"),
    ],
)
def test_a_room_clamps_to_whole_contracts(left: str, contracts: int) -> None:
    found = sized(rooms=(Room("open risk", MAX_LOSS, Decimal(left)),))
    assert found.contracts == contracts
    assert bool(found.reason) is (contracts == 0)


def test_the_tightest_room_decides_and_each_that_cut_is_named() -> None:
    rooms = (Room("a", MAX_LOSS, Decimal(3500)), Room("b", MAX_LOSS, Decimal(700)), Room("c", MAX_LOSS, Decimal(2000)))
    found = sized(rooms=rooms)
    assert (found.contracts, found.clamps) == (2, ("a allows 10", "b allows 2"))


def test_no_size_is_beyond_fifteen_percent() -> None:
    certain = basis(win_rate="0.95", avg_win="1.00", avg_loss="0.50")
    found = sized(of=certain)
    assert found.kelly > 1
    assert (found.fraction, found.unclamped) == (Decimal("0.15"), 42)


@pytest.mark.parametrize(
    ("rule", "numbers", "kelly"),
    [
        pytest.param(KellyRule.WORKFLOW, ("0.68", "0.15", "0.25"), "0.088", id="workflow: divided by the loss"),
        pytest.param(KellyRule.CONSERVATIVE, ("0.68", "0.15", "0.25"), "0.088", id="the loss is larger"),
        pytest.param(KellyRule.WORKFLOW, ("0.50", "1.00", "0.50"), "0.5", id="workflow on a large win"),
        pytest.param(KellyRule.CONSERVATIVE, ("0.50", "1.00", "0.50"), "0.25", id="the win is larger"),
        pytest.param(KellyRule.CONSERVATIVE, ("0", "0", "0.50"), "-1", id="no win at all"),
    ],
)
def test_conservative_kelly_is_the_smaller_of_both(rule: KellyRule, numbers: tuple[str, str, str], kelly: str) -> None:
    assert kelly_fraction(basis(*numbers), rule) == Decimal(kelly)


def test_the_configuration_chooses_the_kelly_rule() -> None:
    generous = basis("0.50", "1.00", "0.50")
    assert sized(of=generous).fraction == Decimal("0.15")
    assert sized(of=generous, rules=config(kelly="conservative")).fraction == Decimal("0.1125")


@pytest.mark.parametrize(
    ("vix", "factor"),
    [
        pytest.param("20", "1", id="20"),
        pytest.param("20.01", "0.85", id="above 20"),
        pytest.param("30", "0.85", id="30"),
        pytest.param("30.01", "0.70", id="above 30"),
    ],
)
def test_a_higher_vix_leaves_less_of_the_size(vix: str, factor: str) -> None:
    assert vix_factor(Decimal(vix)) == Decimal(factor)


def test_a_strategy_without_statistics_starts_from_its_prior() -> None:
    prior = PRIORS[Strategy.BULL_PUT_SPREAD]
    assumed = basis_of(None, prior)
    assert (assumed.win_rate, assumed.avg_win, assumed.avg_loss) == (
        Decimal("0.68"), Decimal("0.15"), Decimal("0.25"),
    )  # fmt: skip
    assert assumed.origin == "prior assumed-1"


def test_stale_statistics_give_way_to_the_prior() -> None:
    stale = statistics(win_rate=Decimal("0.10"), is_stale=True)
    assert basis_of(stale, PRIORS[Strategy.BULL_PUT_SPREAD]).win_rate == Decimal("0.68")


def test_own_statistics_replace_the_prior() -> None:
    own = basis_of(statistics(win_rate=Decimal("0.75"), version=4), PRIORS[Strategy.BULL_PUT_SPREAD])
    assert (own.win_rate, own.origin, own.version) == (Decimal("0.75"), "20 closed trades", 4)


def test_without_a_loser_the_prior_lends_its_average_loss() -> None:
    unbeaten = statistics(win_rate=Decimal(1), avg_win=Decimal("0.10"), avg_loss=Decimal(0))
    lent = basis_of(unbeaten, PRIORS[Strategy.BULL_PUT_SPREAD])
    assert lent.avg_loss == Decimal("0.25")
    assert kelly_fraction(lent) == Decimal("0.4")


@pytest.mark.parametrize("strategy", Strategy)
def test_every_prior_is_an_assumption_of_positive_expectancy(strategy: Strategy) -> None:
    prior: Prior = PRIORS[strategy]
    assert prior.version.startswith("assumed")
    assert kelly_fraction(SizingBasis.from_prior(prior)) > 0
    if strategy.is_credit:
        assert (prior.win_rate, prior.avg_win, prior.avg_loss) == (
            Decimal("0.68"), Decimal("0.15"), Decimal("0.25"),
        )  # fmt: skip


def test_a_kelly_share_of_nothing_sizes_to_nothing() -> None:
    found = sized(rules=config(kelly_share=0))
    assert (found.contracts, found.reason) == (0, "kelly_share is 0: nothing is risked")


def test_an_account_without_money_buys_nothing() -> None:
    assert sized(0).contracts == 0
    assert sized(-5_000).contracts == 0
