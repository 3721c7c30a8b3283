"""What follows from a summary: gains, drawdowns, shares, the worst session."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import accumulate, groupby, pairwise

from infra.local.demo.summary import CurvePoint, DemoSummary, RuleCount
from shared.domain.sessions import new_york_date
from shared.domain.values import Value, to_cents
from shared.domain.vocabulary import Bot, Rule

UNKNOWN_REGIME = "UNKNOWN"


class WorstSession(Value):
    """The session in which the S&P 500 fell most from close to close, and what it cost; change is a fraction."""

    day: date
    change: Decimal
    vix_before: Decimal
    vix: Decimal
    pnl: Decimal


class Total(Value):
    """All bots together: dollars, fractions, counts."""

    capital: Decimal
    pnl: Decimal
    max_drawdown: Decimal
    entries: int
    exits: int
    wins: int
    open_positions: int


class RegimeShare(Value):
    """How long SPX spent in a regime: a fraction of the snapshots."""

    regime: str
    share: Decimal


class SizingCount(Value):
    """Of a bot's entries, how many were sized by its own statistics."""

    bot: Bot
    own: int
    prior: int


def total(summary: DemoSummary) -> Total:
    """Return all bots together; the drawdown is that of their sum."""
    fallen = drawdowns(gains(summary.curve, [bot.bot for bot in summary.bots]))
    return Total(
        capital=sum((bot.capital for bot in summary.bots), Decimal(0)),
        pnl=sum((bot.pnl for bot in summary.bots), Decimal(0)),
        max_drawdown=to_cents(Decimal(-min(fallen, default=0.0))),
        entries=sum(bot.entries for bot in summary.bots),
        exits=len(summary.trades),
        wins=sum(trade.pnl > 0 for trade in summary.trades),
        open_positions=sum(bot.open_positions for bot in summary.bots),
    )


def share_of(amount: Decimal, capital: Decimal) -> Decimal:
    """Return dollars as a fraction of the capital; zero without capital."""
    return amount / capital if capital else Decimal(0)


def gains(curve: Sequence[CurvePoint], bots: Sequence[Bot]) -> list[float]:
    """Return the dollars these bots together have gained at each moment, since the first."""
    totals = [_equity(point, bots) for point in curve]
    return [float(total - totals[0]) for total in totals]


def drawdowns(gained: Sequence[float]) -> list[float]:
    """Return at each moment the dollars below the highest gain so far: zero or negative."""
    return [now - peak for now, peak in zip(gained, accumulate(gained, max), strict=True)]


def regimes(curve: Sequence[CurvePoint]) -> list[str]:
    """Return the gamma regime at each moment."""
    return [point.regime or UNKNOWN_REGIME for point in curve]


def regime_shares(curve: Sequence[CurvePoint]) -> tuple[RegimeShare, ...]:
    """Return how long each regime lasted, the longest first."""
    counts = Counter(regimes(curve)).most_common()
    return tuple(RegimeShare(regime=name, share=Decimal(count) / len(curve)) for name, count in counts)


def worst_session(curve: Sequence[CurvePoint]) -> WorstSession | None:
    """Return the session of the largest fall; None with fewer than two sessions."""
    closes = list(_closes(curve))
    found = [
        WorstSession(
            day=new_york_date(now.at),
            change=now.spx / before.spx - 1,
            vix_before=before.vix,
            vix=now.vix,
            pnl=_equity(now, list(now.equity)) - _equity(before, list(now.equity)),
        )
        for before, now in pairwise(closes)
        if before.spx
    ]
    return min(found, key=lambda session: session.change, default=None)


def sessions_in(curve: Sequence[CurvePoint]) -> int:
    """Return how many sessions the curve covers."""
    return len({new_york_date(point.at) for point in curve})


def sizing_counts(summary: DemoSummary) -> tuple[SizingCount, ...]:
    """Return for each bot how its entries were sized."""
    counts = Counter((entry.bot, entry.own_statistics) for entry in summary.entries)
    return tuple(
        SizingCount(bot=line.bot, own=counts[line.bot, True], prior=counts[line.bot, False]) for line in summary.bots
    )


def rule_one(summary: DemoSummary) -> tuple[RuleCount, ...]:
    """Return how often the first rule of the action matrix spoke, for each underlying."""
    return tuple(count for count in summary.rules if count.rule == Rule.HIGH_IV_POSITIVE_GAMMA)


def snapshots_under_rank(summary: DemoSummary, underlying: str) -> int:
    """Return how many snapshots of an underlying were classified."""
    return sum(count.under_rank for count in summary.rules if count.underlying == underlying)


def _equity(point: CurvePoint, bots: Sequence[Bot]) -> Decimal:
    return sum((point.equity.get(bot, Decimal(0)) for bot in bots), Decimal(0))


def _closes(curve: Sequence[CurvePoint]) -> Iterator[CurvePoint]:
    for _, points in groupby(curve, key=lambda point: new_york_date(point.at)):
        yield list(points)[-1]
