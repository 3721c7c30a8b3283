"""The tables that end a demo in the terminal, each at most 80 columns wide."""

from decimal import Decimal
from typing import Final

from rich import box
from rich.table import Table
from rich.text import Text

from infra.local.demo import tally
from infra.local.demo.summary import BotSummary, DemoSummary
from infra.words import change, gain, money, percent, plain, whole
from shared.domain.statistics import StrategyStatistics

WIDTH: Final = 80
BOT_STYLES: Final = {"ATLAS": "blue", "PROMETHEUS": "yellow", "SOLOMON": "green"}


def result_tables(summary: DemoSummary) -> tuple[Table, ...]:
    """Return the results of each bot, the statistics, the rules of the action matrix and the services' counts."""
    return _results(summary), _statistics(summary), _rules(summary), _services(summary)


def _table(title: str, *columns: str, right: tuple[str, ...]) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, width=WIDTH, pad_edge=False
    )
    for column in columns:
        is_number = column in right
        table.add_column(column, justify="right" if is_number else "left", no_wrap=column == "Exits by reason")
    return table


def _bot(line: BotSummary) -> Text:
    return Text(line.bot, style=BOT_STYLES[line.bot], no_wrap=True)


def _result(amount: Decimal) -> Text:
    return Text(gain(amount, 2), style="red" if amount < 0 else "green" if amount > 0 else "")


def _results(summary: DemoSummary) -> Table:
    right = ("Entries", "Win rate", "P&L", "Max drawdown")
    table = _table("Results", "Bot", "Entries", "Exits by reason", "Win rate", "P&L", "Max drawdown", right=right)
    for line in summary.bots:
        table.add_row(
            _bot(line),
            whole(line.entries),
            _exits(line),
            percent(line.win_rate),
            _result(line.pnl),
            money(abs(line.max_drawdown), 2),
        )
    total = tally.total(summary)
    table.add_section()
    table.add_row(
        "all",
        whole(total.entries),
        f"{whole(total.exits)} closed\n{whole(total.open_positions)} still open",
        percent(tally.share_of(Decimal(total.wins), Decimal(total.exits)) if total.exits else None),
        _result(total.pnl),
        money(total.max_drawdown, 2),
    )
    return table


def _exits(line: BotSummary) -> str:
    lines = [f"{whole(count)} {plain(reason)}" for reason, count in line.exits.items()]
    if line.open_positions:
        lines.append(f"{whole(line.open_positions)} still open")
    return "\n".join(lines) or "none"


def _statistics(summary: DemoSummary) -> Table:
    right = ("Trades", "Win rate", "Avg win", "Avg loss", "Expectancy")
    columns = ("Strategy", "Trades", "Win rate", "Avg win", "Avg loss", "Expectancy", "Sizing uses")
    table = _table("Statistics that sizing now uses", *columns, right=right)
    for line in summary.bots:
        for one in line.statistics:
            table.add_row(
                Text(plain(one.strategy), style=BOT_STYLES[line.bot]),
                whole(one.total_trades),
                percent(one.win_rate),
                percent(one.avg_win),
                percent(one.avg_loss),
                change(one.expectancy),
                _use(one),
            )
    if not table.rows:
        table.add_row("none yet", *[""] * 5, "the priors")
    own = ", ".join(f"{one.bot} {one.own} of {one.own + one.prior}" for one in tally.sizing_counts(summary))
    table.caption = f"Sized by own statistics: {own}"
    table.caption_justify = "left"
    return table


def _use(numbers: StrategyStatistics) -> str:
    if numbers.is_disabled:
        return "nothing: disabled"
    return "the prior" if numbers.is_stale else "these"


def _rules(summary: DemoSummary) -> Table:
    right = ("IV rank", "IV percentile")
    table = _table("Rules of the action matrix", "Underlying", "Rule", "Action", *right, right=right)
    for one in summary.rules:
        table.add_row(
            one.underlying, plain(one.rule), plain(one.action), whole(one.under_rank), whole(one.under_percentile)
        )
    table.caption = "Rule 1 (high implied volatility, positive gamma) is very rare: see the report."
    table.caption_justify = "left"
    return table


def _services(summary: DemoSummary) -> Table:
    table = _table("Read back from the services", "Service", "What", "Count", right=("Count",))
    for one in summary.services:
        table.add_row(one.service, one.what, whole(one.count))
    return table
