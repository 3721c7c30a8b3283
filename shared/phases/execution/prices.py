"""The limit price of an order: at mid first, then walked toward the natural price; and what paper fills at."""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from shared.domain.config import Walk
from shared.domain.orders import PriceEffect
from shared.domain.package import PackageQuote, round_down, round_up, tick_of
from shared.domain.values import CENT
from shared.domain.vocabulary import ExitReason

URGENT_EXITS = frozenset(
    {ExitReason.STOP_LOSS, ExitReason.TIME_EXIT, ExitReason.EXPIRATION, ExitReason.MANUAL, ExitReason.ASSIGNMENT_RISK}
)


def _increment(underlying: str, package: PackageQuote, walk: Walk) -> Decimal:
    return max(tick_of(underlying, package.mid), walk.step * package.spread)


def entry_limit(
    underlying: str,
    effect: PriceEffect,
    package: PackageQuote,
    walk: Walk,
    step: int,
    min_credit: Decimal | None = None,
    planned: Decimal | None = None,
) -> Decimal:
    """Return the limit of an entry after this many steps, dollars per unit, rounded in our favour to the tick.

    The walk starts at mid and never goes further than ``max_distance`` of the package spread from it, nor beyond the
    collar, nor below ``min_credit``, nor to a worse premium than ``planned``: the one it was sized and capped at.
    """
    furthest = min(walk.max_distance * package.spread, entry_collar(package, walk))
    away = min(step * _increment(underlying, package, walk), furthest)
    if effect is PriceEffect.CREDIT:
        return round_up(underlying, max(package.mid - away, min_credit or Decimal(0), planned or Decimal(0)))
    dearest = package.mid + away
    return round_down(underlying, dearest if planned is None else min(dearest, planned))


def exit_limit(
    underlying: str,
    effect: PriceEffect,
    package: PackageQuote,
    walk: Walk,
    step: int,
    reason: ExitReason,
    most: Decimal | None = None,
) -> Decimal:
    """Return the limit of an exit after this many steps, dollars per unit, at least one tick.

    ``effect`` is the exit's own: a debit closes a credit structure. It starts at mid; a target never goes beyond
    the natural price; a stop, time exit or expiration crosses it by a tick after ``exit_steps_before_crossing``.
    The collar around mid widens with each step; a debit is never above ``most``, what the structure can be worth.
    """
    tick, collar = tick_of(underlying, package.mid), (step + 1) * entry_collar(package, walk)
    wanted = _wanted(underlying, effect, package, walk, step, reason)
    if effect is PriceEffect.CREDIT:
        return max(wanted, round_up(underlying, package.mid - collar), tick)
    highest = package.mid + collar if most is None else min(package.mid + collar, most)
    return max(min(wanted, round_down(underlying, highest)), tick)


def _wanted(
    underlying: str, effect: PriceEffect, package: PackageQuote, walk: Walk, step: int, reason: ExitReason
) -> Decimal:
    """Return where the walk of an exit stands, whatever may bound it."""
    if reason in URGENT_EXITS and step > walk.exit_steps_before_crossing:
        return _crossing(underlying, effect, package)
    away = min(step * _increment(underlying, package, walk), package.spread / 2)
    if effect is PriceEffect.DEBIT:
        return round_down(underlying, package.mid + away)
    return round_up(underlying, package.mid - away)


def _crossing(underlying: str, effect: PriceEffect, package: PackageQuote) -> Decimal:
    """Return a whole tick beyond the natural price, rounded away from mid, at least one tick."""
    if effect is PriceEffect.DEBIT:
        natural = round_up(underlying, package.dearer)
        return natural + tick_of(underlying, natural)
    natural = round_down(underlying, package.worse)
    tick = tick_of(underlying, natural)
    return max(natural - tick, tick)


def entry_collar(package: PackageQuote, walk: Walk) -> Decimal:
    """Return how far from mid an entry's limit may lie, in dollars per unit."""
    return max(walk.collar_floor, walk.collar * package.mid)


def paper_fill(effect: PriceEffect, limit_price: Decimal, package: PackageQuote, slippage: Decimal) -> Decimal | None:
    """Return what a paper order fills at, unsigned dollars per unit; None while the market is not there.

    The price is mid less ``slippage`` of the package spread, to the cent against us, and never worse than the
    limit. A credit of nothing is no fill.
    """
    if effect is PriceEffect.CREDIT:
        got = (package.mid - slippage * package.spread).quantize(CENT, ROUND_FLOOR)
        return got if got >= limit_price and got > 0 else None
    paid = max(package.mid + slippage * package.spread, CENT).quantize(CENT, ROUND_CEILING)
    return paid if paid <= limit_price else None
