"""What becomes of a working order at this moment: its limit moves, it is canceled, or it is left alone."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from shared.domain.config import BotConfig
from shared.domain.options import OptionQuote
from shared.domain.orders import Intent, IntentKind, IntentState
from shared.domain.package import mark_bounds, package_quote
from shared.domain.positions import Position
from shared.domain.sessions import new_york_date
from shared.domain.vocabulary import TradingState
from shared.phases.execution import protocol
from shared.phases.execution.prices import entry_limit, exit_limit
from shared.phases.monitoring.exits import exit_reason, stricter_reason
from shared.phases.monitoring.quoted import firm_mark, fresh_quotes

WALKABLE = frozenset({IntentState.WORKING, IntentState.PARTIALLY_FILLED})


class Cancel(NamedTuple):
    """The order is to be canceled, and why."""

    reason: str


def walked(
    config: BotConfig,
    intent: Intent,
    position: Position,
    quotes: Mapping[str, OptionQuote],
    state: TradingState,
    now: datetime,
) -> Cancel | Intent | None:
    """Say what becomes of a working order; an intent is the order one step on, its limit perhaps the same.

    An entry is canceled by a breaker that is not ACTIVE and after ``cancel_after_seconds``; nothing moves while
    it is HALTED, nor without fresh quotes, nor once all has filled. An exit that a stop has overtaken is worked as a
    stop.
    """
    if intent.filled_contracts >= intent.order.contracts:
        return None
    if intent.kind is IntentKind.ENTRY:
        if state is not TradingState.ACTIVE:
            return Cancel(f"breaker {state}")
        if now - (intent.broker_created_at or intent.planned_at) >= timedelta(seconds=config.walk.cancel_after_seconds):
            return Cancel(f"not filled in {config.walk.cancel_after_seconds} s")
    if state is TradingState.HALTED:
        return None
    rested = now - (intent.stepped_at or intent.planned_at)
    if rested < timedelta(seconds=config.walk.interval_seconds):
        return None
    quotes = fresh_quotes(position, quotes, config.freshness, now)
    intent = _overtaken(config, intent, position, quotes, now)
    limit_price = _next_limit(config, intent, position, quotes)
    return None if limit_price is None else protocol.replacing(intent, limit_price, now)


def _overtaken(
    config: BotConfig, intent: Intent, position: Position, quotes: Mapping[str, OptionQuote], now: datetime
) -> Intent:
    """Give an exit the stricter reason that its position has by now."""
    if intent.kind is not IntentKind.EXIT or intent.exit_reason is None:
        return intent
    mark = firm_mark(position, quotes, config.exits.max_spread)
    reason = stricter_reason(intent.exit_reason, exit_reason(position, mark, new_york_date(now)))
    return intent if reason is intent.exit_reason else intent.model_copy(update={"exit_reason": reason})


def _next_limit(
    config: BotConfig, intent: Intent, position: Position, quotes: Mapping[str, OptionQuote]
) -> Decimal | None:
    package = package_quote(position.strategy, position.legs, quotes)
    if package is None:
        return None
    step, order, walk = intent.steps + 1, intent.order, config.walk
    if intent.kind is IntentKind.ENTRY:
        minimum = config.strategies[intent.strategy].min_credit
        return entry_limit(order.underlying, order.effect, package, walk, step, minimum, position.entry_price)
    if intent.exit_reason is None:
        return None
    most = mark_bounds(position.legs)[1]
    return exit_limit(order.underlying, order.effect, package, walk, step, intent.exit_reason, most)
