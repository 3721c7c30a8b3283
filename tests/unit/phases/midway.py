"""Positions and orders midway through the order protocol, and what a step would change."""

from decimal import Decimal
from typing import TypeVar

from shared.domain.book import Change, LiveState
from shared.domain.config import Fees
from shared.domain.fills import Fill, FillKind
from shared.domain.orders import Intent, IntentState
from shared.domain.positions import Position, PositionState
from tests.builders import NOON, counters, entry_intent, ledger, live, position

FEES = Fees()
Kind = TypeVar("Kind")
OWNER = "worker-1"


def opening(contracts: int = 10) -> Position:
    return position(contracts=contracts, state=PositionState.OPENING, opened_at=None, booked_cash=Decimal(0))


def reserved(held: Position) -> LiveState:
    """The bot's state with exactly this position on its ledger."""
    return live(
        positions=(held,),
        ledgers=(
            ledger(
                open_count=1,
                open_risk=held.risk * held.remaining_contracts,
                secured_cash=held.secured_cash,
                risk_by_underlying={"SPY": held.risk * held.remaining_contracts},
                version=5,
            ),
        ),
        counters=counters(order_failures=2, version=3),
    )


def kinds(changes: tuple[Change, ...]) -> list[str]:
    return [type(change).__name__ for change in changes]


def only(kind: type[Kind], changes: tuple[Change, ...]) -> Kind:
    (found,) = [change for change in changes if isinstance(change, kind)]
    return found


def working(held: Position, **changes: object) -> Intent:
    return entry_intent(held, state=IntentState.WORKING, owner=OWNER, order_id="b1", **changes)


def all_left(held: Position, cash: object, kind: FillKind = FillKind.SETTLEMENT) -> Fill:
    """All that is left of a position, given up for this much, without a fee."""
    contracts = held.remaining_contracts
    return Fill(kind=kind, at=NOON, contracts=contracts, cash=Decimal(str(cash)), fees=Decimal(0))
