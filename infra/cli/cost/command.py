"""``alphagex cost``: the month in dollars, and what many accounts would ask of one system."""

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from typing import Annotated, Final

import typer

from infra.cli.cost.bill import Bill, bill
from infra.cli.cost.measured import MEASURED_ON
from infra.cli.cost.prices import GATHERED_ON, PRICES, REGION, Item
from infra.cli.cost.scale import Layout, Peak, simulate
from infra.cli.cost.workload import Assumptions, usage
from infra.cli.screen import JsonOption, Screen, console, table, write_json
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
    as_json: JsonOption = False,
) -> None:
    """Compute what a month costs, for 1, 100 and 10,000 accounts."""
    if simulate_accounts is not None:
        _load(simulate_accounts, as_json=as_json)
        return
    share = _number("--loop-share", loop_share, Decimal(100)) / 100
    seconds = _number("--vendor-seconds", vendor_seconds, Decimal(40))
    bills = {
        accounts: bill(usage(Assumptions(accounts=accounts, loop_share=share, vendor_seconds=seconds)))
        for accounts in ACCOUNTS
    }
    if as_json:
        write_json({accounts: _plainly(one) for accounts, one in bills.items()})
        return
    screen = console()
    _show_bills(screen, bills)
    screen.say(
        f"Of the session {(100 * share).normalize():f}% is spent in the 5-second loop; the slowest vendor call of a"
        f" minute takes {seconds} s; positions are always held. Tables are 400 days old.\n"
        f"Prices of {REGION}, gathered on {GATHERED_ON}, no free tier counted but CloudWatch's standing allowance;"
        f" runs as measured on {MEASURED_ON}.\nSources: {', '.join(sorted({one.source for one in PRICES.values()}))}"
    )


def _load(accounts: int, *, as_json: bool) -> None:
    if not 1 <= accounts <= MOST_ACCOUNTS:
        raise LocalStageError(f"--simulate-accounts {accounts}", f"give 1 to {MOST_ACCOUNTS:,}")
    peaks = {layout: simulate(accounts, layout) for layout in Layout}
    if as_json:
        write_json({layout: [asdict(one) | {"holds": one.holds} for one in found] for layout, found in peaks.items()})
        return
    screen = console()
    for layout, found in peaks.items():
        _show_load(screen, f"{accounts:,} accounts, {layout}", found)


def _plainly(one: Bill) -> dict[str, object]:
    return {
        "total": round(one.total, 3),
        "dominated_by": one.dominant.item,
        "text_messages": round(one.text_messages.dollars, 3),
        "items": {line.item: round(line.dollars, 3) for line in one.lines},
    }


def _number(option: str, text: str, most: Decimal) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise LocalStageError(f"{option} {text} is no number", f"give 0 to {most}") from error
    if not (number.is_finite() and 0 <= number <= most):
        raise LocalStageError(f"{option} {text} is out of range", f"give 0 to {most}")
    return number


def _show_bills(screen: Screen, bills: Mapping[int, Bill]) -> None:
    columns = tuple(f"{accounts:,} account{'s' if accounts > 1 else ''}" for accounts in bills)
    made = table("A month in dollars", "", *columns, right=columns)
    for item in Item:
        if item is not Item.SMS:
            made.add_row(item.value, *(_dollars(bills[accounts], item) for accounts in bills))
    made.add_section()
    made.add_row("all", *(f"{one.total:,.2f}" for one in bills.values()), style="bold")
    made.add_row("an account", *(f"{one.total / accounts:,.3f}" for accounts, one in bills.items()))
    made.add_row("dominated by", *(one.dominant.item.value.partition(",")[0] for one in bills.values()))
    made.add_row("text messages, beside it", *(f"{one.text_messages.dollars:,.2f}" for one in bills.values()))
    screen.show(made)
    screen.say("")


def _dollars(of: Bill, item: Item) -> str:
    return next((f"{line.dollars:,.3f}" for line in of.lines if line.item is item), "")


def _show_load(screen: Screen, title: str, peaks: tuple[Peak, ...]) -> None:
    made = table(title, "the busiest second", "where", "a second", "limit", "", right=("a second", "limit"))
    for peak in peaks:
        sign = "holds" if peak.holds else "BROKEN"
        made.add_row(peak.what, peak.key, f"{peak.units:,.1f}", f"{peak.limit:,}", sign)
    screen.show(made)
    screen.say("")
