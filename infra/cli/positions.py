"""``alphagex positions``: what is open, what it brings, and how far it is from target and stop."""

from decimal import Decimal

from rich.table import Table
from rich.text import Text

from infra.cli.screen import BotOption, JsonOption, bots_of, coloured, console, table, write_json
from infra.cli.stage import Place
from infra.words import NOTHING, gain, money, percent, plain
from shared.views.positions import PositionsView, PositionView, positions_view

ID_SHOWN = 9


def positions(place: Place, *, bot: BotOption = None, as_json: JsonOption = False) -> None:
    """List the open positions with mark, P&L and the distance to target and stop."""
    held = positions_view(place.stage.sources, bots=bots_of(bot))
    if as_json:
        write_json(held)
        return
    screen = console()
    if not held.positions:
        screen.say("no open position")
        return
    screen.show(positions_table(held))
    for one in held.positions:
        if one.unpriced is not None:
            screen.say(f"! {one.position_id[:ID_SHOWN]}: no mark, {one.unpriced}")
    for total in held.totals:
        known = NOTHING if total.pnl is None else gain(total.pnl, 2)
        screen.say(f"{total.mode}: P&L {known}, risk {money(total.risk, 2)}")


def positions_table(held: PositionsView) -> Table:
    """Make the table of open positions."""
    made = table(
        "Open positions",
        *("Id", "Bot", "Strategy", "Strikes", "Expires", "Contracts", "Entry", "Mark", "P&L", "Target", "Stop"),
        right=("Contracts", "Entry", "Mark", "P&L", "Target", "Stop"),
    )
    for one in held.positions:
        state = "" if one.state == "OPEN" else f" ({plain(one.state)})"
        made.add_row(
            one.position_id[:ID_SHOWN],
            one.bot,
            f"{one.underlying} {plain(one.strategy)}{state}",
            "/".join(f"{leg.strike.normalize():f}{leg.right[0].upper()}" for leg in one.legs),
            f"{one.expiration}\n({one.dte} d)",
            str(one.contracts),
            f"{one.entry_price:.2f}",
            NOTHING if one.mark is None else f"{one.mark:.2f}",
            _pnl(one),
            _distance(one.target_mark, one.to_target),
            _distance(one.stop_mark, one.to_stop),
        )
    return made


def _pnl(one: PositionView) -> Text:
    if one.pnl is None:
        return Text(NOTHING)
    return coloured(f"{gain(one.pnl, 2)}\n({percent(one.pnl_fraction)})", one.pnl)


def _distance(mark: Decimal, gone: Decimal | None) -> str:
    """Write at which mark a rule fires, and which share of the way there is gone."""
    return f"{mark:.2f}" if gone is None else f"{mark:.2f}\n({gone:.0%} there)"
