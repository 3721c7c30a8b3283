"""Intents, orders, and what the broker says of them."""

from decimal import Decimal
from typing import Any

from shared.domain.orders import (
    BrokerOrder,
    Intent,
    IntentKind,
    Order,
    OrderLeg,
    OrderStatus,
    PriceEffect,
    closing_side,
    opening_side,
)
from shared.domain.positions import Position
from shared.domain.vocabulary import ExitReason, Strategy
from tests.builders.scene import NOON, seconds


def entry_intent(of: Position, limit_price: object = "1.00", **changes: Any) -> Intent:
    """The intent that opens a position."""
    facts: dict[str, Any] = {
        "intent_id": of.entry_intent,
        "kind": IntentKind.ENTRY,
        "bot": of.bot,
        "mode": of.mode,
        "underlying": of.underlying,
        "strategy": of.strategy,
        "position_id": of.position_id,
        "order": Order(
            underlying=of.underlying,
            legs=tuple(OrderLeg(option_symbol=leg.option_symbol, side=opening_side(leg)) for leg in of.legs),
            contracts=of.contracts,
            effect=of.effect,
            limit_price=Decimal(str(limit_price)),
        ),
        "planned_at": NOON,
    }
    return Intent.model_validate(facts | changes)


def exit_intent(of: Position, reason: ExitReason = ExitReason.PROFIT_TARGET, **changes: Any) -> Intent:
    """The intent that closes what is left of a position."""
    facts: dict[str, Any] = {
        "intent_id": "x1",
        "kind": IntentKind.EXIT,
        "exit_reason": reason,
        "order": exit_order(of),
    }
    return entry_intent(of, **facts | changes)


def exit_order(of: Position, contracts: int | None = None) -> Order:
    return Order(
        underlying=of.underlying,
        legs=tuple(OrderLeg(option_symbol=leg.option_symbol, side=closing_side(leg)) for leg in of.legs),
        contracts=of.remaining_contracts if contracts is None else contracts,
        effect=of.effect.opposite,
        limit_price=Decimal("0.50"),
    )


def broker_order(
    status: OrderStatus = OrderStatus.FILLED,
    filled: int = 1,
    price: object | None = "1.00",
    **changes: Any,
) -> BrokerOrder:
    """What the broker says; ``price`` by cash, positive when paid to us."""
    facts: dict[str, Any] = {
        "order_id": "b1",
        "tag": "agx-i1",
        "status": status,
        "legs": (),
        "contracts": 10,
        "filled_contracts": filled,
        "fill_price": None if price is None else Decimal(str(price)),
        "limit_price": Decimal("1.00"),
        "created_at": NOON,
        "updated_at": NOON + seconds(30),
    }
    return BrokerOrder.model_validate(facts | changes)


def credit_or_debit(strategy: Strategy) -> PriceEffect:
    return PriceEffect.CREDIT if strategy.is_credit else PriceEffect.DEBIT
