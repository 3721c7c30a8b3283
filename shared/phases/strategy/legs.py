"""The strikes of each structure, by delta, with the maximum width."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import assert_never

from shared.domain.config import StrategyRule
from shared.domain.options import Leg, LegSide, OptionQuote, Right
from shared.domain.vocabulary import Strategy

LegChoice = Callable[[Sequence[OptionQuote], StrategyRule], tuple[Leg, ...] | None]


def choose_legs(strategy: Strategy, chain: Sequence[OptionQuote], rule: StrategyRule) -> tuple[Leg, ...] | None:
    """Choose the legs of a structure from one expiration's chain; None when a strike cannot be had.

    Only PM-settled contracts with a delta count. The short leg is the listed strike nearest by absolute delta, ties to
    the out-of-the-money side; the long leg is the strike nearest its own delta or the strike ``max_width`` away,
    whichever is nearer to the short one. Short legs come first.
    """
    usable = [row for row in chain if row.delta is not None and not row.contract.settles_in_the_morning]
    puts = _of(usable, Right.PUT)
    calls = _of(usable, Right.CALL)
    match strategy:
        case Strategy.BULL_PUT_SPREAD:
            return _credit_spread(puts, rule)
        case Strategy.BEAR_CALL_SPREAD:
            return _credit_spread(calls, rule)
        case Strategy.IRON_CONDOR:
            below, above = _credit_spread(puts, rule), _credit_spread(calls, rule)
            return None if below is None or above is None else (below[0], above[0], below[1], above[1])
        case Strategy.CASH_SECURED_PUT:
            return _single(puts, rule.short_delta, LegSide.SHORT)
        case Strategy.LONG_CALL:
            return _single(calls, rule.long_delta, LegSide.LONG)
        case Strategy.LONG_PUT:
            return _single(puts, rule.long_delta, LegSide.LONG)
        case Strategy.BULL_CALL_SPREAD:
            return _debit_spread(calls, rule)
        case Strategy.BEAR_PUT_SPREAD:
            return _debit_spread(puts, rule)
        case _:
            assert_never(strategy)


def _of(chain: Sequence[OptionQuote], right: Right) -> list[OptionQuote]:
    """Return the contracts of one right, the most in-the-money first."""
    rows = [row for row in chain if row.contract.right is right]
    return sorted(rows, key=lambda row: row.contract.strike, reverse=right is Right.PUT)


def _nearest(rows: Sequence[OptionQuote], target: Decimal | None) -> OptionQuote | None:
    if target is None:
        return None
    best: OptionQuote | None = None
    best_apart = Decimal("Infinity")
    for row in rows:
        apart = abs(abs(Decimal(repr(row.delta))) - target)
        if apart <= best_apart:
            best, best_apart = row, apart
    return best


def _single(rows: Sequence[OptionQuote], delta: Decimal | None, side: LegSide) -> tuple[Leg, ...] | None:
    row = _nearest(rows, delta)
    return None if row is None else (Leg.of(row.contract, side),)


def _further_out(rows: Sequence[OptionQuote], anchor: OptionQuote) -> list[OptionQuote]:
    index = rows.index(anchor)
    return list(rows[index + 1 :])


def _partner(
    rows: Sequence[OptionQuote], anchor: OptionQuote, delta: Decimal | None, max_width: Decimal | None
) -> OptionQuote | None:
    """Return the further-out strike by delta or by width, whichever is nearer to the anchor."""
    outside = _further_out(rows, anchor)
    if max_width is not None:
        outside = [row for row in outside if _distance(row, anchor) <= max_width]
    return _nearest(outside, delta)


def _distance(row: OptionQuote, anchor: OptionQuote) -> Decimal:
    return abs(row.contract.strike - anchor.contract.strike)


def _credit_spread(rows: Sequence[OptionQuote], rule: StrategyRule) -> tuple[Leg, ...] | None:
    short = _nearest(rows, rule.short_delta)
    long = None if short is None else _partner(rows, short, rule.long_delta, rule.max_width)
    if short is None or long is None:
        return None
    return Leg.of(short.contract, LegSide.SHORT), Leg.of(long.contract, LegSide.LONG)


def _debit_spread(rows: Sequence[OptionQuote], rule: StrategyRule) -> tuple[Leg, ...] | None:
    long = _nearest(rows, rule.long_delta)
    short = None if long is None else _partner(rows, long, rule.short_delta, rule.max_width)
    if long is None or short is None:
        return None
    return Leg.of(short.contract, LegSide.SHORT), Leg.of(long.contract, LegSide.LONG)
