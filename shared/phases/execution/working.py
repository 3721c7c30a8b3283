"""An intent between its planning and its end: claimed, sent, in doubt, watched, walked, canceled, given up."""

from datetime import datetime, timedelta
from decimal import Decimal

from shared.domain.book import Change, LiveState, SetCounters
from shared.domain.counting import counters_after_failure, counters_after_success
from shared.domain.orders import BrokerOrder, Intent, IntentState, Order, OrderStatus
from shared.domain.sessions import new_york_date

LEASE = timedelta(seconds=60)
QUIET = timedelta(seconds=120)
CLEAN_ABSENCES = 2

Changes = tuple[Change, ...]

END_OF = {
    OrderStatus.FILLED: IntentState.FILLED,
    OrderStatus.CANCELED: IntentState.CANCELED,
    OrderStatus.REJECTED: IntentState.REJECTED,
    OrderStatus.EXPIRED: IntentState.EXPIRED,
}
AT_BROKER = frozenset({IntentState.WORKING, IntentState.PARTIALLY_FILLED, IntentState.REPLACING, IntentState.CANCELING})


def claim(intent: Intent, owner: str, now: datetime) -> Intent:
    """Take a planned intent to send it; the lease outlives the worker."""
    return intent.model_copy(update={"state": IntentState.SUBMITTING, "owner": owner, "lease_until": now + LEASE})


def acknowledge(intent: Intent, order_id: str, now: datetime) -> Intent:
    """Note the broker's order id."""
    return intent.model_copy(
        update={"state": IntentState.WORKING, "order_id": order_id, "broker_created_at": now, "stepped_at": now}
    )


def doubt(intent: Intent, reason: str) -> Intent:
    """Note that nobody knows whether the order is live; everything stays reserved."""
    return intent.model_copy(update={"state": IntentState.UNKNOWN, "reason": reason[:300]})


def observe(intent: Intent, order: BrokerOrder, now: datetime) -> Intent:
    """Take over what the broker says of a working order: its id, and fills that only ever grow."""
    filled = max(intent.filled_contracts, order.filled_contracts)
    state = IntentState.PARTIALLY_FILLED if filled else IntentState.WORKING
    if intent.state is IntentState.CANCELING:
        state = IntentState.CANCELING
    seen = {
        "state": state,
        "order_id": order.order_id,
        "broker_created_at": order.created_at,
        "order": _at_limit(intent, order),
        "stepped_at": intent.stepped_at or now,
        "filled_contracts": filled,
        "fill_price": order.fill_price if filled else None,
        "clean_absences": 0,
    }
    is_news = any(getattr(intent, name) != value for name, value in seen.items())
    return intent.model_copy(update=seen) if is_news else intent


def _at_limit(intent: Intent, order: BrokerOrder) -> Order:
    """Return the order at the limit it has at the broker: a modification without an answer may not have been made."""
    if not order.limit_price or order.limit_price == intent.order.limit_price:
        return intent.order
    return intent.order.model_copy(update={"limit_price": order.limit_price})


def replacing(intent: Intent, limit_price: Decimal, now: datetime) -> Intent:
    """Note, before asking, that the limit of a working order is being changed in place."""
    order = intent.order
    if order.limit_price != limit_price:
        order = order.model_copy(update={"limit_price": limit_price})
    return intent.model_copy(
        update={"state": IntentState.REPLACING, "steps": intent.steps + 1, "stepped_at": now, "order": order}
    )


def canceling(intent: Intent, reason: str) -> Intent:
    """Note, before asking, that the order is being canceled; its outcome is what the order says afterwards."""
    return intent.model_copy(update={"state": IntentState.CANCELING, "reason": reason})


def missed(intent: Intent) -> Intent:
    """Count a clean read of the broker's list in which the order was absent."""
    return intent.model_copy(update={"clean_absences": intent.clean_absences + 1})


def may_be_abandoned(intent: Intent, now: datetime) -> bool:
    """Tell whether an intent that never showed up at the broker may be given up; it is never sent again."""
    match intent.state:
        case IntentState.PLANNED:
            return now > intent.planned_at + LEASE + QUIET
        case IntentState.SUBMITTING | IntentState.UNKNOWN:
            quiet = intent.lease_until is not None and now > intent.lease_until + QUIET
            return quiet and intent.clean_absences >= CLEAN_ABSENCES
        case _:
            return False


def is_bookable(order: BrokerOrder) -> bool:
    """Tell whether an ended order can be booked: a filled one has contracts, and what filled has its price."""
    if order.status is OrderStatus.FILLED and order.filled_contracts == 0:
        return False
    return order.status.is_final and (order.filled_contracts == 0 or order.fill_price is not None)


def is_forgotten(intent: Intent, now: datetime) -> bool:
    """Tell whether the broker's list, which forgets at midnight in New York, can no longer show an order."""
    sent = intent.broker_created_at or intent.planned_at
    return new_york_date(sent) != new_york_date(now)


def as_last_seen(intent: Intent) -> BrokerOrder | None:
    """Return a forgotten order as its intent remembers it, ended with what had filled; None where nothing had."""
    if intent.order_id is None or not intent.filled_contracts or intent.fill_price is None:
        return None
    sent = intent.broker_created_at or intent.planned_at
    is_whole = intent.filled_contracts >= intent.order.contracts
    return BrokerOrder(
        order_id=intent.order_id,
        tag=intent.tag,
        status=OrderStatus.FILLED if is_whole else OrderStatus.EXPIRED,
        legs=(),
        contracts=intent.order.contracts,
        filled_contracts=intent.filled_contracts,
        fill_price=intent.fill_price,
        limit_price=intent.order.limit_price,
        created_at=sent,
        updated_at=intent.stepped_at or sent,
        reason="as last read, before the broker forgot it",
    )


def still_watched(intent: Intent, now: datetime) -> bool:
    """Tell whether an order of this given-up intent could still turn up."""
    return intent.watched_until is not None and now < intent.watched_until


def unwatched(intent: Intent) -> Intent:
    """Stop watching the tag of an intent that was given up."""
    return intent.model_copy(update={"watched_until": None})


def ended(
    intent: Intent,
    state: IntentState,
    order: BrokerOrder | None,
    reason: str | None,
    watched_until: datetime | None = None,
) -> Intent:
    """Return the intent at its end, with what filled; a given-up one may stay watched until a moment."""
    return intent.model_copy(
        update={
            "state": state,
            "order_id": order.order_id if order else intent.order_id,
            "filled_contracts": order.filled_contracts if order else 0,
            "fill_price": order.fill_price if order and order.filled_contracts else None,
            "watched_until": watched_until,
            "reason": (reason or (order.reason if order else None) or intent.reason or "")[:300] or None,
        }
    )


def count_failure(live: LiveState) -> Change:
    """Count an order that the broker refused or never answered."""
    return SetCounters(live.bot, live.counters, counters_after_failure(live.counters))


def failure_if_rejected(intent: Intent, live: LiveState, state: IntentState) -> Changes:
    """Count a failure where the broker refused the order, and the doubt about it was not counted before."""
    return (count_failure(live),) if state is IntentState.REJECTED and not intent.failure_counted else ()


def success(live: LiveState) -> Changes:
    """End the row of failed orders, where there is one: an order went through."""
    if not live.counters.order_failures:
        return ()
    return (SetCounters(live.bot, live.counters, counters_after_success(live.counters)),)
