"""Phases 6 and 5 about one position: the order that closes it, and the record of why."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from shared.domain.config import Walk
from shared.domain.decisions import Decision, DecisionKind, Gate
from shared.domain.options import OptionQuote
from shared.domain.orders import Intent, IntentKind, Order, OrderLeg, closing_side, exit_intent_id
from shared.domain.package import mark_bounds, package_quote
from shared.domain.positions import Position
from shared.domain.vocabulary import ExitReason
from shared.phases.execution.prices import exit_limit
from shared.phases.monitoring import exit_gates


def exit_intent(
    position: Position, reason: ExitReason, quotes: Mapping[str, OptionQuote], walk: Walk, now: datetime
) -> Intent | None:
    """Return the intent that closes all contracts left, at mid first; None without a sound quote of every leg."""
    package = package_quote(position.strategy, position.legs, quotes)
    if package is None:
        return None
    effect, most = position.effect.opposite, mark_bounds(position.legs)[1]
    return Intent(
        intent_id=exit_intent_id(position.position_id, position.exit_attempts + 1),
        kind=IntentKind.EXIT,
        bot=position.bot,
        mode=position.mode,
        underlying=position.underlying,
        strategy=position.strategy,
        position_id=position.position_id,
        order=Order(
            underlying=position.underlying,
            legs=tuple(OrderLeg(option_symbol=leg.option_symbol, side=closing_side(leg)) for leg in position.legs),
            contracts=position.remaining_contracts,
            effect=effect,
            limit_price=exit_limit(position.underlying, effect, package, walk, 0, reason, most),
        ),
        planned_at=now,
        snapshot_id=position.snapshot_id,
        exit_reason=reason,
    )


def exit_decision(position: Position, intent: Intent, mark: Decimal | None, today: date) -> Decision:
    """Write up an exit: what, why with every condition, how."""
    return Decision(
        decision_id=f"{position.bot}-{intent.intent_id}",
        kind=DecisionKind.EXIT,
        bot=position.bot,
        mode=position.mode,
        underlying=position.underlying,
        at=intent.planned_at,
        strategy=position.strategy,
        what=f"CLOSE {position.strategy} on {position.underlying}: {intent.exit_reason}",
        why=(*exit_gates(position, mark, today), *_assignment(intent)),
        how=(
            f"{len(intent.order.legs)}-leg order, {intent.order.contracts} contracts, "
            f"{intent.order.effect} {intent.order.limit_price}, attempt {position.exit_attempts + 1}"
        ),
        intent_id=intent.intent_id,
        position_id=position.position_id,
        snapshot_id=position.snapshot_id,
        last_seen=intent.planned_at,
    )


def _assignment(intent: Intent) -> tuple[Gate, ...]:
    if intent.exit_reason is not ExitReason.ASSIGNMENT_RISK:
        return ()
    value = "a short leg into the expiration day, or in the money over an ex-dividend date"
    return (Gate(code=ExitReason.ASSIGNMENT_RISK, value=value, limit="none overnight", passed=True),)


def hand_decision(position: Position, source: str, now: datetime) -> Decision:
    """Write up a close that no order of ours made, and who tells of it."""
    return Decision(
        decision_id=f"{position.bot}-manual-{position.position_id}",
        kind=DecisionKind.EXIT,
        bot=position.bot,
        mode=position.mode,
        underlying=position.underlying,
        at=now,
        strategy=position.strategy,
        what=f"CLOSE {position.strategy} on {position.underlying}: {ExitReason.MANUAL}",
        why=(),
        how=f"closed by hand, {position.remaining_contracts} contracts, by {source}",
        position_id=position.position_id,
        snapshot_id=position.snapshot_id,
        last_seen=now,
    )


def settlement_decision(position: Position, official_close: Decimal, source: str, now: datetime) -> Decision:
    """Write up a settlement: at which official close, and whose."""
    return Decision(
        decision_id=f"{position.bot}-settle-{position.position_id}",
        kind=DecisionKind.SETTLEMENT,
        bot=position.bot,
        mode=position.mode,
        underlying=position.underlying,
        at=now,
        strategy=position.strategy,
        what=f"SETTLE {position.strategy} on {position.underlying}",
        why=exit_gates(position, None, position.expiration),
        how=f"intrinsic value at the official close {official_close} ({source})",
        position_id=position.position_id,
        snapshot_id=position.snapshot_id,
        last_seen=now,
    )
