"""``alphagex breaker``: see the circuit breaker, set your switch, hold back or release one bot."""

from typing import Annotated

import typer

from infra.cli.mistakes import CommandError
from infra.cli.screen import JsonOption, bot_of, console, when, write_json
from infra.cli.stage import Place
from shared.domain.vocabulary import Bot, TradingState
from shared.views.health import BreakerView, health_view

MEANINGS = {
    TradingState.ACTIVE: "entries and exits may leave",
    TradingState.REDUCING: "no entries; exits go on",
    TradingState.HALTED: "no order leaves",
}
ReasonOption = Annotated[str | None, typer.Option("--reason", help="Why; it is recorded.")]


def breaker(
    place: Place,
    state: Annotated[str | None, typer.Argument(help="ACTIVE, REDUCING or HALTED; nothing shows it.")] = None,
    *,
    reason: ReasonOption = None,
    bot: Annotated[str | None, typer.Option("--bot", help="Hold back or release this bot only.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show or set the circuit breaker. ACTIVE sets back what tripped all bots; what tripped one bot, with --bot."""
    one = bot_of(bot) if bot else None
    if state is not None:
        set_breaker(place, _state_of(state), reason_of(reason), one)
    found = health_view(place.stage.sources).breaker
    if as_json:
        write_json(found)
        return
    _show(found)
    if state is not None:
        _tell_held(found, state.upper(), one)


def _tell_held(found: BreakerView, state: str, bot: Bot | None) -> None:
    """Tell which bots their own trips still hold back after ACTIVE for all, and how to release them."""
    held = [trip.scope for trip in found.trips if trip.scope in tuple(Bot)]
    if bot is None and state == TradingState.ACTIVE and held:
        console().say(f"still held back, each by its own trip: {', '.join(held)}; look why, then use --bot for each")


def _state_of(text: str) -> TradingState:
    try:
        return TradingState(text.upper())
    except ValueError as error:
        raise CommandError(f"{text} is no state of the breaker", f"choose one of {', '.join(TradingState)}") from error


def reason_of(reason: str | None) -> str:
    """Return a reason, which must not be empty. Raises CommandError."""
    if not (reason or "").strip():
        raise CommandError("no reason given", 'say why: --reason "..."; it is recorded with the deed')
    return str(reason).strip()


def set_breaker(place: Place, state: TradingState, reason: str, bot: Bot | None = None) -> None:
    """Set the user's switch, or the trip of one bot, and record why."""
    operator = place.stage.operator
    if bot is not None:
        if state is TradingState.ACTIVE:
            operator.clear_trip(bot, reason)
        else:
            operator.trip(bot, state, reason)
        return
    place.parameters.put_breaker(state, reason)
    if state is TradingState.ACTIVE:
        operator.clear_trip(None, reason)
        return
    for one in Bot:
        operator.record(one, f"BREAKER {state}", reason)


def _show(found: BreakerView) -> None:
    screen = console()
    screen.say(f"your switch: {found.switch} ({MEANINGS[found.switch]})")
    for trip in found.trips:
        scope = trip.scope if trip.scope in tuple(Bot) else None
        back = f"alphagex breaker ACTIVE {f'--bot {scope} ' if scope else ''}--reason ..."
        screen.say(f"tripped: {trip.scope} {trip.state}, {when(trip.at)}: {trip.reason}; set back by: {back}")
    for bot, state in found.effective.items():
        screen.say(f"{bot}: {state}")
