"""An order to the broker, the intent behind it, and what the broker says of it."""

import hashlib
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.domain.options import Leg, LegSide
from shared.domain.values import SCHEMA_VERSION, Contracts, Dollars, Price, UtcTime, Value
from shared.domain.vocabulary import Bot, ExitReason, Strategy, TradingMode

TAG_PREFIX = "agx-"


class PriceEffect(StrEnum):
    """Whether the package is paid for or paid to us."""

    CREDIT = "credit"
    DEBIT = "debit"

    @property
    def opposite(self) -> "PriceEffect":
        """The effect of undoing it."""
        return PriceEffect.DEBIT if self is PriceEffect.CREDIT else PriceEffect.CREDIT


class OrderSide(StrEnum):
    """What the broker is told to do with one leg."""

    BUY_TO_OPEN = "buy_to_open"
    SELL_TO_OPEN = "sell_to_open"
    BUY_TO_CLOSE = "buy_to_close"
    SELL_TO_CLOSE = "sell_to_close"

    @property
    def sign(self) -> int:
        """+1 when contracts come in, -1 when they go out."""
        return 1 if self in (OrderSide.BUY_TO_OPEN, OrderSide.BUY_TO_CLOSE) else -1

    @property
    def is_opening(self) -> bool:
        """Whether the side opens a leg."""
        return self in (OrderSide.BUY_TO_OPEN, OrderSide.SELL_TO_OPEN)


def opening_side(leg: Leg) -> OrderSide:
    """Return the side that takes on a leg."""
    return OrderSide.BUY_TO_OPEN if leg.side is LegSide.LONG else OrderSide.SELL_TO_OPEN


def closing_side(leg: Leg) -> OrderSide:
    """Return the side that undoes a leg."""
    return OrderSide.SELL_TO_CLOSE if leg.side is LegSide.LONG else OrderSide.BUY_TO_CLOSE


class OrderLeg(Value):
    """One leg of an order."""

    option_symbol: str
    side: OrderSide

    @property
    def sign(self) -> int:
        """+1 when contracts come in, -1 when they go out."""
        return self.side.sign


class Order(Value):
    """A limit order for a whole structure, one to four legs, good for the day.

    ``limit_price`` is unsigned dollars per unit of the package; ``effect`` says who pays.
    """

    underlying: str
    legs: Annotated[tuple[OrderLeg, ...], Field(min_length=1, max_length=4)]
    contracts: Annotated[int, Field(ge=1)]
    effect: PriceEffect
    limit_price: Price

    @property
    def fingerprint(self) -> str:
        """What two identical orders share: legs, sides and contracts; a limit price is walked anyway."""
        legs = "+".join(sorted(f"{leg.side}:{leg.option_symbol}" for leg in self.legs))
        return f"{self.contracts}x{legs}"


class OrderStatus(StrEnum):
    """What the broker says of an order."""

    SUBMITTED = "submitted"
    WORKING = "working"
    PARTIALLY_FILLED = "partially_filled"
    FILLED = "filled"
    CANCELED = "canceled"
    REJECTED = "rejected"
    EXPIRED = "expired"
    UNREADABLE = "unreadable"
    """The broker says something this version does not know: nothing is concluded from it."""

    @property
    def is_final(self) -> bool:
        """Whether nothing more can happen to the order."""
        return self in _OVER


_OVER = frozenset({OrderStatus.FILLED, OrderStatus.CANCELED, OrderStatus.REJECTED, OrderStatus.EXPIRED})


class BrokerLeg(Value):
    """What the broker says of one leg: cumulative contracts and their average price."""

    option_symbol: str
    side: OrderSide
    filled_contracts: Contracts
    fill_price: Price | None


class BrokerOrder(Value):
    """An order as the broker tells it.

    ``filled_contracts`` counts whole structures and is cumulative. ``fill_price`` is dollars per unit of the
    package by cash: positive when it was paid to us, negative when we paid; None until the legs have prices.
    """

    order_id: str
    tag: str | None
    status: OrderStatus
    legs: tuple[BrokerLeg, ...]
    contracts: Contracts
    filled_contracts: Contracts
    fill_price: Dollars | None
    limit_price: Price | None
    created_at: UtcTime
    updated_at: UtcTime
    reason: str | None = None
    fees: Price | None = None

    @property
    def is_ours(self) -> bool:
        """Whether its tag is one of this system."""
        return self.tag is not None and self.tag.startswith(TAG_PREFIX)


class BrokerPosition(Value):
    """One row of the broker's holdings: signed contracts of one OCC symbol, all spreads merged."""

    option_symbol: str
    contracts: int


class Balances(Value):
    """The account's money at the broker, in dollars."""

    account_id: str
    total_equity: Dollars
    option_buying_power: Dollars


class OrderPreview(Value):
    """What the broker says an order would cost, without sending it, in dollars."""

    cost: Dollars
    margin_change: Dollars
    fees: Dollars


class IntentKind(StrEnum):
    """Whether the order takes a position on or takes it off."""

    ENTRY = "entry"
    EXIT = "exit"


class IntentState(StrEnum):
    """Where an order intent stands; see ``shared.phases.execution.protocol``."""

    PLANNED = "PLANNED"
    SUBMITTING = "SUBMITTING"
    WORKING = "WORKING"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    REPLACING = "REPLACING"
    CANCELING = "CANCELING"
    FILLED = "FILLED"
    CANCELED = "CANCELED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    UNKNOWN = "UNKNOWN"
    ABANDONED = "ABANDONED"

    @property
    def is_final(self) -> bool:
        """Whether the intent will never change again."""
        return self in _FINAL


_FINAL = frozenset(
    {
        IntentState.FILLED,
        IntentState.CANCELED,
        IntentState.REJECTED,
        IntentState.EXPIRED,
        IntentState.ABANDONED,
    }
)


class Intent(Value):
    """The will to send one order, written down before the order leaves and sent at most once in its life."""

    schema_version: int = SCHEMA_VERSION
    intent_id: str
    kind: IntentKind
    bot: Bot
    mode: TradingMode
    underlying: str
    strategy: Strategy
    position_id: str
    order: Order
    state: IntentState = IntentState.PLANNED
    planned_at: UtcTime
    snapshot_id: str | None = None
    exit_reason: ExitReason | None = None
    owner: str | None = None
    lease_until: UtcTime | None = None
    order_id: str | None = None
    broker_created_at: UtcTime | None = None
    steps: int = 0
    stepped_at: UtcTime | None = None
    clean_absences: int = 0
    failure_counted: bool = False
    filled_contracts: Contracts = 0
    fill_price: Dollars | None = None
    watched_until: UtcTime | None = None
    reason: str | None = None

    @property
    def is_watched(self) -> bool:
        """Whether it was given up although it may have been sent: its tag stays watched."""
        return self.state is IntentState.ABANDONED and self.watched_until is not None

    @property
    def tag(self) -> str:
        """The broker tag: letters, digits and hyphens only."""
        return f"{TAG_PREFIX}{self.intent_id}"


def _derived(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:20]


def entry_intent_id(bot: Bot, mode: TradingMode, underlying: str, strategy: Strategy, snapshot_id: str) -> str:
    """Derive the id of an entry: the same signal always gives the same id."""
    return _derived("entry", bot, mode, underlying, strategy, snapshot_id)


def exit_intent_id(position_id: str, attempt: int) -> str:
    """Derive the id of one attempt to close a position."""
    return _derived("exit", position_id, str(attempt))


def position_id_of(entry_intent: str) -> str:
    """Derive the id of the position an entry opens."""
    return f"p{entry_intent}"
