"""``alphagex strategy`` and ``alphagex close``: what an operator does to strategies and positions."""

from enum import StrEnum
from typing import Annotated

import typer

from infra.cli.breaker import ReasonOption, reason_of
from infra.cli.mistakes import CommandError
from infra.cli.screen import console
from infra.cli.stage import Place
from infra.words import plain
from shared.domain.positions import Position, PositionState
from shared.domain.sessions import is_open
from shared.domain.vocabulary import Bot, Strategy, TradingMode
from shared.operator import trader_of

CLOSABLE = frozenset({PositionState.OPEN, PositionState.EXIT_PENDING})


class Deed(StrEnum):
    """What may be done to a strategy."""

    ENABLE = "enable"
    DISABLE = "disable"


def strategy(
    place: Place,
    deed: Annotated[Deed, typer.Argument(help="enable or disable.")],
    name: Annotated[str, typer.Argument(help="Such as IRON_CONDOR.")],
    *,
    reason: ReasonOption = None,
    mode: Annotated[TradingMode | None, typer.Option("--mode", help="The mode; by default its bot's.")] = None,
) -> None:
    """Enable or disable entries of a strategy; exits go on either way. Recorded as a decision."""
    wanted, why = _strategy_of(name), reason_of(reason)
    where = mode or place.stage.parameters().bot(trader_of(wanted)).mode
    after = place.stage.operator.allow(where, wanted, allowed=deed is Deed.ENABLE, reason=why)
    words = f"{plain(wanted)} in {where} mode"
    screen = console()
    if after is None:
        screen.say(f"{words} was {deed}d already; nothing changed")
        return
    screen.say(f"{words}: {deed}d")


def _strategy_of(name: str) -> Strategy:
    try:
        return Strategy(name.upper().replace("-", "_").replace(" ", "_"))
    except ValueError as error:
        raise CommandError(f"{name} is no strategy", f"choose one of {', '.join(Strategy)}") from error


def close(
    place: Place,
    position: Annotated[str, typer.Argument(help="Its id, or the beginning of it.")],
    *,
    reason: ReasonOption = None,
) -> None:
    """Close a position through the order protocol: monitor sends the exit at its next run of an open session."""
    why = reason_of(reason)
    held = held_position(place, position)
    if held.state not in CLOSABLE:
        raise CommandError(f"{held.position_id} is {held.state}", "an order is working already; see `status`")
    place.stage.operator.close(held, why)
    when = "within a minute" if is_open(place.stage.clock.now()) else "when the market opens"
    console().say(f"{held.bot} {plain(held.strategy)} {held.position_id}: monitor sends its exit {when}")


def held_position(place: Place, beginning: str) -> Position:
    """Return the one open position whose id begins so. Raises CommandError."""
    live = [one for bot in Bot for one in place.stage.book.live(bot).positions]
    found = [one for one in live if one.position_id.startswith(beginning)]
    if not found:
        raise CommandError(f"no open position begins with {beginning}", "`alphagex positions` lists them")
    if len(found) > 1:
        raise CommandError(f"{len(found)} open positions begin with {beginning}", "give more of the id")
    return found[0]
