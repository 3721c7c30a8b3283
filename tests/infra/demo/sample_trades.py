"""What was bought and sold in the run to show."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from shared.domain.positions import ClosedTrade
from shared.domain.sessions import session
from shared.domain.statistics import StrategyStatistics
from shared.domain.vocabulary import Bot, ExitReason, GammaRegime, Strategy, TradingMode

PUT, CONDOR, CALL, LONG_PUT = (
    Strategy.CASH_SECURED_PUT,
    Strategy.IRON_CONDOR,
    Strategy.LONG_CALL,
    Strategy.LONG_PUT,
)
# bot, strategy, opened, closed, contracts, entry, exit, pnl, reason
TRADES: tuple[tuple[Bot, Strategy, str, str, int, str, str, str, str], ...] = (
    (Bot.SOLOMON, CALL, "2017-10-03", "2017-10-20", 4, "3.05", "4.12", "422.80", "TIME_EXIT"),
    (Bot.SOLOMON, CALL, "2017-10-23", "2017-11-08", 3, "3.31", "3.90", "172.90", "TIME_EXIT"),
    (Bot.SOLOMON, LONG_PUT, "2017-11-09", "2017-11-21", 3, "3.44", "1.70", "-526.10", "STOP_LOSS"),
    (Bot.SOLOMON, CALL, "2017-11-22", "2017-12-04", 3, "3.12", "6.30", "949.90", "PROFIT_TARGET"),
    (Bot.SOLOMON, CALL, "2017-12-05", "2017-12-21", 3, "3.60", "5.06", "433.90", "TIME_EXIT"),
    (Bot.SOLOMON, CALL, "2017-12-22", "2018-01-05", 3, "3.20", "6.44", "967.90", "PROFIT_TARGET"),
    (Bot.SOLOMON, CALL, "2018-01-08", "2018-01-17", 5, "3.55", "7.12", "1778.10", "PROFIT_TARGET"),
    (Bot.SOLOMON, CALL, "2018-01-18", "2018-01-26", 6, "3.87", "7.80", "2350.80", "PROFIT_TARGET"),
    (Bot.PROMETHEUS, CONDOR, "2018-01-29", "2018-02-05", 6, "1.12", "3.54", "-1467.60", "STOP_LOSS"),
    (Bot.ATLAS, PUT, "2018-01-29", "2018-02-02", 1, "24.10", "72.60", "-4852.60", "STOP_LOSS"),
    (Bot.PROMETHEUS, Strategy.BULL_PUT_SPREAD, "2018-01-30", "2018-02-05", 5, "1.31", "4.05", "-1383.00", "STOP_LOSS"),
    (Bot.SOLOMON, LONG_PUT, "2018-02-02", "2018-02-05", 4, "5.10", "11.30", "2474.80", "PROFIT_TARGET"),
    (Bot.ATLAS, PUT, "2018-02-12", "2018-02-26", 1, "38.20", "18.40", "1977.40", "PROFIT_TARGET"),
    (Bot.PROMETHEUS, CONDOR, "2018-02-12", "2018-03-01", 4, "1.80", "0.88", "357.60", "PROFIT_TARGET"),
    (Bot.SOLOMON, LONG_PUT, "2018-02-28", "2018-03-09", 3, "6.02", "2.96", "-924.10", "STOP_LOSS"),
    (Bot.SOLOMON, LONG_PUT, "2018-03-19", "2018-03-27", 3, "5.20", "9.80", "1373.90", "TIME_EXIT"),
)


def moment(day: date, number: int) -> datetime:
    """Return the moment of a tick: five minutes after the open, then hourly."""
    hours = session(day)
    assert hours is not None
    return hours.opens_at + (timedelta(hours=number) if number else timedelta(minutes=5))


def trade(number: int) -> ClosedTrade:
    """Return one closed trade of the table."""
    bot, strategy, opened, closed, contracts, entry, exit_, pnl, reason = TRADES[number]
    premium = Decimal(entry) * 100 * contracts
    return ClosedTrade(
        position_id=f"{bot.lower()}-{number:03d}",
        bot=bot,
        mode=TradingMode.PAPER,
        strategy=strategy,
        underlying="SPX" if bot is Bot.ATLAS else "SPY",
        contracts=contracts,
        entry_price=Decimal(entry),
        exit_price=Decimal(exit_),
        fees=Decimal("2.60"),
        pnl=Decimal(pnl),
        pnl_fraction=Decimal(pnl) / premium,
        opened_at=moment(date.fromisoformat(opened), 2),
        closed_at=moment(date.fromisoformat(closed), 4) + timedelta(minutes=20),
        exit_reason=ExitReason(reason),
        regime=GammaRegime.POSITIVE,
    )


def statistics(strategy: Strategy, trades: int, win_rate: str, **changes: Any) -> StrategyStatistics:
    """Return stored statistics of a strategy."""
    return StrategyStatistics(
        mode=TradingMode.PAPER,
        strategy=strategy,
        total_trades=trades,
        win_rate=Decimal(win_rate),
        avg_win=Decimal("0.62"),
        avg_loss=Decimal("0.41"),
        expectancy=Decimal("0.3215"),
        computed_at=datetime(2018, 3, 29, 21, 30, tzinfo=UTC),
        **changes,
    )
