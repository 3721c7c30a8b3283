"""What a bot's state calls for telling at every look, in case whoever brought it about ended before the alert."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.domain import messages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from shared.domain.alerts import Alert
    from shared.domain.book import LiveState
    from shared.domain.orders import Intent
    from shared.domain.positions import Position


def standing_alerts(live: LiveState, now: datetime) -> Iterator[Alert]:
    """Tell of what cannot be read, of every UNKNOWN and BROKEN, and of exits near their last close.

    Each has its own event, so that a repeat is silent.
    """
    for key, facts in live.set_aside:
        yield messages.item_set_aside(live.bot, key, facts, now)
    for intent in live.intents:
        yield from _of_intent(intent, now)
    for position in live.positions:
        yield from _of_position(position, now)


def _of_intent(intent: Intent, now: datetime) -> Iterator[Alert]:
    from shared.domain.orders import IntentState

    if intent.state is IntentState.UNKNOWN:
        yield messages.unknown(intent, intent.reason or "no answer", now)


def _of_position(position: Position, now: datetime) -> Iterator[Alert]:
    from shared.domain.positions import PositionState
    from shared.phases.monitoring.last_call import is_delivered, last_call

    if position.state is PositionState.BROKEN:
        yield messages.broken(position, now)
    closes_at = last_call(position, now)
    if closes_at is not None:
        yield messages.last_call(position, closes_at, is_delivered=is_delivered(position), at=now)
