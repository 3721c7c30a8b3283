"""A run to show: numbers like those of the default demo, 2017-10-02 to 2018-03-29, on the real closes."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from infra.local.demo.summary import (
    AlertLine,
    BotSummary,
    CurvePoint,
    DecisionCount,
    DemoSummary,
    EntryMark,
    RuleCount,
    ServiceCount,
    SizedEntry,
)
from shared.backtest.history import History
from shared.domain.positions import ClosedTrade
from shared.domain.sessions import session
from shared.domain.statistics import StrategyStatistics
from shared.domain.vocabulary import Bot, ExitReason, GammaRegime, Strategy, TradingMode

FIRST = date(2017, 10, 2)
LAST = date(2018, 3, 29)
TICKS = 7
SHOCK = date(2018, 2, 5)
CAPITAL = {Bot.ATLAS: Decimal(1_000_000), Bot.PROMETHEUS: Decimal(100_000), Bot.SOLOMON: Decimal(25_000)}
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


def _gained(one: ClosedTrade, at: datetime) -> Decimal:
    """Value a trade between its ends along a straight line."""
    if at < one.opened_at:
        return Decimal(0)
    share = (at - one.opened_at) / (one.closed_at - one.opened_at)
    return one.pnl * Decimal(min(share, 1.0)).quantize(Decimal("0.0001"))


def _regime(vix: float, day: date) -> GammaRegime:
    if vix > 17 or day.day in (14, 15):
        return GammaRegime.NEGATIVE
    return GammaRegime.NEUTRAL if day.day in (3, 4, 16, 24) else GammaRegime.POSITIVE


def _curve(trades: tuple[ClosedTrade, ...]) -> tuple[CurvePoint, ...]:
    history = History.embedded()
    points = []
    for row in history.between(FIRST, LAST):
        bar, before, vix = history.bars[row], history.vix_closes[row - 1], history.vix_closes[row]
        for number in range(TICKS):
            at, share = moment(bar.day, number), number / (TICKS - 1)
            regime = _regime(vix, bar.day)
            points.append(
                CurvePoint(
                    at=at,
                    spx=Decimal(f"{bar.open + (bar.close - bar.open) * share:.2f}"),
                    vix=Decimal(f"{before + (vix - before) * share:.2f}"),
                    equity={
                        bot: CAPITAL[bot] + sum((_gained(one, at) for one in trades if one.bot is bot), Decimal(0))
                        for bot in Bot
                    },
                    regime=regime,
                    action="SELL_PREMIUM" if regime is GammaRegime.POSITIVE else "STAY_FLAT",
                    net_gex=Decimal(-2400000000) if regime is GammaRegime.NEGATIVE else Decimal(3100000000),
                )
            )
    return tuple(points)


def _marks(trades: tuple[ClosedTrade, ...], curve: tuple[CurvePoint, ...]) -> tuple[EntryMark, ...]:
    def spx(at: datetime) -> Decimal:
        return min(curve, key=lambda point: abs(point.at - at)).spx

    found = []
    for one in trades:
        words = f"{one.contracts} {one.strategy} on {one.underlying}"
        opened = f"{words} at {one.entry_price}"
        closed = f"{words}, {one.exit_reason}, {one.pnl:+,.2f}"
        found += [
            EntryMark(at=one.opened_at, bot=one.bot, kind="entry", label=opened, spx=spx(one.opened_at)),
            EntryMark(at=one.closed_at, bot=one.bot, kind="exit", label=closed, spx=spx(one.closed_at)),
        ]
    return tuple(found)


def _line(bot: Bot, trades: tuple[ClosedTrade, ...], drawdown: str, numbers: tuple[Any, ...]) -> BotSummary:
    own = [one for one in trades if one.bot is bot]
    reasons = [one.exit_reason.value for one in own]
    return BotSummary(
        bot=bot,
        capital=CAPITAL[bot],
        entries=len(own) + (bot is Bot.SOLOMON),
        exits={reason: reasons.count(reason) for reason in sorted(set(reasons))},
        open_positions=int(bot is Bot.SOLOMON),
        win_rate=Decimal(sum(one.pnl > 0 for one in own)) / len(own),
        pnl=sum((one.pnl for one in own), Decimal(0)),
        max_drawdown=Decimal(drawdown),
        statistics=numbers,
    )


def _alerts(trades: tuple[ClosedTrade, ...]) -> tuple[AlertLine, ...]:
    found = []
    for one in trades:
        words = f"{one.contracts} {one.strategy} on {one.underlying}"
        result = f"loss ${-one.pnl:,.2f}" if one.pnl < 0 else f"profit ${one.pnl:,.2f}"
        found += [
            AlertLine(
                at=one.opened_at,
                level="INFO",
                subject=f"{one.bot} opened {words} at {one.entry_price} credit",
                body="What: short SPY   180316P00262000\nWhy: POSITIVE gamma, confidence 80\nLook closer: alphagex why",
            ),
            AlertLine(
                at=one.closed_at,
                level="HIGH" if one.pnl < -100 else "INFO",
                subject=f"{one.bot} closed {words}: {result}",
                body=f"What: entry {one.entry_price}\nWhy: {one.exit_reason}\nLook closer: alphagex trades",
            ),
        ]
    flips = [
        AlertLine(
            at=moment(date(2018, 2, 7), 0),
            level="CRITICAL",
            subject="Breaker REDUCING: the user",
            body="What: no entries; exits go on\nWhy: shown by the demo",
        ),
        AlertLine(
            at=moment(date(2018, 2, 9), 0),
            level="CRITICAL",
            subject="Breaker ACTIVE: the user",
            body="What: entries and exits may leave\nWhy: shown by the demo",
        ),
    ]
    return tuple(sorted([*found, *flips], key=lambda line: line.at))


RULES = (
    ("SPX", "RULE_1", "SELL_PREMIUM", 26, 74),
    ("SPX", "RULE_2", "BUY_PUTS", 38, 38),
    ("SPX", "RULE_3", "BUY_CALLS", 521, 428),
    ("SPX", "RULE_4", "STAY_FLAT", 283, 328),
    ("SPY", "RULE_1", "SELL_PREMIUM", 27, 80),
    ("SPY", "RULE_2", "BUY_PUTS", 42, 42),
    ("SPY", "RULE_3", "BUY_CALLS", 530, 431),
    ("SPY", "RULE_4", "STAY_FLAT", 269, 315),
)
DECISIONS = (
    (Bot.ATLAS, "NOT_THIS_BOT", 559),
    (Bot.ATLAS, "STAY_FLAT", 283),
    (Bot.ATLAS, "SLOT_TAKEN", 18),
    (Bot.ATLAS, "NOT_CONFIRMED", 6),
    (Bot.ATLAS, "ENTRY", 2),
    (Bot.PROMETHEUS, "NOT_THIS_BOT", 572),
    (Bot.PROMETHEUS, "STAY_FLAT", 269),
    (Bot.PROMETHEUS, "NOT_CONFIRMED,SLOT_TAKEN", 24),
    (Bot.PROMETHEUS, "ENTRY", 3),
    (Bot.SOLOMON, "SLOT_TAKEN", 470),
    (Bot.SOLOMON, "STAY_FLAT", 269),
    (Bot.SOLOMON, "COOLING_DOWN", 61),
    (Bot.SOLOMON, "NEAR_FLIP", 29),
    (Bot.SOLOMON, "BREAKER", 14),
    (Bot.SOLOMON, "NOT_CONFIRMED", 13),
    (Bot.SOLOMON, "ENTRY", 12),
)
SERVICES = (
    ("tradier simulator", "requests answered", 15_482),
    ("polygon simulator", "requests answered", 988),
    ("trading volatility simulator", "requests answered", 1_736),
    ("dynamodb", "items in positions", 412),
    ("dynamodb", "items in decisions", 303),
    ("dynamodb", "items in stats", 19),
    ("dynamodb", "items in snapshots", 1_736),
    ("sqs", "alerts received", 34),
)


@cache
def default_run() -> DemoSummary:
    """Return the whole run."""
    trades = tuple(trade(number) for number in range(len(TRADES)))
    curve = _curve(trades)
    sized = [(one, number >= 6 and one.strategy is CALL) for number, one in enumerate(trades)]
    own = (statistics(CALL, 7, "0.857"), statistics(LONG_PUT, 4, "0.5", is_stale=True))
    return DemoSummary(
        first_day=FIRST,
        last_day=LAST,
        seed=13,
        step_minutes=60,
        bots=(
            _line(Bot.ATLAS, trades, "4852.60", ()),
            _line(Bot.PROMETHEUS, trades, "2850.60", ()),
            _line(Bot.SOLOMON, trades, "924.10", own),
        ),
        curve=curve,
        trades=trades,
        marks=_marks(trades, curve),
        entries=tuple(
            SizedEntry(
                at=one.opened_at,
                bot=one.bot,
                strategy=one.strategy,
                contracts=one.contracts,
                basis="5 closed trades" if is_own else "prior 1",
                own_statistics=is_own,
            )
            for one, is_own in sized
        ),
        rules=tuple(
            RuleCount(underlying=name, rule=rule, action=action, under_rank=rank, under_percentile=percentile)
            for name, rule, action, rank, percentile in RULES
        ),
        decisions=tuple(DecisionCount(bot=bot, answer=answer, count=count) for bot, answer, count in DECISIONS),
        services=tuple(ServiceCount(service=name, what=what, count=count) for name, what, count in SERVICES),
        alerts=_alerts(trades),
        breaker_flips=("2018-02-07 REDUCING", "2018-02-09 ACTIVE"),
        errors=(),
        ticks=868,
        monitor_runs=2_239,
        seconds=51.4,
    )


def changed(**fields: Any) -> DemoSummary:
    """Return the run with other values in some fields."""
    return DemoSummary.model_validate(default_run().model_dump() | fields)


def empty_run() -> DemoSummary:
    """Return a run in which nothing happened at all."""
    lines = [
        line.model_copy(
            update={
                "entries": 0,
                "exits": {},
                "open_positions": 0,
                "win_rate": None,
                "pnl": Decimal(0),
                "max_drawdown": Decimal(0),
                "statistics": (),
            }
        )
        for line in default_run().bots
    ]
    nothing = dict.fromkeys(
        ("curve", "trades", "marks", "entries", "rules", "decisions", "services", "alerts", "breaker_flips"), ()
    )
    return changed(bots=tuple(lines), ticks=0, monitor_runs=0, **nothing)
