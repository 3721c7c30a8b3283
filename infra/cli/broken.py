"""``alphagex broken``: a person decides where broker and position, or positions and ledger, disagree."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from infra.cli.acting import held_position
from infra.cli.breaker import ReasonOption, reason_of
from infra.cli.mistakes import CommandError
from infra.cli.screen import BotArgument, bot_of, console
from infra.cli.stage import Place
from infra.words import counted

PositionArgument = Annotated[str, typer.Argument(help="Its id, or the beginning of it.")]


def mend(place: Place, position: PositionArgument, *, reason: ReasonOption = None) -> None:
    """Return a BROKEN position to its rules: you have looked, and the broker holds exactly its legs."""
    held = held_position(place, position)
    place.stage.operator.mend(held, reason_of(reason))
    console().say(f"{held.position_id}: OPEN again; the bot stays REDUCING until `alphagex breaker ACTIVE --bot`")


def book(
    place: Place,
    position: PositionArgument,
    *,
    cash: Annotated[str, typer.Option("--cash", help="Dollars the close brought, fees included; negative: it cost.")],
    day: Annotated[
        datetime | None, typer.Option("--day", formats=["%Y-%m-%d"], help="The session of the statement; today.")
    ] = None,
    reason: ReasonOption = None,
) -> None:
    """Book a BROKEN position as closed, with the cash and the day that the broker's statement shows."""
    held = held_position(place, position)
    whose = None if day is None else day.date()
    trade = place.stage.operator.book_close(held, _dollars(cash), reason_of(reason), whose)
    console().say(f"{held.position_id}: closed as {trade.exit_reason}, result ${trade.pnl:,.2f}")


def ledger(place: Place, bot: BotArgument, *, reason: ReasonOption = None) -> None:
    """Count a bot's ledger anew from its open positions, where `doctor` found that they disagree."""
    whose, why = bot_of(bot), reason_of(reason)
    recounted = place.stage.operator.recount(whose, why)
    for one in recounted:
        console().say(f"{whose} {one.mode}: {counted(one.open_count, 'open position')}, ${one.open_risk:,.2f} at risk")
    if not recounted:
        console().say(f"{whose}: its ledger says what its open positions say; nothing changed")


def _dollars(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise CommandError(f"--cash {text} is no amount", "write dollars, such as -123.40") from error
    if not amount.is_finite():
        raise CommandError(f"--cash {text} is no amount", "write dollars, such as -123.40")
    return amount
