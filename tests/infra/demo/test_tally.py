"""What follows from a summary."""

from datetime import date
from decimal import Decimal

import pytest

from infra.local.demo import tally
from shared.domain.vocabulary import Bot
from tests.infra.demo.sample_run import CAPITAL, changed, default_run, empty_run


def test_all_bots_together_are_the_sum() -> None:
    total = tally.total(default_run())

    assert total.capital == Decimal(1_125_000)
    assert total.pnl == Decimal("4106.60")
    assert (total.entries, total.exits, total.wins, total.open_positions) == (17, 16, 11, 1)


def test_the_drawdown_of_all_is_that_of_their_sum() -> None:
    largest_alone = max(line.max_drawdown for line in default_run().bots)

    assert largest_alone < tally.total(default_run()).max_drawdown < sum(x.max_drawdown for x in default_run().bots)


@pytest.mark.parametrize("capital", [pytest.param(True, id="with capital"), pytest.param(False, id="gains alone")])
def test_gains_count_from_the_first_moment_whatever_the_equity_began_with(capital: bool) -> None:
    run = default_run()
    points = run.curve
    if not capital:
        points = tuple(
            point.model_copy(update={"equity": {bot: point.equity[bot] - CAPITAL[bot] for bot in Bot}})
            for point in points
        )

    gained = tally.gains(points, list(Bot))

    assert gained[0] == 0
    assert gained[-1] == pytest.approx(4_106.60)


@pytest.mark.parametrize(
    ("gained", "fallen"),
    [
        pytest.param([0, 5, 3, 6, 1], [0, 0, -2, 0, -5], id="from the highest so far"),
        pytest.param([0, -4, -1], [0, -4, -1], id="below the start"),
        pytest.param([], [], id="nothing"),
    ],
)
def test_a_drawdown_is_the_way_below_the_peak(gained: list[float], fallen: list[float]) -> None:
    assert tally.drawdowns(gained) == fallen


def test_the_worst_session_is_the_shock() -> None:
    worst = tally.worst_session(default_run().curve)

    assert worst is not None
    assert worst.day == date(2018, 2, 5)
    assert float(worst.change) == pytest.approx(-0.041, abs=0.0005)
    assert (worst.vix_before, worst.vix) == (Decimal("17.31"), Decimal("37.32"))


def test_one_session_has_no_worst() -> None:
    assert tally.worst_session(default_run().curve[:7]) is None


def test_shares_of_the_regimes_add_up_and_a_missing_one_is_unknown() -> None:
    curve = (*default_run().curve, default_run().curve[-1].model_copy(update={"regime": None}))

    shares = tally.regime_shares(curve)

    assert sum(one.share for one in shares) == pytest.approx(1)
    assert shares[-1].regime == "UNKNOWN"


def test_entries_are_counted_by_what_sized_them() -> None:
    counts = {one.bot: (one.own, one.prior) for one in tally.sizing_counts(default_run())}

    assert counts == {Bot.ATLAS: (0, 2), Bot.PROMETHEUS: (0, 3), Bot.SOLOMON: (2, 9)}


def test_rule_one_is_found_for_each_underlying() -> None:
    found = {one.underlying: (one.under_rank, one.under_percentile) for one in tally.rule_one(default_run())}

    assert found == {"SPX": (26, 74), "SPY": (27, 80)}
    assert tally.snapshots_under_rank(default_run(), "SPX") == 868


def test_an_empty_run_has_zeros() -> None:
    run = empty_run()

    assert tally.total(run).max_drawdown == 0
    assert tally.sessions_in(run.curve) == 0
    assert tally.regime_shares(run.curve) == ()
    assert tally.total(changed(bots=(), curve=())).capital == 0


def test_a_share_of_no_capital_is_nothing() -> None:
    assert tally.share_of(Decimal(5), Decimal(0)) == 0
