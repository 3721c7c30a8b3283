"""What may leave: the breaker, its trips, and live mode."""

from datetime import datetime

from shared.domain.accounts import Confirmation
from shared.domain.alerts import Alert
from shared.domain.book import Trip
from shared.domain.messages.wording import alert_of, decisions_at
from shared.domain.vocabulary import AlertLevel, Bot, TradingMode, TradingState

_CONSEQUENCE = {
    TradingState.ACTIVE: "entries and exits may leave",
    TradingState.REDUCING: "no entries; exits go on",
    TradingState.HALTED: "no order leaves",
}


def breaker_changed(state: TradingState, who: str, reason: str, at: datetime) -> Alert:
    """Tell that the breaker changed, who changed it and why."""
    return alert_of(
        f"breaker-{who}-{state}-{at:%Y-%m-%dT%H:%M:%SZ}",
        AlertLevel.CRITICAL,
        f"Breaker {state}: {who}",
        (
            f"What: {_CONSEQUENCE[state]}",
            f"Why: {reason}",
            f"How: {who}",
            "Look closer: alphagex breaker",
        ),
        at,
    )


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
