"""A run to show: numbers like those of the default demo, 2017-10-02 to 2018-03-29, on the real closes."""

from datetime import date, datetime
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
from shared.domain.vocabulary import Bot, GammaRegime
from tests.infra.demo.sample_counts import DECISIONS, RULES, SERVICES
from tests.infra.demo.sample_trades import CALL, LONG_PUT, TRADES, moment, statistics, trade

FIRST = date(2017, 10, 2)
LAST = date(2018, 3, 29)
TICKS = 7
SHOCK = date(2018, 2, 5)
CAPITAL = {Bot.ATLAS: Decimal(1_000_000), Bot.PROMETHEUS: Decimal(100_000), Bot.SOLOMON: Decimal(25_000)}


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
