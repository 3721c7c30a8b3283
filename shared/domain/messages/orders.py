"""What becomes of an order: refused, unknown, slow, not ours, not readable."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from shared.domain.alerts import Alert
from shared.domain.messages.wording import POSITIONS, alert_of, decisions_at
from shared.domain.sessions import NEW_YORK
from shared.domain.vocabulary import AlertLevel

if TYPE_CHECKING:
    from shared.domain.orders import BrokerOrder, Intent


def rejected(intent: Intent, reason: str, at: datetime) -> Alert:
    """Tell that the broker refused an order; of an exit, which is tried again every minute, once an hour."""
    is_entry = intent.kind == "entry"
    return alert_of(
        f"rejected-{intent.intent_id}" if is_entry else f"rejected-{intent.position_id}-{at:%Y-%m-%dT%H}",
        AlertLevel.HIGH,
        f"{intent.bot}: the broker rejected the {intent.kind} order for {intent.strategy} on {intent.underlying}",
        (
            f"What: order {intent.tag}, {intent.order.contracts} contracts, limit {intent.order.limit_price}",
            f"Why: {reason}",
            "How: nothing is live; slot and risk are free again"
            if is_entry
            else "How: the exit is tried again at the next run",
            decisions_at(intent.bot, at),
        ),
        at,
        intent.bot,
    )


def denied(intent: Intent, reason: str, at: datetime) -> Alert:
    """Tell that an order was refused by ourselves at the last moment: it never left."""
    return alert_of(
        f"denied-{intent.position_id}-{intent.kind}-{at:%Y-%m-%d}",
        AlertLevel.HIGH,
        f"{intent.bot}: the {intent.kind} order for {intent.strategy} on {intent.underlying} was denied",
        (
            f"What: order {intent.tag} never left",
            f"Why: {reason}",
            "How: slot and risk are free again" if intent.kind == "entry" else "How: the exit is tried again",
            decisions_at(intent.bot, at),
        ),
        at,
        intent.bot,
    )


def unknown(intent: Intent, reason: str, at: datetime) -> Alert:
    """Tell that nobody knows whether an order is live."""
    return alert_of(
        f"unknown-{intent.intent_id}",
        AlertLevel.CRITICAL,
        f"{intent.bot}: order UNKNOWN, {intent.kind} of {intent.strategy} on {intent.underlying}",
        (
            f"What: order {intent.tag} may or may not be live at the broker",
            f"Why: {reason}",
            "How: it is never sent again; the next runs find it by its tag or give it up after the quiet period",
            POSITIONS,
        ),
        at,
        intent.bot,
    )


def not_filled(intent: Intent, minutes: int, at: datetime) -> Alert:
    """Tell that an exit is still working."""
    return alert_of(
        f"slow-exit-{intent.intent_id}",
        AlertLevel.HIGH,
        f"{intent.bot}: the exit of {intent.strategy} on {intent.underlying} is not filled after {minutes} minutes",
        (
            f"What: order {intent.tag}, limit {intent.order.limit_price}, step {intent.steps}",
            f"Why: {intent.exit_reason}; the market is not at our price",
            "How: the walk goes on",
            POSITIONS,
        ),
        at,
        intent.bot,
    )


def unbooked(intent: Intent, order: BrokerOrder, unreadable: Sequence[str], at: datetime) -> Alert:
    """Tell of a fill that cannot be booked over items that nobody can read; once a day."""
    is_entry = intent.kind == "entry"
    watched = "no target and no stop is watched: look after it at the broker" if is_entry else "its slot stays taken"
    return alert_of(
        f"unbooked-{intent.intent_id}-{at.astimezone(NEW_YORK):%Y-%m-%d}",
        AlertLevel.CRITICAL,
        f"{intent.bot}: a filled {intent.kind} of {intent.strategy} on {intent.underlying} cannot be booked",
        (
            f"What: order {intent.tag} filled {order.filled_contracts} contracts, {order.fill_price} a unit by cash",
            f"Why: {', '.join(unreadable)} cannot be read, and every booking needs all of the bot's items",
            f"How: the fill is kept and booked once they can be read; until then {watched}",
            f"Look closer: alphagex doctor; table positions, ACCT#{intent.bot}",
        ),
        at,
        intent.bot,
    )


def foreign_order(account_id: str, order: BrokerOrder, at: datetime) -> Alert:
    """Tell of an order at the broker that is not ours."""
    legs = ", ".join(f"{leg.side} {leg.option_symbol}" for leg in order.legs) or "no option legs"
    return alert_of(
        f"external-{account_id}-{order.order_id}",
        AlertLevel.HIGH,
        f"EXTERNAL order {order.order_id} in account {account_id}",
        (
            f"What: {order.status}, {legs}",
            f"Why: its tag is {order.tag or 'missing'}, so it is not of this system",
            "How: it is left alone; legs it opened are not compared, a position of ours it closed is booked as MANUAL",
            "Look closer: the broker's order list",
        ),
        at,
    )


def stray_order(account_id: str, order: BrokerOrder, why: str, how: str, at: datetime) -> Alert:
    """Tell of an order with a tag of ours that no live intent stands behind."""
    return alert_of(
        f"stray-{account_id}-{order.order_id}-{order.status}",
        AlertLevel.CRITICAL,
        f"Order {order.order_id} without a live intent in account {account_id}",
        (
            f"What: tag {order.tag}, {order.status}, {order.filled_contracts} filled",
            f"Why: {why}",
            f"How: {how}",
            POSITIONS,
        ),
        at,
    )


def unreadable_order(account_id: str, order: BrokerOrder, at: datetime) -> Alert:
    """Tell of an order that this version cannot read, with the raw facts."""
    return alert_of(
        f"unreadable-{account_id}-{order.order_id}-{at:%Y-%m-%d}",
        AlertLevel.CRITICAL,
        f"BROKEN: order {order.order_id} in account {account_id} cannot be read",
        (
            f"What: tag {order.tag}; {order.reason}",
            "Why: the broker says something this version does not know",
            "How: nothing is concluded from it; its intent keeps everything reserved, all other orders go on",
            POSITIONS,
        ),
        at,
    )
