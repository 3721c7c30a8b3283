"""Trades, equity, statistics and the market's picture."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from shared.domain.config import Fees
from shared.domain.errors import InvalidValueError
from shared.domain.market import Snapshot
from shared.domain.positions import Position
from shared.domain.sessions import session
from shared.domain.vocabulary import Bot, Strategy, TradingMode
from shared.phases.execution.booking import reduced_position
from shared.phases.execution.fills import exit_fill
from shared.views.day import day_alert, day_lines, day_view
from shared.views.equity import equity_view
from shared.views.market import MarkKind, market_view
from shared.views.positions import positions_view
from shared.views.statistics import stats_view
from shared.views.trades import trades_view
from tests.builders import NOON, TODAY, closed_trade, position, quotes_at, snapshot, statistics
from tests.shelf import Shelf

DAY = timedelta(days=1)
FREE = Fees(per_contract=Decimal(0), index_surcharge=Decimal(0))
CAPITAL = Decimal(1_125_000)
TRADES_LIVE = {"mode": "live", "confirmed_account": "VA1"}
TRADES = [
    closed_trade("0.50", position_id="p1", closed_at=NOON - 14 * DAY, opened_at=NOON - 20 * DAY),
    closed_trade("-2.00", position_id="p2", closed_at=NOON - 7 * DAY, opened_at=NOON - 12 * DAY),
    closed_trade("0.80", position_id="p3", closed_at=NOON, opened_at=NOON - 3 * DAY, bot=Bot.ATLAS),
]


def test_equity_follows_the_trades_and_drawdown_is_measured_from_the_peak() -> None:
    (view,) = equity_view(Shelf(trades=TRADES).sources()).modes
    assert (view.capital, view.realized, view.equity) == (CAPITAL, Decimal("-70.00"), CAPITAL - 70)
    assert [point.pnl for point in view.points if point.trades] == [Decimal(50), Decimal(-200), Decimal(80)]
    assert view.points[-1].equity == CAPITAL - 70
    assert view.max_drawdown == Decimal("200.00")
    assert view.points[-1].drawdown == Decimal("120.00")
    assert view.day_pnl == Decimal("80.00")
    assert view.points[0].day == (NOON - 20 * DAY).date()
    assert view.points[-1].day == TODAY


def test_a_bot_has_its_own_line_beside_the_points_of_all() -> None:
    (view,) = equity_view(Shelf(trades=TRADES).sources()).modes
    lines = {bot.bot: bot for bot in view.bots}
    assert {len(bot.profits) for bot in view.bots} == {len(view.points)}
    assert lines[Bot.PROMETHEUS].profits[-1] == -150
    assert (lines[Bot.ATLAS].profits[-1], lines[Bot.ATLAS].wins) == (80, 1)


def test_older_trades_are_in_the_equity_from_which_a_short_window_starts() -> None:
    (view,) = equity_view(Shelf(trades=TRADES).sources(), days=8).modes
    assert view.points[0].equity - view.points[0].pnl == CAPITAL + 50
    assert view.points[-1].equity == CAPITAL - 70


@pytest.mark.parametrize(
    ("mark", "open_pnl", "equity"),
    [
        pytest.param("0.75", Decimal("25.00"), CAPITAL + 25, id="priced"),
        pytest.param(None, None, CAPITAL, id="a position without a price leaves the sum unknown"),
    ],
)
def test_what_is_open_is_added_at_its_mark(mark: str | None, open_pnl: Decimal | None, equity: Decimal) -> None:
    held = position()
    marks = {} if mark is None else quotes_at(held, mark)
    (view,) = equity_view(Shelf(positions=[held], option_marks=marks).sources()).modes
    assert (view.open_pnl, view.equity) == (open_pnl, equity)


def _partly_stopped() -> Position:
    """A spread of five, three of which a stop has bought back."""
    held = position(contracts=5)
    return reduced_position(held, exit_fill(held, 3, Decimal("-3.00"), NOON, FREE, ()))


def test_contracts_that_were_closed_of_an_open_position_count_on_their_day() -> None:
    held = _partly_stopped()
    (view,) = equity_view(Shelf(trades=TRADES, positions=[held]).sources()).modes
    assert held.counted_pnl == Decimal(-600)
    assert [point.pnl for point in view.points if point.pnl] == [Decimal(50), Decimal(-200), Decimal(80 - 600)]
    assert view.points[0].equity == CAPITAL
    assert view.max_drawdown == Decimal("720.00")
    assert [point.trades for point in view.points if point.trades] == [1, 1, 1]


def test_the_day_tells_the_result_of_contracts_that_were_closed_of_an_open_position() -> None:
    day = day_view(Shelf(positions=[_partly_stopped()]).sources(), TODAY)
    assert (day.results, day.trades) == ({TradingMode.PAPER: Decimal(-600)}, ())


def test_play_money_and_real_money_make_no_sum() -> None:
    live = closed_trade("-9.00", position_id="p4", mode=TradingMode.LIVE)
    held = [position(mode=TradingMode.LIVE), position(position_id="p2", bot=Bot.ATLAS)]
    shelf = Shelf(trades=[*TRADES, live], positions=held, documents={Bot.PROMETHEUS: TRADES_LIVE})
    real, play = equity_view(shelf.sources()).modes
    assert (real.mode, real.capital, real.realized, [one.bot for one in real.bots]) == (
        TradingMode.LIVE,
        Decimal(100_000),
        Decimal(-900),
        [Bot.PROMETHEUS],
    )
    assert (play.mode, play.realized, play.max_drawdown) == (TradingMode.PAPER, Decimal(80), Decimal(0))
    assert [(one.mode, one.positions) for one in positions_view(shelf.sources()).totals] == [
        (TradingMode.LIVE, 1),
        (TradingMode.PAPER, 1),
    ]
    day = day_view(shelf.sources(), TODAY)
    assert day_alert(day).subject == f"{TODAY}: live -$900.00, paper +$80.00, 2 trades closed, 2 open"
    told = day_lines(day)
    assert any(
        line.startswith("Open: live 1 position, P&L not known, risk $") and "; paper 1 " in line for line in told
    )
    assert sum(line.endswith("(live)") for line in told) == 2


def test_trades_come_newest_first_in_pages_that_neither_repeat_nor_miss() -> None:
    sources = Shelf(trades=TRADES).sources()
    seen, token = [], None
    for size in (2, 1):
        page = trades_view(sources, limit=2, after=token)
        assert len(page.trades) == size
        seen += [trade.position_id for trade in page.trades]
        token = page.next
    assert seen == ["p3", "p2", "p1"]
    assert token is None


@pytest.mark.parametrize("token", ["", "x", "bm90IGpzb24", "WyIyMDI2LTExLTIzIl0", "é", "W251bGwsbnVsbF0"])
def test_a_token_of_somebody_else_is_refused_with_the_remedy(token: str) -> None:
    with pytest.raises(InvalidValueError, match="of the page before"):
        trades_view(Shelf().sources(), after=token)


def test_a_strategy_is_sized_by_the_prior_until_it_has_its_own_results() -> None:
    shelf = Shelf(statistics=[statistics(win_rate=Decimal("0.80"))], trades=TRADES)
    rows = {row.strategy: row for row in stats_view(shelf.sources()).strategies}
    own, prior = rows[Strategy.BULL_PUT_SPREAD], rows[Strategy.IRON_CONDOR]
    assert (own.own_results, own.total_trades, own.win_rate) == (True, 20, Decimal("0.80"))
    assert (own.window_trades, own.window_wins, own.window_pnl) == (3, 2, Decimal("-70.00"))
    assert (prior.own_results, prior.basis) == (False, "prior assumed-1")
    assert (prior.kelly, prior.half_kelly) == (Decimal("0.08800"), Decimal("0.044000"))
    assert rows[Strategy.CASH_SECURED_PUT].bot is Bot.ATLAS
    assert rows[Strategy.LONG_PUT].bot is Bot.SOLOMON


def test_the_market_shows_its_last_sessions_with_regimes_entries_and_exits() -> None:
    hours = session(TODAY)
    assert hours is not None
    early = snapshot(at=hours.opens_at + timedelta(minutes=30))
    held = position(opened_at=NOON - timedelta(minutes=5))
    shelf = Shelf(at=NOON, snapshots=[early, snapshot()], trades=[closed_trade(closed_at=NOON)], positions=[held])
    view = market_view(shelf.sources(), "SPY", sessions=1)
    assert [point.at for point in view.points] == [early.at, NOON]
    assert view.points[0].regime == "POSITIVE"
    assert [(mark.kind, mark.pnl) for mark in view.marks] == [(MarkKind.ENTRY, None), (MarkKind.EXIT, Decimal("50.00"))]


@pytest.mark.parametrize("sessions", [1, 21, 63, 126, 252])
def test_the_picture_is_thinned_to_what_a_screen_can_show(sessions: int) -> None:
    asked: list[int] = []

    class Counting(Shelf):
        def at_moments(self, underlying: str, moments: Sequence[datetime]) -> tuple[Snapshot, ...]:
            asked.append(len(moments))
            assert list(moments) == sorted(set(moments))
            return ()

    market_view(Counting().sources(), "SPY", sessions=sessions)
    assert sessions <= asked[0] + 1 <= 600
