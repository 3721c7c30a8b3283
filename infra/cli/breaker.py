"""``alphagex breaker``: see the circuit breaker, set your switch, hold back or release one bot."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from infra.cli.mistakes import CommandError
from infra.cli.screen import JsonOption, bot_of, console, when, write_json
from infra.cli.stage import Place
from shared.domain.book import Trip
from shared.domain.errors import InvalidValueError
from shared.domain.vocabulary import Bot, TradingState
from shared.views.health import BreakerView, health_view

if TYPE_CHECKING:
    from shared.operator import Operator

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
        seen = place.stage.operator.standing(one)
        set_breaker(place, _state_of(state), reason_of(reason), one, saw=seen.at if seen else None)
        _tell_cleared(seen, state.upper())
    found = health_view(place.stage.sources).breaker
    if as_json:
        write_json(found)
        return
    _show(found)
    if state is not None:
        _tell_held(found, state.upper(), one)


def _tell_cleared(seen: Trip | None, state: str) -> None:
    """Name the trip that was set back."""
    if seen is not None and state == TradingState.ACTIVE:
        console(to_error=True).say(f"set back: {seen.scope} {seen.state}, {when(seen.at)}: {seen.reason}")


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


def set_breaker(
    place: Place, state: TradingState, reason: str, bot: Bot | None = None, *, saw: datetime | None = None
) -> None:
    """Set the user's switch, or the trip of one bot, and record why; ACTIVE sets back the trip of time ``saw``.

    Raises:
        InvalidValueError: another trip stands there by now; it goes on standing.
    """
    operator = place.stage.operator
    if bot is not None and state is not TradingState.ACTIVE:
        operator.trip(bot, state, reason)
        return
    was_tripped = state is TradingState.ACTIVE and _set_back(operator, reason, bot, saw)
    if bot is not None:
        return
    place.parameters.put_breaker(state, reason)
    for one in () if was_tripped else Bot:
        operator.record(one, f"BREAKER {state}", reason)


def _set_back(operator: "Operator", reason: str, bot: Bot | None, saw: datetime | None) -> bool:
    """Set the trip that was seen back; tell whether there was one."""
    standing = operator.standing(bot)
    if standing is None:
        return False
    if standing.at != saw or not operator.clear_trip(standing, reason):
        raise InvalidValueError(
            "breaker", standing.scope, f"it was tripped since you looked ({standing.reason}): look, and set it again"
        )
    return True


def _show(found: BreakerView) -> None:
    screen = console()
    screen.say(f"your switch: {found.switch} ({MEANINGS[found.switch]})")
    for trip in found.trips:
        scope = trip.scope if trip.scope in tuple(Bot) else None
        back = f"alphagex breaker ACTIVE {f'--bot {scope} ' if scope else ''}--reason ..."
        screen.say(f"tripped: {trip.scope} {trip.state}, {when(trip.at)}: {trip.reason}; set back by: {back}")
    for bot, state in found.effective.items():
        screen.say(f"{bot}: {state}")
