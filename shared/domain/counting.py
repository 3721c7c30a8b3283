"""What an order, a close and a failure do to the counters of a bot."""

from datetime import datetime, timedelta
from typing import Any

from shared.domain.ledgers import Counters
from shared.domain.sessions import new_york_date
from shared.domain.vocabulary import ExitReason

ORDER_TIMES_KEPT = timedelta(seconds=60)


def counters_after_order(counters: Counters, now: datetime, fingerprint: str = "") -> Counters:
    """Count an order that is about to leave, and remember it by its fingerprint as long as it may not be repeated."""
    today = new_york_date(now)
    same_day = counters.day == today
    recent = tuple(at for at in counters.order_times if now - at < ORDER_TIMES_KEPT)
    return counters.model_copy(
        update={
            "day": today,
            "orders_today": (counters.orders_today if same_day else 0) + 1,
            "stops_today": counters.stops_today if same_day else 0,
            "order_times": (*recent, now),
            "order_prints": {
                **{one: at for one, at in counters.order_prints.items() if now - at < ORDER_TIMES_KEPT},
                **({fingerprint: now} if fingerprint else {}),
            },
            "version": counters.version + 1,
        }
    )


def counters_after_close(counters: Counters, reason: ExitReason, closed_at: datetime) -> Counters:
    """Remember a stop or a target, for the rails and the breaker; a close of an earlier day counts for no other."""
    day, is_stop = new_york_date(closed_at), reason is ExitReason.STOP_LOSS
    update: dict[str, Any] = {"order_failures": 0, "version": counters.version + 1}
    if counters.day is None or day >= counters.day:
        same_day = counters.day == day
        update |= {
            "day": day,
            "orders_today": counters.orders_today if same_day else 0,
            "stops_today": (counters.stops_today if same_day else 0) + (1 if is_stop else 0),
        }
    if is_stop:
        update["last_stop_on"] = max(day, counters.last_stop_on or day)
    if reason is ExitReason.PROFIT_TARGET:
        update["last_target_at"] = max(closed_at, counters.last_target_at or closed_at)
    return counters.model_copy(update=update)


def counters_after_failure(counters: Counters) -> Counters:
    """Count an order the broker refused or never answered."""
    return counters.model_copy(update={"order_failures": counters.order_failures + 1, "version": counters.version + 1})


def counters_after_success(counters: Counters) -> Counters:
    """End the row of failed orders."""
    return counters.model_copy(update={"order_failures": 0, "version": counters.version + 1})
