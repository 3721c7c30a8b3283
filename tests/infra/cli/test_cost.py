"""The bill of a month, and the load of many accounts."""

from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

from infra.cli.cost.bill import bill
from infra.cli.cost.command import cost
from infra.cli.cost.measured import MEMORY_GB, TAKEN, Run
from infra.cli.cost.prices import ALLOWANCE, PRICES, Item
from infra.cli.cost.scale import MARKET, PARAMETERS, READS, WRITES, Layout, simulate
from infra.cli.cost.workload import ALARMS, FUNCTION_OF, METRICS, Assumptions, usage
from infra.local.errors import LocalStageError
from shared.domain.measures import Measure

ONE_DOLLAR = Decimal(1)
PROJECT: Final = Path(__file__).parents[3]
SCALE: Final = (PROJECT / "docs" / "scale.md").read_text()
README: Final = (PROJECT / "README.md").read_text()
MINUTES: Final = 21 * 390


def total(**assumed: object) -> Decimal:
    return bill(usage(Assumptions(**assumed))).total  # type: ignore[arg-type]


def test_the_default_stage_costs_at_most_a_dollar() -> None:
    assert total() <= ONE_DOLLAR


def test_every_item_has_a_price_with_its_source_and_every_run_a_measure() -> None:
    assert set(PRICES) == set(Item)
    assert all(price.dollars > 0 and price.source.startswith("https://") for price in PRICES.values())
    assert set(TAKEN) == set(FUNCTION_OF) == set(Run)
    assert len(Measure) == METRICS


def test_a_bill_is_worked_out_by_hand() -> None:
    made = bill({Item.LAMBDA_SECONDS: Decimal(30_000), Item.LOGS: Decimal(7), Item.SMS: Decimal(10)})
    assert {line.item: line.dollars for line in made.lines} == {
        Item.LAMBDA_SECONDS: Decimal("0.4000020000"),
        Item.LOGS: Decimal("1.00"),
    }
    assert made.dominant.item is Item.LOGS
    assert made.total == Decimal("1.4000020000")
    assert made.text_messages.dollars == Decimal("0.0645000")


@pytest.mark.parametrize("item", [Item.METRICS, Item.ALARMS, Item.DASHBOARDS])
def test_what_cloudwatch_gives_for_good_is_not_exceeded(item: Item) -> None:
    assert usage(Assumptions())[item] <= ALLOWANCE[item]
    assert ALARMS == 10


@pytest.mark.parametrize(
    ("more", "less"),
    [
        pytest.param({"loop_share": Decimal("0.5")}, {}, id="the loop costs"),
        pytest.param({"vendor_seconds": Decimal(5)}, {}, id="waiting costs"),
        pytest.param({"accounts": 100}, {}, id="accounts cost"),
        pytest.param({"accounts": 10_000}, {"accounts": 100}, id="and more of them more"),
    ],
)
def test_more_costs_more(more: dict[str, object], less: dict[str, object]) -> None:
    assert total(**more) > total(**less)


def test_an_account_of_many_costs_less_than_one_alone() -> None:
    assert total(accounts=100) / 100 < total() / 2
    assert total(accounts=10_000) / 10_000 < total() / 2


def test_the_loop_is_paid_by_the_second() -> None:
    """A tenth of the minutes of a month, fifty seconds each, in monitor's memory; the looks in it aside."""
    with_loop, without = (usage(Assumptions(loop_share=Decimal(share))) for share in ("0.1", "0"))
    waiting = Decimal(21 * 390) / 10 * 50 * MEMORY_GB[FUNCTION_OF[Run.LOOK]]
    looks = Decimal(21 * 390) / 10 * 10 * TAKEN[Run.LOOK].seconds(MEMORY_GB[FUNCTION_OF[Run.LOOK]])
    spent = with_loop[Item.LAMBDA_SECONDS] - without[Item.LAMBDA_SECONDS]
    assert spent == waiting + looks * MEMORY_GB[FUNCTION_OF[Run.LOOK]]


@pytest.mark.parametrize(
    ("accounts", "layout", "broken"),
    [
        pytest.param(1, Layout.TODAY, set(), id="one account, as it is"),
        pytest.param(100, Layout.TODAY, {PARAMETERS}, id="a hundred ask SSM too often"),
        pytest.param(10_000, Layout.TODAY, {WRITES, READS, PARAMETERS}, id="ten thousand meet on the shared keys"),
        pytest.param(100, Layout.SHARDED, set(), id="a hundred in shards"),
        pytest.param(10_000, Layout.SHARDED, set(), id="ten thousand in shards"),
    ],
)
def test_the_load_of_many_accounts(accounts: int, layout: Layout, broken: set[str]) -> None:
    peaks = simulate(accounts, layout)
    assert {peak.what for peak in peaks if not peak.holds} == broken
    assert all(peak.units > 0 for peak in peaks if peak.what in (WRITES, READS, MARKET))


def test_the_same_seed_gives_the_same_minute() -> None:
    assert simulate(500, Layout.SHARDED, seed=3) == simulate(500, Layout.SHARDED, seed=3)


def test_the_command_prints_the_month_and_what_dominates(capsys: pytest.CaptureFixture[str]) -> None:
    cost()
    said = capsys.readouterr().out
    assert "dominated by" in said
    assert "10%" in said
    assert "text messages" in said


def test_the_command_prints_where_a_limit_breaks(capsys: pytest.CaptureFixture[str]) -> None:
    cost(simulate_accounts=10_000)
    today, sharded = capsys.readouterr().out.split("shards of 25", 1)
    assert "BROKEN" in today
    assert "BROKEN" not in sharded


@pytest.mark.parametrize(
    ("given", "words"),
    [
        pytest.param({"loop_share": "many"}, "--loop-share many", id="no number"),
        pytest.param({"loop_share": "101"}, "0 to 100", id="more than all"),
        pytest.param({"vendor_seconds": "-1"}, "--vendor-seconds -1", id="less than nothing"),
        pytest.param({"simulate_accounts": 0}, "--simulate-accounts 0", id="nobody"),
    ],
)
def test_a_mistake_is_named_with_its_remedy(given: dict[str, object], words: str) -> None:
    with pytest.raises(LocalStageError, match=words):
        cost(**given)  # type: ignore[arg-type]


def decisions(accounts: int) -> Decimal:
    """Dollars of a month's decisions, counted each minute for each bot."""
    return PRICES[Item.DYNAMODB_WRITES].of(Decimal(MINUTES * 3 * accounts * TAKEN[Run.TRADE].writes))


def test_the_pages_tell_the_month_that_is_computed() -> None:
    one, many, most = (total(accounts=accounts) for accounts in (1, 100, 10_000))
    assert f"| a month | ${one:.2f} | ${many:.2f} | ${most:,.0f} |" in SCALE
    assert f"**${one:.2f}** for a stage" in README
    assert f"{decisions(10_000) / most:.0%} of the bill is the count".replace("%", " %") in SCALE
    assert f"saves {90 * decisions(1):.0f} cents" in SCALE


def test_waiting_costs_most_of_a_stage() -> None:
    """In the loop and for vendors; every other item of the bill is less."""
    price, memory = PRICES[Item.LAMBDA_SECONDS], MEMORY_GB
    loop = Decimal(MINUTES) / 10 * 50 * memory[FUNCTION_OF[Run.LOOK]]
    vendors = sum(
        2 * TAKEN[run].vendor_waits * MINUTES * memory[FUNCTION_OF[run]] for run in (Run.COLLECT, Run.MONITOR_HOLDING)
    )
    others = [line.dollars for line in bill(usage(Assumptions())).lines if line.item is not Item.LAMBDA_SECONDS]
    assert price.of(loop + vendors) > max(others)


@pytest.mark.parametrize("page", [README, SCALE])
def test_a_further_stage_in_the_account_pays_for_what_is_free_for_the_first(page: str) -> None:
    def paid(stages: int) -> Decimal:
        return bill({Item.METRICS: Decimal(stages * METRICS), Item.ALARMS: Decimal(stages * ALARMS)}).total

    words = " ".join(page.split())
    assert paid(1) == 0
    assert f"${paid(2):.2f} more" in words
    assert f"each further one ${paid(3) - paid(2):.2f}" in words


def test_a_share_below_a_percent_is_told_as_it_was_given(capsys: pytest.CaptureFixture[str]) -> None:
    cost(loop_share="0.5")
    assert "Of the session 0.5% is spent" in " ".join(capsys.readouterr().out.split())
