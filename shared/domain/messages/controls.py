"""What may leave: the breaker, its trips, and live mode."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from shared.domain.alerts import Alert
from shared.domain.messages.wording import alert_of, decisions_at
from shared.domain.vocabulary import AlertLevel, Bot, TradingMode, TradingState

if TYPE_CHECKING:
    from shared.domain.accounts import Confirmation
    from shared.domain.book import Flip, Trip

_CONSEQUENCE = {
    TradingState.ACTIVE: "entries and exits may leave",
    TradingState.REDUCING: "no entries; exits go on",
    TradingState.HALTED: "no order leaves",
}


def breaker_changed(state: TradingState, who: str, reason: str, at: datetime, how: str | None = None) -> Alert:
    """Tell that the breaker changed, who changed it and why."""
    return alert_of(
        f"breaker-{who}-{state}-{at:%Y-%m-%dT%H:%M:%SZ}",
        AlertLevel.CRITICAL,
        f"Breaker {state}: {who}",
        (
            f"What: {_CONSEQUENCE[state]}",
            f"Why: {reason}",
            f"How: {how or who}",
            "Look closer: alphagex breaker",
        ),
        at,
    )


def switched(state: TradingState, flip: Flip | None, at: datetime) -> Alert:
    """Tell that the user's switch changed, by whom and why; ``flip`` None: nobody tells."""
    reason, how = "it was set, or could not be read", "who set it is not known: SSM did not tell its history"
    if flip is not None:
        how = f"{flip.value} was set by {flip.who} at {flip.at:%Y-%m-%d %H:%M:%S}Z"
        reason = flip.reason or "no reason was given with it"
        if flip.value not in tuple(TradingState):
            reason = f"{flip.value!r} is no state of the breaker and counts as {state}"
        elif flip.value != state:
            reason = f"it cannot be read and counts as {state}"
    return breaker_changed(state, "the user's switch", reason, at, how)


def tripped(trip: Trip) -> Alert:
    """Tell that the system tripped its own breaker."""
    return breaker_changed(trip.state, f"the system, {trip.scope}", trip.reason, trip.at)


def live_confirmed(confirmation: Confirmation) -> Alert:
    """Tell that a person confirmed live trading."""
    return alert_of(
        f"live-{confirmation.bot}-{confirmation.at:%Y-%m-%dT%H:%M:%SZ}",
        AlertLevel.CRITICAL,
        f"{confirmation.bot} trades LIVE in account {confirmation.account_id}",
        (
            "What: new entries go to the real broker, with real money",
            f"Why: configuration says live, and the account was confirmed by command: {confirmation.reason}",
            "How: set the mode back in the configuration to end it; open positions keep their exits",
            decisions_at(confirmation.bot, confirmation.at),
        ),
        confirmation.at,
        confirmation.bot,
    )


def live_withdrawn(bot: Bot, mode: TradingMode, at: datetime) -> Alert:
    """Tell that a bot no longer enters live."""
    return alert_of(
        f"live-{bot}-off-{at:%Y-%m-%dT%H:%M:%SZ}",
        AlertLevel.CRITICAL,
        f"{bot} no longer trades live: its mode is {mode}",
        (
            "What: new entries go elsewhere; the confirmation of its account is withdrawn",
            "Why: its configuration was changed",
            "How: live positions keep their exits; going live again takes both steps again",
            decisions_at(bot, at),
        ),
        at,
        bot,
    )
