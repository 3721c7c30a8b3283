"""One day in one message: results, trades, what is open, regimes, decisions by reason, health."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from shared.domain.alerts import SUBJECT_LIMIT, Alert
from shared.domain.decisions import Decision, DecisionKind
from shared.domain.ledgers import Ledger
from shared.domain.sessions import NEW_YORK, new_york_date
from shared.domain.vocabulary import Action, AlertLevel, Bot, ExitReason, GammaRegime, Strategy, TradingMode
from shared.views.health import health_view
from shared.views.positions import ModeTotal, PositionView, positions_view
from shared.views.regime import regime_view
from shared.views.sources import Sources
from shared.views.trades import closed_trades
from shared.views.view import View, dollars

ZERO = Decimal(0)
REASONS_TOLD = 6


class DayTrade(View):
    """A trade closed on the day; dollars after fees."""

    bot: Bot
    underlying: str
    strategy: Strategy
    contracts: int
    exit_reason: ExitReason
    pnl: Decimal
    mode: TradingMode = TradingMode.PAPER


class DayEntry(View):
    """An entry of the day."""

    bot: Bot
    what: str
    how: str


class DayOpen(View):
    """What is open at the end of the day; ``pnl`` is None without a price."""

    bot: Bot
    underlying: str
    strategy: Strategy
    contracts: int
    pnl: Decimal | None
    max_loss: Decimal
    mode: TradingMode = TradingMode.PAPER


class DayRegime(View):
    """The last regime of an underlying."""

    underlying: str
    regime: GammaRegime | None
    action: Action | None


class DayView(View):
    """One New York date; ``reasons`` counts snapshots refused, by reason, the most frequent first.

    ``results`` are the realized dollars of each mode that closed a trade or a part of one, as the ledgers of that day
    have them, ``open_totals`` what is open in each.
    """

    stage: str
    day: date
    asked_at: datetime
    results: dict[TradingMode, Decimal]
    trades: tuple[DayTrade, ...]
    entries: tuple[DayEntry, ...]
    open_positions: tuple[DayOpen, ...]
    open_totals: tuple[ModeTotal, ...]
    regimes: tuple[DayRegime, ...]
    decided: int
    reasons: dict[str, int]
    problems: tuple[str, ...]


def day_view(sources: Sources, day: date) -> DayView:
    """Return the day; what is open, the regimes and the health are those of now."""
    trades = [
        DayTrade(
            bot=one.bot,
            underlying=one.underlying,
            strategy=one.strategy,
            contracts=one.contracts,
            exit_reason=one.exit_reason,
            pnl=dollars(one.pnl),
            mode=one.mode,
        )
        for one in closed_trades(sources, _midnight(day))
        if new_york_date(one.closed_at) == day
    ]
    decided = [one for bot in Bot for one in sources.decisions.of_day(bot, day)]
    held, health = positions_view(sources), health_view(sources)
    ledgers = [one for bot in Bot for one in sources.book.live(bot).ledgers if one.day == day and one.day_pnl]
    return DayView(
        stage=sources.stage,
        day=day,
        asked_at=sources.clock.now(),
        results=_results(trades, ledgers),
        trades=tuple(trades),
        entries=tuple(_entries(decided)),
        open_positions=tuple(_open(one) for one in held.positions),
        open_totals=held.totals,
        regimes=tuple(_regime(sources, one.underlying) for one in health.data if one.at is not None),
        decided=sum(one.count for one in decided if one.snapshot_id and one.kind in _OF_SNAPSHOTS),
        reasons=_reasons(decided),
        problems=health.problems,
    )


_OF_SNAPSHOTS = frozenset({DecisionKind.ENTRY, DecisionKind.NO_ENTRY})


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), NEW_YORK).astimezone(UTC) - timedelta(seconds=1)


def _results(trades: Sequence[DayTrade], ledgers: Sequence[Ledger]) -> dict[TradingMode, Decimal]:
    """Return the result of the day by mode: a bot's ledger of that day knows parts too, its trades alone do not."""
    known = {(one.bot, one.mode) for one in ledgers}
    found: dict[TradingMode, Decimal] = {}
    for mode in reversed(TradingMode):
        profits = [one.pnl for one in trades if one.mode is mode and (one.bot, mode) not in known]
        profits += [dollars(one.day_pnl) for one in ledgers if one.mode is mode]
        if profits:
            found[mode] = sum(profits, ZERO)
    return found


def _open(one: PositionView) -> DayOpen:
    return DayOpen(
        bot=one.bot,
        underlying=one.underlying,
        strategy=one.strategy,
        contracts=one.contracts,
        pnl=one.pnl,
        max_loss=one.max_loss,
        mode=one.mode,
    )


def _entries(decided: Sequence[Decision]) -> list[DayEntry]:
    entries = [one for one in decided if one.kind is DecisionKind.ENTRY]
    return [DayEntry(bot=one.bot, what=one.what, how=one.how) for one in sorted(entries, key=lambda one: one.at)]


def _reasons(decided: Sequence[Decision]) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for one in decided:
        if one.kind is DecisionKind.NO_ENTRY:
            counted.update(dict.fromkeys(dict.fromkeys(denial.code.value for denial in one.denials), one.count))
    return dict(counted.most_common())


def _regime(sources: Sources, underlying: str) -> DayRegime:
    found = regime_view(sources, underlying)
    return DayRegime(underlying=underlying, regime=found.regime, action=found.recommended_action)


def day_alert(day: DayView) -> Alert:
    """Write the day's message; one for each New York date."""
    number = len(day.trades)
    closed = f"{number} {'trade' if number == 1 else 'trades'} closed"
    subject = f"{day.day}: {_result(day)}, {closed}, {len(day.open_positions)} open"
    return Alert(
        event_id=f"day-{day.day}",
        level=AlertLevel.INFO,
        subject=subject[:SUBJECT_LIMIT],
        body="\n".join(day_lines(day)),
        at=day.asked_at,
    )


def day_lines(day: DayView) -> tuple[str, ...]:
    """Return the lines of a day, for a mail or a terminal."""
    lines = [f"Result: {_result(day)} realized"]
    lines += [
        f"  closed: {one.bot} {one.contracts} {one.strategy} on {one.underlying}, {one.exit_reason}: {_signed(one.pnl)}"
        f"{_in_mode(one.mode)}"
        for one in day.trades
    ]
    lines += [f"  entered: {one.bot} {one.what}: {one.how}" for one in day.entries]
    lines.append(f"Open: {_open_totals(day)}")
    lines += [
        f"  {one.bot} {one.contracts} {one.strategy} on {one.underlying}:"
        f" {'no price' if one.pnl is None else _signed(one.pnl)}, maximum loss ${one.max_loss:,.2f}{_in_mode(one.mode)}"
        for one in day.open_positions
    ]
    regimes = ", ".join(
        f"{one.underlying} {one.regime or 'unknown'} ({one.action or 'no action'})" for one in day.regimes
    )
    lines.append(f"Regime: {regimes or 'no data'}")
    told = list(day.reasons.items())[:REASONS_TOLD]
    lines.append(f"Decisions: {day.decided}, refused for {', '.join(f'{code} {n}' for code, n in told) or 'nothing'}")
    lines.append(f"Health: {'; '.join(day.problems) or 'all is well'}")
    lines.append("Look closer: alphagex report; alphagex dashboard")
    return tuple(lines)


def _result(day: DayView) -> str:
    """Write the day's result, live first and each mode by itself: play money and real money make no sum."""
    if set(day.results) <= {TradingMode.PAPER}:
        return _signed(sum(day.results.values(), ZERO))
    return ", ".join(f"{mode} {_signed(pnl)}" for mode, pnl in day.results.items())


def _open_totals(day: DayView) -> str:
    """Write what is open, live first and each mode by itself; paper alone needs no name."""
    named = any(one.mode is not TradingMode.PAPER for one in day.open_totals)
    told = [f"{f'{one.mode} ' if named else ''}{_open_total(one)}" for one in day.open_totals]
    return "; ".join(told) or "nothing"


def _open_total(one: ModeTotal) -> str:
    pnl = "not known" if one.pnl is None else _signed(one.pnl)
    return f"{one.positions} position{'' if one.positions == 1 else 's'}, P&L {pnl}, risk ${one.risk:,.2f}"


def _in_mode(mode: TradingMode) -> str:
    return "" if mode is TradingMode.PAPER else f" ({mode})"


def _signed(amount: Decimal) -> str:
    return f"{'-' if amount < 0 else '+' if amount > 0 else ''}${abs(amount):,.2f}"
