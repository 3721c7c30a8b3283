"""The exit conditions in their order."""

from datetime import date
from decimal import Decimal

from shared.domain.decisions import Gate
from shared.domain.positions import Position, PositionState
from shared.domain.vocabulary import ExitReason
from shared.phases.monitoring.pnl import pnl_fraction, stop_fraction


def exit_reason(position: Position, mark: Decimal | None, today: date) -> ExitReason | None:
    """Return why a position should be closed, or None.

    ``today`` is the New York date; ``mark`` is None when there is no price: then only time can speak. Order:
    expiration, profit target, stop loss, time exit.
    """
    dte = position.dte(today)
    if dte <= 0:
        return ExitReason.EXPIRATION
    if mark is not None:
        pnl = pnl_fraction(position, mark)
        if pnl >= position.exit_rule.profit_target:
            return ExitReason.PROFIT_TARGET
        if pnl <= -stop_fraction(position):
            return ExitReason.STOP_LOSS
    if dte <= position.exit_rule.time_exit_dte:
        return ExitReason.TIME_EXIT
    return None


_STRICTNESS = {
    ExitReason.PROFIT_TARGET: 0,
    ExitReason.TIME_EXIT: 1,
    ExitReason.STOP_LOSS: 2,
    ExitReason.EXPIRATION: 3,
    ExitReason.ASSIGNMENT_RISK: 3,
    ExitReason.MANUAL: 3,
}


def stricter_reason(first: ExitReason, now: ExitReason | None) -> ExitReason:
    """Return the reason that counts when an exit for one meets another: a stop beats a target, never the reverse."""
    return now if now is not None and _STRICTNESS[now] > _STRICTNESS[first] else first


def present_reason(position: Position, mark: Decimal | None, today: date) -> ExitReason | None:
    """Return why a position should be closed at this moment; one that waits for its exit keeps at least its reason."""
    asked = exit_reason(position, mark, today)
    if position.state is not PositionState.EXIT_PENDING or position.exit_reason is None:
        return asked
    return stricter_reason(position.exit_reason, asked)


def exit_gates(position: Position, mark: Decimal | None, today: date) -> tuple[Gate, ...]:
    """Return every exit condition with its value and limit; ``passed`` means it calls for an exit."""
    rule, dte = position.exit_rule, position.dte(today)
    time_gates = (
        _gate(ExitReason.EXPIRATION, f"{dte} DTE", "0 DTE", dte <= 0),
        _gate(ExitReason.TIME_EXIT, f"{dte} DTE", f"{rule.time_exit_dte} DTE", dte <= rule.time_exit_dte),
    )
    if mark is None:
        return (*time_gates, _gate(ExitReason.STOP_LOSS, "no sound mark", "a quote of every leg", False))
    pnl, stop = pnl_fraction(position, mark), stop_fraction(position)
    return (
        time_gates[0],
        _gate(ExitReason.PROFIT_TARGET, f"{pnl:.1%}", f"{rule.profit_target:.0%}", pnl >= rule.profit_target),
        _gate(ExitReason.STOP_LOSS, f"{pnl:.1%}", f"-{stop:.1%}", pnl <= -stop),
        time_gates[1],
    )


def _gate(code: ExitReason, value: str, limit: str, fires: bool) -> Gate:
    return Gate(code=code, value=value, limit=limit, passed=fires)


def is_near_edge(position: Position, mark: Decimal | None) -> bool:
    """Tell whether a position is within its last fifth of the way to target or stop (``near_edge``)."""
    if mark is None:
        return False
    pnl, rule = pnl_fraction(position, mark), position.exit_rule
    reached = 1 - rule.near_edge
    return pnl >= reached * rule.profit_target or pnl <= -reached * stop_fraction(position)


def stop_warning(position: Position, mark: Decimal | None) -> bool:
    """Tell whether a position has gone three quarters of the way to its stop (``stop_warning``)."""
    if mark is None:
        return False
    return pnl_fraction(position, mark) <= -position.exit_rule.stop_warning * stop_fraction(position)
