"""What a position is worth now, as a share of its premium, and at which marks its rules fire."""

from collections.abc import Mapping
from decimal import Decimal

from shared.domain.options import CONTRACT_MULTIPLIER, OptionQuote
from shared.domain.package import PackageQuote, mark_bounds, package_quote
from shared.domain.positions import ExitRule, Position, premium_dollars
from shared.domain.vocabulary import StopBasis


def mark_of(position: Position, quotes: Mapping[str, OptionQuote]) -> Decimal | None:
    """Return the mid of the whole structure, unsigned dollars per unit.

    None when a leg has no sound quote, or when the mark lies outside what the structure can be worth: a data
    error is never a stop.
    """
    package = possible_quote(position, quotes)
    return None if package is None else package.mid


def possible_quote(position: Position, quotes: Mapping[str, OptionQuote]) -> PackageQuote | None:
    """Return the mid and spread of the whole structure; None as for :func:`mark_of`."""
    package = package_quote(position.strategy, position.legs, quotes)
    if package is None:
        return None
    low, high = mark_bounds(position.legs)
    return None if package.mid < low or (high is not None and package.mid > high) else package


def pnl_fraction(position: Position, mark: Decimal) -> Decimal:
    """Return profit or loss as a share of the premium, net of the fees both ways.

    Credit: (credit - cost to close) / credit. Debit: (value - debit) / debit.
    """
    if position.entry_price == 0:
        return Decimal(0)
    gained = position.entry_price - mark if position.strategy.is_credit else mark - position.entry_price
    return gained / position.entry_price - _fees_share(position)


def open_pnl(position: Position, mark: Decimal) -> Decimal:
    """Return the profit or loss of the contracts still held, in dollars at this mark, net of their entry fees.

    What was closed before, and its share of the fees, is in the ledger already.
    """
    gained = position.entry_price - mark if position.strategy.is_credit else mark - position.entry_price
    fees = position.entry_fees * position.remaining_contracts / position.contracts
    return premium_dollars(gained, position.remaining_contracts) - fees


def _fees_share(position: Position) -> Decimal:
    round_trip = 2 * position.entry_fees
    return round_trip / (position.entry_price * CONTRACT_MULTIPLIER * position.contracts)


def stop_loss_dollars(rule: ExitRule, premium: Decimal, worst: Decimal, *, is_credit: bool) -> Decimal:
    """Return the loss per contract, in dollars, at which the stop fires.

    ``premium`` is dollars per unit, ``worst`` the maximum loss per contract. On a credit the stop may instead be
    measured on the cost to close; either way it is never later than ``latest_stop`` of the maximum loss.
    """
    multiple = rule.stop_loss
    if is_credit and rule.stop_basis is StopBasis.COST_TO_CLOSE:
        multiple = max(rule.stop_loss - 1, Decimal(0))
    return min(multiple * premium * CONTRACT_MULTIPLIER, rule.latest_stop * worst)


def stop_fraction(position: Position) -> Decimal:
    """Return the stop as a positive share of the premium."""
    premium = position.entry_price * CONTRACT_MULTIPLIER
    if premium == 0:
        return position.exit_rule.stop_loss
    loss = stop_loss_dollars(
        position.exit_rule, position.entry_price, position.max_loss, is_credit=position.strategy.is_credit
    )
    return loss / premium


def target_mark(position: Position) -> Decimal:
    """Return the mark at which the profit target fires, dollars per unit, fees included."""
    gain = (position.exit_rule.profit_target + _fees_share(position)) * position.entry_price
    return max(position.entry_price - gain, Decimal(0)) if position.strategy.is_credit else position.entry_price + gain


def stop_mark(position: Position) -> Decimal:
    """Return the mark at which the stop fires, dollars per unit, fees included."""
    loss = (stop_fraction(position) - _fees_share(position)) * position.entry_price
    return position.entry_price + loss if position.strategy.is_credit else max(position.entry_price - loss, Decimal(0))
