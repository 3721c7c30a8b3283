"""Open exposure, its exit rules as stamped at entry, and its result."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shared.domain.fills import Fill, FillKind
from shared.domain.options import CONTRACT_MULTIPLIER, Leg, LegSide
from shared.domain.orders import PriceEffect
from shared.domain.values import SCHEMA_VERSION, Contracts, Dollars, Fraction, Price, UtcTime, Value
from shared.domain.vocabulary import Bot, ExitReason, GammaRegime, StopBasis, Strategy, TradingMode


class PositionState(StrEnum):
    """Where a position stands."""

    OPENING = "OPENING"
    OPEN = "OPEN"
    EXIT_PENDING = "EXIT_PENDING"
    CLOSING = "CLOSING"
    SETTLING = "SETTLING"
    BROKEN = "BROKEN"
    CLOSED = "CLOSED"
    ABANDONED = "ABANDONED"

    @property
    def is_final(self) -> bool:
        """Whether the position is over."""
        return self in (PositionState.CLOSED, PositionState.ABANDONED)

    @property
    def is_held(self) -> bool:
        """Whether its contracts are booked as held at the broker."""
        return self in _HELD


_HELD = frozenset(
    {
        PositionState.OPEN,
        PositionState.EXIT_PENDING,
        PositionState.CLOSING,
        PositionState.SETTLING,
        PositionState.BROKEN,
    }
)


class ExitRule(Value):
    """The exit rules of one position, stamped at entry so that no later configuration can hide it.

    ``profit_target`` and ``stop_loss`` are shares of the premium; ``latest_stop`` is the share of the maximum
    loss beyond which the stop is never later; the alert and edge shares are of the way to the stop or target.
    """

    profit_target: Decimal
    stop_loss: Decimal
    stop_basis: StopBasis
    latest_stop: Fraction
    time_exit_dte: int
    near_edge: Fraction
    stop_warning: Fraction


class Position(Value):
    """One structure held, or about to be.

    ``entry_price`` is unsigned premium per unit; ``max_loss`` is dollars per contract of the structure, and
    ``risk`` the dollars per contract that count against the caps (for a cash-secured put the loss at its stop);
    ``entry_fees`` are total dollars; ``account_id`` is the broker's account it was entered in; ``counted_pnl`` is
    what the contracts closed so far have added to the ledger; ``fills`` are what changed hands, oldest first, without
    those that a version booked which did not keep them yet.
    """

    schema_version: int = SCHEMA_VERSION
    version: int = 1
    position_id: str
    bot: Bot
    mode: TradingMode
    underlying: str
    strategy: Strategy
    state: PositionState
    legs: Annotated[tuple[Leg, ...], Field(min_length=1, max_length=4)]
    contracts: Annotated[int, Field(ge=1)]
    entry_price: Price
    entry_fees: Price
    max_loss: Price
    risk: Price
    secured_cash: Price = Decimal(0)
    exit_rule: ExitRule
    regime: GammaRegime
    confidence: int
    entry_intent: str
    snapshot_id: str
    account_id: str | None = None
    holds_slot: bool = True
    planned_at: UtcTime
    opened_at: UtcTime | None = None
    closing_intent: str | None = None
    exit_attempts: int = 0
    exit_tried_at: UtcTime | None = None
    exit_reason: ExitReason | None = None
    exit_pending_since: UtcTime | None = None
    unquoted_runs: int = 0
    closed_contracts: Contracts = 0
    booked_cash: Dollars = Decimal(0)
    booked_fees: Price = Decimal(0)
    counted_pnl: Dollars = Decimal(0)
    fills: tuple[Fill, ...] = ()
    note: str | None = None

    @property
    def effect(self) -> PriceEffect:
        """Whether the entry was paid to us (credit) or paid by us (debit)."""
        return PriceEffect.CREDIT if self.strategy.is_credit else PriceEffect.DEBIT

    @property
    def expiration(self) -> date:
        """The New York date on which all legs expire."""
        return self.legs[0].contract.expiration

    @property
    def remaining_contracts(self) -> int:
        """Contracts still held."""
        return self.contracts - self.closed_contracts

    @property
    def entry_fill(self) -> Fill | None:
        """What was taken on, None where it was not kept."""
        return self.fills[0] if self.fills and self.fills[0].kind is FillKind.ENTRY else None

    @property
    def total_risk(self) -> Decimal:
        """Dollars that count against the caps."""
        return self.risk * self.contracts

    def dte(self, today: date) -> int:
        """Return calendar days to expiration; ``today`` is a New York date."""
        return (self.expiration - today).days

    def signed_legs(self) -> dict[str, int]:
        """Return the contracts held of each OCC symbol, long positive."""
        return {leg.option_symbol: leg.sign * self.remaining_contracts for leg in self.legs}


class ClosedTrade(Value):
    """The result of one position, the raw material of the statistics.

    ``pnl`` is dollars after all fees; ``pnl_fraction`` the same as a share of the premium at entry.
    """

    schema_version: int = SCHEMA_VERSION
    position_id: str
    bot: Bot
    mode: TradingMode
    strategy: Strategy
    underlying: str
    contracts: Annotated[int, Field(ge=1)]
    entry_price: Price
    exit_price: Price
    fees: Price
    pnl: Dollars
    pnl_fraction: Dollars
    opened_at: UtcTime
    closed_at: UtcTime
    exit_reason: ExitReason
    regime: GammaRegime
    settlement_source: str | None = None

    @property
    def key(self) -> str:
        """The sort key: the broker's fill time, then the position."""
        return f"CLOSED#{self.closed_at:%Y-%m-%dT%H:%M:%SZ}#{self.position_id}"


def width_of(legs: tuple[Leg, ...]) -> Decimal | None:
    """Return the strike distance of the wider side, or None for a structure with one leg."""
    distances = []
    for short in legs:
        if short.side is not LegSide.SHORT:
            continue
        same_right = [leg for leg in legs if leg.side is LegSide.LONG and leg.contract.right is short.contract.right]
        distances += [abs(leg.contract.strike - short.contract.strike) for leg in same_right]
    return max(distances) if distances else None


def premium_dollars(price: Decimal, contracts: int) -> Decimal:
    """Return the dollars a premium per unit amounts to."""
    return price * CONTRACT_MULTIPLIER * contracts
