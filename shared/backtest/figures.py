"""What a run amounts to, in the figures that a reader compares, and the verdict in plain words."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from math import sqrt
from statistics import fmean, pstdev
from typing import Final

from shared.backtest.moment import DIVIDEND_YIELD
from shared.backtest.runner.result import BacktestResult, DayPoint
from shared.backtest.yardsticks import CNDR_PER_YEAR
from shared.domain.config import BotConfig
from shared.domain.options import CONTRACT_MULTIPLIER
from shared.domain.positions import ClosedTrade
from shared.domain.sessions import new_york_date
from shared.domain.values import Value
from shared.domain.vocabulary import Strategy

SESSIONS_A_YEAR: Final = 252
ENOUGH_TRADES: Final = 30
"""Fewer closed trades than this say nothing of a win rate: its 95 % interval is wider than ±18 points."""
DAYS_A_YEAR: Final = 365.25
WHOLE_YEAR: Final = 0.98
"""A stretch from the first session of a year to its last is shorter by a few days."""


class Group(Value):
    """The closed trades that share something: an exit reason, a regime, a strategy."""

    name: str
    trades: int
    wins: int
    pnl: Decimal


class Figures(Value):
    """A run in numbers: money in dollars, the rest per cent unless the name says otherwise."""

    bot: str
    first_day: date
    last_day: date
    sessions: int
    capital: Decimal
    pnl: Decimal
    per_year: float
    max_drawdown: float
    worst_day: float
    sharpe: float | None
    trades: int
    open_positions: int
    win_rate: float | None
    average_win: Decimal | None
    average_loss: Decimal | None
    fees: Decimal
    slippage: Decimal
    largest_open_risk: Decimal
    is_within_caps: bool
    looks: int
    trips: int
    disabled: int
    buy_and_hold: float
    by_exit: tuple[Group, ...]
    by_regime: tuple[Group, ...]
    by_strategy: tuple[Group, ...]
    refusals: dict[str, int]
    warnings: tuple[str, ...]
    verdict: str


def figures_of(result: BacktestResult) -> Figures:
    """Work out the figures of a run."""
    capital, curve, trades = result.config.capital, result.curve, result.trades
    wins = [trade.pnl for trade in trades if trade.pnl > 0]
    losses = [trade.pnl for trade in trades if trade.pnl <= 0]
    years = max((result.days[-1] - result.days[0]).days / DAYS_A_YEAR, 1 / DAYS_A_YEAR)
    per_year = yearly(float(result.pnl / capital), years)
    moves = daily_moves(curve, capital)
    whole = Figures(
        bot=result.config.bot,
        first_day=result.days[0],
        last_day=result.days[-1],
        sessions=len(result.days),
        capital=capital,
        pnl=result.pnl,
        per_year=per_year,
        max_drawdown=100 * max(drawdowns(curve), default=0.0),
        worst_day=100 * min(moves, default=0.0),
        sharpe=sharpe(moves),
        trades=len(trades),
        open_positions=result.open_positions,
        win_rate=100 * len(wins) / len(trades) if trades else None,
        average_win=_mean(wins),
        average_loss=_mean(losses),
        fees=result.fees,
        slippage=result.slippage,
        largest_open_risk=largest_open_risk(curve),
        is_within_caps=all(is_within_caps(point, result.config) for point in curve),
        looks=result.tally.looks,
        trips=len(result.tripped),
        disabled=result.disabled,
        buy_and_hold=held(curve, years),
        by_exit=groups((trade.exit_reason, trade) for trade in trades),
        by_regime=groups((trade.regime, trade) for trade in trades),
        by_strategy=groups((trade.strategy, trade) for trade in trades),
        refusals=dict(result.tally.refusals.most_common()),
        warnings=warnings_of(result, years),
        verdict="",
    )
    return whole.model_copy(update={"verdict": verdict_of(whole)})


def is_within_caps(point: DayPoint, config: BotConfig) -> bool:
    """Tell whether a session ended with no more at risk, and no more positions, than the bot may have."""
    return point.open_risk <= config.caps.open_risk * config.capital and point.open_count <= config.max_positions


def largest_open_risk(curve: Iterable[DayPoint]) -> Decimal:
    """Return the most dollars at risk that a session ended with."""
    return max((point.open_risk for point in curve), default=Decimal(0))


def yearly(share: float, years: float) -> float:
    """Return per cent a year of a gain as a share of capital, compounded."""
    grown: float = max(1 + share, 0.0) ** (1 / years)
    return 100 * (grown - 1)


def daily_moves(curve: Sequence[DayPoint], capital: Decimal) -> list[float]:
    """Return each session's change of equity as a share of the capital."""
    before, moves = capital, []
    for point in curve:
        moves.append(float((point.equity - before) / capital))
        before = point.equity
    return moves


def sharpe(moves: Sequence[float]) -> float | None:
    """Return the Sharpe ratio a year, cash earning nothing; None where nothing moved."""
    deviation = pstdev(moves) if len(moves) > 1 else 0.0
    return float(fmean(moves) / deviation * sqrt(SESSIONS_A_YEAR)) if deviation > 0 else None


def drawdowns(curve: Iterable[DayPoint]) -> list[float]:
    """Return for each session how far equity stood below its highest, as a share of that."""
    peak, found = 0.0, []
    for point in curve:
        equity = float(point.equity)
        peak = max(peak, equity)
        found.append(1 - equity / peak if peak > 0 else 1.0)
    return found


def months(curve: Sequence[DayPoint], capital: Decimal) -> dict[int, dict[int, float]]:
    """Return per cent of the capital by year and month."""
    found: defaultdict[int, dict[int, float]] = defaultdict(dict)
    before, last = capital, capital
    for place, point in enumerate(curve):
        last = point.equity
        is_last = place + 1 == len(curve) or curve[place + 1].day.month != point.day.month
        if is_last:
            found[point.day.year][point.day.month] = float(100 * (last - before) / capital)
            before = last
    return dict(found)


def held(curve: Sequence[DayPoint], years: float) -> float:
    """Return per cent a year of holding the underlying instead, dividends at the model's yield."""
    if len(curve) < 2 or not curve[0].close:
        return 0.0
    return yearly(float(curve[-1].close / curve[0].close) - 1, years) + 100 * DIVIDEND_YIELD


def groups(named: Iterable[tuple[str, ClosedTrade]]) -> tuple[Group, ...]:
    """Sum up trades by name, the largest result first."""
    found: defaultdict[str, list[Decimal]] = defaultdict(list)
    for name, trade in named:
        found[name].append(trade.pnl)
    made = [
        Group(name=name, trades=len(each), wins=sum(one > 0 for one in each), pnl=sum(each, Decimal(0)))
        for name, each in found.items()
    ]
    return tuple(sorted(made, key=lambda group: -group.pnl))


def warnings_of(result: BacktestResult, years: float) -> tuple[str, ...]:
    """Return what a careful reader is told before the numbers."""
    found = []
    count = len(result.trades)
    if count < ENOUGH_TRADES:
        found.append(
            f"{count} closed trades are too few for a statistic: give a longer stretch, at least {ENOUGH_TRADES} trades"
            f"{_most_refused(result)}"
        )
    if years < WHOLE_YEAR:
        found.append(f"{len(result.days)} sessions are less than a year: what is told a year is extrapolated")
    condors = [trade for trade in result.trades if trade.strategy is Strategy.IRON_CONDOR]
    if condors:
        found.append(_beside_the_index(result, condors, years))
    worst = max((-trade.pnl for trade in result.trades), default=Decimal(0))
    planned = largest_open_risk(result.curve)
    if worst > planned:
        found.append(
            f"the largest loss, ${worst:,.0f}, was more than any session ended with at risk, ${planned:,.0f}: a market"
            " that gaps passes a stop"
        )
    if result.tripped:
        found.append(
            f"the system tripped its breaker {times(len(result.tripped))}; the run played the operator and set it"
            " back after two sessions"
        )
    if result.disabled:
        found.append(f"a strategy was disabled by its own results {times(result.disabled)}")
    return tuple(found)


def _most_refused(result: BacktestResult) -> str:
    reasons = ", ".join(f"{code} ({count:,} times)" for code, count in result.tally.refusals.most_common(2))
    if not reasons:
        return ""
    return (
        f"; entries were refused most by {reasons}. Where the embedded history ends, `alphagex history fetch` stores"
        " more; more --capital lets through what is too large for it"
    )


def _beside_the_index(result: BacktestResult, condors: Sequence[ClosedTrade], years: float) -> str:
    """Hold condors against CNDR by what they made of the capital and, as the index counts, of their notional.

    The index holds one condor on the whole of its notional; so here each trade's result is a share of 100 times its
    contracts times the underlying's close at entry, and the shares are added up.
    """
    gained = sum((trade.pnl for trade in condors), Decimal(0))
    closes = {point.day: point.close for point in result.curve}
    shares = [
        trade.pnl / (CONTRACT_MULTIPLIER * trade.contracts * closes[new_york_date(trade.opened_at)])
        for trade in condors
    ]
    capital = yearly(float(gained / result.config.capital), years)
    notional = yearly(float(sum(shares, Decimal(0))), years)
    better = "better than" if max(capital, notional) > CNDR_PER_YEAR else "not above"
    return (
        f"short condors made {capital:.2f} % a year on capital and {notional:.2f} % on their notional, one after"
        f" another: {better} the exchange's own index CNDR with {CNDR_PER_YEAR} % a year; the model is about 1 % of"
        " notional a year too kind to them"
    )


def times(count: int) -> str:
    """Write how often something happened."""
    return "once" if count == 1 else f"{count} times"


def verdict_of(figures: Figures) -> str:
    """Say in plain words what a run shows, which is engineering and no promise of return."""
    if not figures.trades:
        return (
            f"{figures.bot} looked {figures.looks:,} times and entered nothing. The rules ran as written; of returns"
            " this says nothing."
        )
    kept = "ended each session within its caps" if figures.is_within_caps else "left its caps"
    gained = "gained" if figures.pnl >= 0 else "lost"
    return (
        f"{figures.bot} looked {figures.looks:,} times, closed {figures.trades} trades, {kept}, and {gained}"
        f" ${abs(figures.pnl):,.0f} after ${figures.fees:,.0f} of fees and ${figures.slippage:,.0f} of spreads. That"
        " shows that the rules run as written through this stretch. It does not show what they would earn: the"
        " options are priced by a model of the VIX, in which there is no mispricing to be found."
    )


def _mean(amounts: Sequence[Decimal]) -> Decimal | None:
    return (sum(amounts, Decimal(0)) / len(amounts)).quantize(Decimal("0.01")) if amounts else None
