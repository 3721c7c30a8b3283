"""``alphagex cost``: the month in dollars, and what many accounts would ask of one system."""

import sys
from decimal import Decimal, InvalidOperation
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from infra.cli.cost.bill import Bill, bill
from infra.cli.cost.measured import MEASURED_ON
from infra.cli.cost.prices import GATHERED_ON, PRICES, REGION, Item
from infra.cli.cost.scale import Layout, simulate
from infra.cli.cost.workload import Assumptions, usage
from infra.local.errors import LocalStageError

ACCOUNTS: Final = (1, 100, 10_000)
MOST_ACCOUNTS: Final = 100_000


def cost(
    loop_share: Annotated[
        str, typer.Option("--loop-share", help="Percent of the session with a position near its target or stop.")
    ] = "10",
    vendor_seconds: Annotated[
        str, typer.Option("--vendor-seconds", help="Seconds that the slowest vendor call of a minute takes.")
    ] = "2",
    simulate_accounts: Annotated[
        int | None, typer.Option("--simulate-accounts", help="Simulate a minute of so many accounts instead.")
    ] = None,
) -> None:
    """Compute what a month costs, for 1, 100 and 10,000 accounts."""
    console = Console(file=sys.stdout, highlight=False)
    if simulate_accounts is not None:
        if not 1 <= simulate_accounts <= MOST_ACCOUNTS:
            raise LocalStageError(f"--simulate-accounts {simulate_accounts}", f"give 1 to {MOST_ACCOUNTS:,}")
        _show_load(console, simulate_accounts)
        return
    share = _number("--loop-share", loop_share, Decimal(100)) / 100
    seconds = _number("--vendor-seconds", vendor_seconds, Decimal(40))
    bills = {
        accounts: bill(usage(Assumptions(accounts=accounts, loop_share=share, vendor_seconds=seconds)))
        for accounts in ACCOUNTS
    }
    _show_bills(console, bills)
    console.print(
        f"Of the session {share:.0%} is spent in the 5-second loop; the slowest vendor call of a minute takes"
        f" {seconds} s; positions are always held. Tables are 400 days old.\n"
        f"Prices of {REGION}, gathered on {GATHERED_ON}, no free tier counted but CloudWatch's standing allowance;"
        f" runs as measured on {MEASURED_ON}.\nSources: {', '.join(sorted({one.source for one in PRICES.values()}))}"
    )


def _number(option: str, text: str, most: Decimal) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise LocalStageError(f"{option} {text} is no number", f"give 0 to {most}") from error
    if not (number.is_finite() and 0 <= number <= most):
        raise LocalStageError(f"{option} {text} is out of range", f"give 0 to {most}")
    return number


def _show_bills(console: Console, bills: dict[int, Bill]) -> None:
    table = Table(title="A month in dollars", title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("")
    for accounts in bills:
        table.add_column(f"{accounts:,} account{'s' if accounts > 1 else ''}", justify="right")
    for item in Item:
        if item is not Item.SMS:
            table.add_row(item.value, *(_dollars(bills[accounts], item) for accounts in bills))
    table.add_section()
    table.add_row("all", *(f"{one.total:,.2f}" for one in bills.values()), style="bold")
    table.add_row("an account", *(f"{one.total / accounts:,.3f}" for accounts, one in bills.items()))
    table.add_row("dominated by", *(one.dominant.item.value.partition(",")[0] for one in bills.values()))
    table.add_row("text messages, beside it", *(f"{one.text_messages.dollars:,.2f}" for one in bills.values()))
    console.print(table, "")


def _dollars(of: Bill, item: Item) -> str:
    return next((f"{line.dollars:,.3f}" for line in of.lines if line.item is item), "")


def _show_load(console: Console, accounts: int) -> None:
    for layout in Layout:
        table = Table(title=f"{accounts:,} accounts, {layout.value}", title_justify="left", box=None, pad_edge=False)
        for column in ("the busiest second", "where", "a second", "limit", ""):
            table.add_column(column, justify="right" if column in ("a second", "limit") else "left")
        for peak in simulate(accounts, layout):
            sign = "holds" if peak.holds else "BROKEN"
            table.add_row(peak.what, peak.key, f"{peak.units:,.1f}", f"{peak.limit:,}", sign)
        console.print(table, "")
