"""What fills and settlements do to a position and its ledger."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_FLOOR, Decimal
from functools import reduce

from shared.domain.config import Fees
from shared.domain.fills import Fill, FillKind
from shared.domain.ledgers import Ledger
from shared.domain.options import CONTRACT_MULTIPLIER
from shared.domain.orders import BrokerLeg
from shared.domain.package import max_loss, one_way_fees
from shared.domain.positions import ClosedTrade, ExitRule, Position, PositionState, premium_dollars
from shared.domain.values import to_cents
from shared.domain.vocabulary import ExitReason, StopBasis, Strategy
from shared.phases.execution.fills import order_fill
from shared.phases.monitoring.pnl import stop_loss_dollars

STOP_STEP = Decimal("0.000001")
"""To what share of the premium a stop is rounded."""


def risk_per_contract(strategy: Strategy, rule: ExitRule, premium: Decimal, worst: Decimal, fees: Decimal) -> Decimal:
    """Return what one contract counts against the caps, in dollars.

    For a cash-secured put it is the loss at its stop, for every other structure its maximum loss.
    """
    if strategy is Strategy.CASH_SECURED_PUT:
        return stop_loss_dollars(rule, premium, worst, is_credit=True) + fees
    return worst


def filled_position(
    position: Position,
    contracts: int,
    fill_price: Decimal,
    filled_at: datetime,
    fees: Fees,
    legs: Iterable[BrokerLeg] = (),
) -> Position:
    """Open a position with what was really filled: contracts, premium by cash, fees, maximum loss, risk.

    ``fill_price`` is dollars per unit by cash, positive when it was paid to us. A debit structure that filled at
    a credit keeps an entry price of zero and the cash in ``booked_cash``. A better premium never makes the risk to
    a stop larger than the one that was sized and capped: the stop comes nearer instead. ``legs`` are the order's, with
    the price of each where the broker tells it.
    """
    each_way = one_way_fees(position.underlying, len(position.legs), fees)
    by_strategy = fill_price if position.strategy.is_credit else -fill_price
    premium = max(by_strategy, Decimal(0))
    worst = max_loss(position.strategy, position.legs, premium, 2 * each_way)
    secured = worst if position.strategy is Strategy.CASH_SECURED_PUT else Decimal(0)
    rule = position.exit_rule
    risk = risk_per_contract(position.strategy, rule, premium, worst, 2 * each_way)
    if position.strategy is Strategy.CASH_SECURED_PUT and 2 * each_way < position.risk < risk:
        rule = _with_stop_at(rule, premium, position.risk - 2 * each_way)
        risk = risk_per_contract(position.strategy, rule, premium, worst, 2 * each_way)
    entry = order_fill(FillKind.ENTRY, filled_at, contracts, fill_price, each_way * contracts, legs)
    return position.model_copy(
        update={
            "state": PositionState.OPEN,
            "exit_rule": rule,
            "version": position.version + 1,
            "contracts": contracts,
            "entry_price": premium,
            "entry_fees": each_way * contracts,
            "max_loss": worst,
            "risk": risk,
            "secured_cash": secured * contracts,
            "opened_at": filled_at,
            "booked_cash": entry.cash,
            "booked_fees": entry.fees,
            "fills": (entry,),
        }
    )


def _with_stop_at(rule: ExitRule, premium: Decimal, loss: Decimal) -> ExitRule:
    """Return a credit's rule with its stop at this loss per contract, in dollars, or a hair before it."""
    multiple = (loss / (premium * CONTRACT_MULTIPLIER)).quantize(STOP_STEP, ROUND_FLOOR)
    on_close = Decimal(1) if rule.stop_basis is StopBasis.COST_TO_CLOSE else Decimal(0)
    return rule.model_copy(update={"stop_loss": multiple + on_close})


def reduced_position(position: Position, closing: Fill) -> Position:
    """Book contracts that were closed: their result, with their share of the entry's cash and fees, counts from now on.

    What has been counted is always the whole to the cent, so that parts never add up to another result than the trade.
    """
    cash, fees = position.booked_cash + closing.cash, position.booked_fees + closing.fees
    left = position.remaining_contracts - closing.contracts
    still_held = (_entry_cash(position) - position.entry_fees) * left / position.contracts
    return position.model_copy(
        update={
            "closed_contracts": position.closed_contracts + closing.contracts,
            "booked_cash": cash,
            "booked_fees": fees,
            "counted_pnl": to_cents(cash - fees - still_held),
            "fills": (*position.fills, closing),
        }
    )


def _entry_cash(position: Position) -> Decimal:
    if position.entry_fill is not None:
        return position.entry_fill.cash
    premium = premium_dollars(position.entry_price, position.contracts)
    return premium if position.strategy.is_credit else -premium


def closed_trade(
    position: Position, closed_at: datetime, reason: ExitReason, settlement_source: str | None = None
) -> ClosedTrade:
    """Return the result of a position whose every contract is booked."""
    pnl = to_cents(position.booked_cash - position.booked_fees)
    premium = premium_dollars(position.entry_price, position.contracts)
    entry_cash = premium if position.strategy.is_credit else -premium
    exit_cash = position.booked_cash - entry_cash
    return ClosedTrade(
        position_id=position.position_id,
        bot=position.bot,
        mode=position.mode,
        strategy=position.strategy,
        underlying=position.underlying,
        contracts=position.contracts,
        entry_price=position.entry_price,
        exit_price=abs(exit_cash) / (CONTRACT_MULTIPLIER * position.contracts),
        fees=position.booked_fees,
        pnl=pnl,
        pnl_fraction=(pnl / premium).quantize(Decimal("0.000001")) if premium else Decimal(0),
        opened_at=position.opened_at or position.planned_at,
        closed_at=closed_at,
        exit_reason=reason,
        regime=position.regime,
        settlement_source=settlement_source,
    )


def ledger_after_resize(ledger: Ledger, before: Position, after: Position | None) -> Ledger:
    """Put what is really at stake in place of what was; ``after`` None takes the position off the ledger."""
    risk_before = before.risk * before.remaining_contracts
    risk_after = after.risk * after.remaining_contracts if after else Decimal(0)
    by_underlying = dict(ledger.risk_by_underlying)
    by_underlying[before.underlying] = by_underlying.get(before.underlying, Decimal(0)) + risk_after - risk_before
    return ledger.model_copy(
        update={
            "open_count": ledger.open_count - (0 if after else 1),
            "open_risk": ledger.open_risk + risk_after - risk_before,
            "secured_cash": ledger.secured_cash + (_secured(after) if after else Decimal(0)) - _secured(before),
            "risk_by_underlying": by_underlying,
            "version": ledger.version + 1,
        }
    )


def _secured(position: Position) -> Decimal:
    return position.secured_cash * position.remaining_contracts / position.contracts


def ledger_after_adoption(ledger: Ledger, opened: Position) -> Ledger:
    """Put a position on the ledger that had been taken off it, past every cap: it is held already."""
    risk = opened.risk * opened.remaining_contracts
    by_underlying = dict(ledger.risk_by_underlying)
    by_underlying[opened.underlying] = by_underlying.get(opened.underlying, Decimal(0)) + risk
    return ledger.model_copy(
        update={
            "open_count": ledger.open_count + 1,
            "open_risk": ledger.open_risk + risk,
            "secured_cash": ledger.secured_cash + _secured(opened),
            "risk_by_underlying": by_underlying,
            "version": ledger.version + 1,
        }
    )


def recounted(ledger: Ledger, positions: Iterable[Position]) -> Ledger:
    """Count anew what is at stake, from all open positions of the bot; what was realized stays as it is."""
    nothing = Decimal(0)
    empty = ledger.model_copy(
        update={
            "open_count": 0,
            "open_risk": nothing,
            "secured_cash": nothing,
            "risk_by_underlying": dict.fromkeys(ledger.risk_by_underlying, nothing),
        }
    )
    counted = reduce(ledger_after_adoption, (one for one in positions if one.mode is ledger.mode), empty)
    return counted.model_copy(update={"version": ledger.version + 1})


def has_same_stakes(one: Ledger, other: Ledger) -> bool:
    """Tell whether two ledgers put the same at stake, to the cent."""
    return _stakes(one) == _stakes(other)


def _stakes(ledger: Ledger) -> tuple[object, ...]:
    by_underlying = {name: to_cents(risk) for name, risk in ledger.risk_by_underlying.items()}
    at_risk = {name: risk for name, risk in by_underlying.items() if risk}
    return ledger.open_count, to_cents(ledger.open_risk), to_cents(ledger.secured_cash), at_risk


def ledger_after_close(ledger: Ledger, before: Position, pnl: Decimal, day: date) -> Ledger:
    """Take a closed position off the ledger and add its result, in dollars, to the day and the whole."""
    return _with_result(ledger_after_resize(ledger, before, None), pnl - before.counted_pnl, day)


def ledger_after_part(ledger: Ledger, before: Position, after: Position, day: date) -> Ledger:
    """Put what is left of a position in place of what was, and add the result of the part that closed."""
    return _with_result(ledger_after_resize(ledger, before, after), after.counted_pnl - before.counted_pnl, day)


def _with_result(ledger: Ledger, pnl: Decimal, day: date) -> Ledger:
    """Add a result to the whole, and to its day; one of an earlier day, told late, leaves the present day's alone."""
    realized = ledger.realized_pnl + pnl
    so_far = ledger.model_copy(update={"realized_pnl": realized, "peak_pnl": max(ledger.peak_pnl, realized)})
    if ledger.day is not None and day < ledger.day:
        return so_far
    of_day = ledger.day_pnl if ledger.day == day else Decimal(0)
    return so_far.model_copy(update={"day": day, "day_pnl": of_day + pnl})
