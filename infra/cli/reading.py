"""``alphagex decisions``, ``trades``, ``stats`` and ``regime``: what was decided, done and learnt."""

from datetime import timedelta
from typing import Annotated

import typer
from rich.text import Text

from infra.cli.screen import (
    BAD,
    BotOption,
    JsonOption,
    age,
    both_zones,
    bots_of,
    briefly,
    coloured,
    console,
    day_of,
    table,
    when,
    write_json,
)
from infra.cli.stage import Place
from infra.words import NOTHING, billions, counted, gain, meaning, percent, plain
from shared.domain.decisions import DecisionKind
from shared.views.decisions import DecisionView, decisions_view
from shared.views.paging import PAGE
from shared.views.regime import regime_view
from shared.views.statistics import StrategyView, stats_view
from shared.views.trades import YEAR, trades_view

LimitOption = Annotated[int, typer.Option("--limit", min=1, max=500, help="How many at most.")]
AfterOption = Annotated[str | None, typer.Option("--after", help="The `next` of the page before.")]


def decisions(
    place: Place,
    *,
    bot: BotOption = None,
    day: Annotated[str | None, typer.Option("--day", help="Only this New York date.")] = None,
    entries: Annotated[bool, typer.Option("--entries", help="Entries only.")] = False,
    limit: LimitOption = PAGE,
    after: AfterOption = None,
    as_json: JsonOption = False,
) -> None:
    """List decisions, newest first; a run of the same refusals is one line with its count."""
    kinds = (DecisionKind.ENTRY,) if entries else tuple(DecisionKind)
    found = decisions_view(
        place.stage.sources,
        bots=bots_of(bot),
        kinds=kinds,
        day=day_of("--day", day) if day else None,
        limit=limit,
        after=after,
    )
    if as_json:
        write_json(found)
        return
    columns = (both_zones(), "Bot", "What", "Times", "Answer")
    screen, made = console(), table("Decisions", *columns, right=("Times",), whole=columns[:1])
    for one in found.decisions:
        made.add_row(briefly(one.at), one.bot, one.what, str(one.count), _answer(one))
    if found.decisions:
        screen.show(made)
    else:
        screen.say("no decision in these days")
    if found.next is not None:
        screen.say(f"older: --after {found.next}")


def _answer(one: DecisionView) -> str:
    return meaning(", ".join(one.denials)) or one.how if one.kind is DecisionKind.NO_ENTRY else one.how


def trades(
    place: Place,
    *,
    bot: BotOption = None,
    days: Annotated[int, typer.Option("--days", min=1, help="Closed in the last so many days.")] = YEAR.days,
    limit: LimitOption = PAGE,
    after: AfterOption = None,
    as_json: JsonOption = False,
) -> None:
    """List closed trades, newest first, with their results after fees."""
    found = trades_view(place.stage.sources, bots=bots_of(bot), limit=limit, after=after, since=timedelta(days=days))
    if as_json:
        write_json(found)
        return
    columns = (both_zones(), "Bot", "Strategy", "Contracts", "Entry", "Exit", "Reason", "P&L", "of premium")
    made = table(
        "Closed trades", *columns, right=("Contracts", "Entry", "Exit", "P&L", "of premium"), whole=columns[:1]
    )
    for one in found.trades:
        made.add_row(
            briefly(one.closed_at),
            one.bot,
            f"{one.underlying} {plain(one.strategy)}",
            str(one.contracts),
            f"{one.entry_price:.2f}",
            f"{one.exit_price:.2f}",
            plain(one.exit_reason),
            coloured(gain(one.pnl, 2), one.pnl),
            percent(one.pnl_fraction),
        )
    screen = console()
    if found.trades:
        screen.show(made)
        total = sum(one.pnl for one in found.trades)
        screen.say(f"{counted(len(found.trades), 'trade')} shown, {gain(total, 2)} after fees")
    else:
        screen.say(f"no trade closed in {counted(days, 'day')}")
    if found.next is not None:
        screen.say(f"older: --after {found.next}")


def stats(place: Place, *, as_json: JsonOption = False) -> None:
    """Show the statistics and Kelly fraction that sizing uses now, by strategy."""
    found = stats_view(place.stage.sources)
    if as_json:
        write_json(found)
        return
    columns = (
        "Strategy",
        "Mode",
        "Sizing uses",
        "Win rate",
        "Avg win",
        "Avg loss",
        "Expectancy",
        "Kelly",
        "Trades",
        "Result",
    )
    made = table(f"Statistics, {found.window_days} days", *columns, right=columns[3:])
    for one in found.strategies:
        made.add_row(
            Text(plain(one.strategy), style=BAD if one.is_disabled else ""),
            one.mode,
            _basis(one),
            percent(one.win_rate),
            percent(one.avg_win),
            percent(one.avg_loss),
            coloured(percent(one.expectancy), one.expectancy),
            percent(one.kelly),
            str(one.window_trades),
            coloured(gain(one.window_pnl), one.window_pnl),
        )
    screen = console()
    screen.show(made)
    screen.say(
        f"own results count from {found.min_trades} trades on; negative expectancy blocks from"
        f" {found.disable_after_trades} on"
    )


def _basis(one: StrategyView) -> str:
    return f"BLOCKED ({one.basis})" if one.is_disabled else one.basis


def regime(
    place: Place,
    underlying: Annotated[str, typer.Argument(help="SPY or SPX.")] = "SPY",
    *,
    as_json: JsonOption = False,
) -> None:
    """Show the regime of the newest snapshot, its indicators, and what they mean."""
    found = regime_view(place.stage.sources, underlying.upper())
    if as_json:
        write_json(found)
        return
    screen, seen = console(), found.indicators
    head = f"{found.underlying} {found.regime or 'unknown'}, {found.trend or 'no trend'}"
    screen.say(Text(f"{head}: {found.recommended_action or 'no action'}", style="bold"))
    screen.say(f"{when(found.at)}, {age(found.age_seconds)} ago; confidence {found.confidence or NOTHING}")
    facts = {
        "spot": seen.spot,
        "VIX": seen.vix,
        "IV rank": seen.iv_rank,
        "IV percentile": seen.iv_percentile,
        "20-day average": seen.ma20,
        "50-day average": seen.ma50,
        "flip": seen.flip_point,
        "call wall": seen.call_wall,
        "put wall": seen.put_wall,
        "RSI": seen.rsi,
    }
    made = table("", "Indicator", "Value", right=("Value",))
    made.add_row("net GEX per 1 %", billions(seen.net_gex))
    for name, value in facts.items():
        made.add_row(name, NOTHING if value is None else f"{value:,.2f}")
    screen.show(made)
    for line in found.analysis:
        screen.say(line)
