"""Phase 4: how many contracts?"""

from collections.abc import Iterable
from decimal import ROUND_FLOOR, Decimal
from typing import NamedTuple

from shared.domain.config import BotConfig, Prior
from shared.domain.statistics import SizingBasis, StrategyStatistics
from shared.domain.vocabulary import KellyRule

HIGH_VIX = Decimal(30)
ELEVATED_VIX = Decimal(20)
HIGH_VIX_FACTOR = Decimal("0.70")
ELEVATED_VIX_FACTOR = Decimal("0.85")
HUNDRED = Decimal(100)
KELLY_PLACES = Decimal("0.00001")


class Room(NamedTuple):
    """One limit on the size: what each contract uses of it and how much is left, in the same unit."""

    name: str
    per_contract: Decimal
    left: Decimal


class PositionSize(NamedTuple):
    """How many contracts and why.

    ``kelly`` is the full Kelly fraction, ``fraction`` what is left of it after half, confidence, VIX and cap,
    ``dollars`` the same of the account, ``unclamped`` the contracts before the limits; ``clamps`` names every
    limit that cut the size, and ``reason`` says why it is zero.
    """

    kelly: Decimal
    fraction: Decimal
    dollars: Decimal
    unclamped: int
    contracts: int
    clamps: tuple[str, ...]
    reason: str


def basis_of(stored: StrategyStatistics | None, prior: Prior) -> SizingBasis:
    """Return the statistics that sizing may use: the strategy's own unless stale, else its prior.

    Statistics are stored from enough trades on and marked stale when the window holds too few.
    Without a loser the prior's average loss stands in, because Kelly divides by it.
    """
    if stored is None or stored.is_stale:
        return SizingBasis.from_prior(prior)
    return SizingBasis(
        win_rate=stored.win_rate,
        avg_win=stored.avg_win,
        avg_loss=stored.avg_loss if stored.avg_loss > 0 else prior.avg_loss,
        origin=f"{stored.total_trades} closed trades",
        total_trades=stored.total_trades,
        version=stored.version,
    )


def kelly_fraction(basis: SizingBasis, rule: KellyRule = KellyRule.WORKFLOW) -> Decimal:
    """Return the full Kelly fraction: (win rate x avg win - loss rate x avg loss) / avg loss.

    ``conservative`` takes the smaller of this and the textbook's division by the average win (Kelly 1956). The
    result is rounded down to five places: statistics carry six, and an edge of exactly nothing must stay nothing.
    """
    edge = basis.win_rate * basis.avg_win - (1 - basis.win_rate) * basis.avg_loss
    workflow = edge / basis.avg_loss
    if rule is KellyRule.CONSERVATIVE and basis.avg_win > 0:
        workflow = min(workflow, edge / basis.avg_win)
    return workflow.quantize(KELLY_PLACES, ROUND_FLOOR)


def vix_factor(vix: Decimal) -> Decimal:
    """Return the share of the size that is left at this VIX."""
    if vix > HIGH_VIX:
        return HIGH_VIX_FACTOR
    if vix > ELEVATED_VIX:
        return ELEVATED_VIX_FACTOR
    return Decimal(1)


def size(
    basis: SizingBasis,
    config: BotConfig,
    account_balance: Decimal,
    confidence: int,
    vix: Decimal,
    risk_per_contract: Decimal,
    rooms: Iterable[Room] = (),
) -> PositionSize:
    """Size a position with half Kelly; ``account_balance`` and ``risk_per_contract`` are dollars.

    Order of steps as the workflow prints them: Kelly, half, confidence, VIX, cap, contracts. Below one contract,
    one is taken if it stays within the cap. ``rooms`` then clamp the size.
    """
    kelly = kelly_fraction(basis, config.kelly)
    if kelly <= 0:
        return PositionSize(kelly, Decimal(0), Decimal(0), 0, 0, (), "negative expectancy - do not trade")
    adjusted = kelly * config.kelly_share * Decimal(confidence) / HUNDRED * vix_factor(vix)
    fraction = min(max(adjusted, Decimal(0)), config.caps.max_position)
    dollars = max(account_balance, Decimal(0)) * fraction
    unclamped = _contracts(dollars, risk_per_contract)
    if fraction <= 0:
        return PositionSize(kelly, fraction, dollars, 0, 0, (), "kelly_share is 0: nothing is risked")
    if unclamped < 1 and risk_per_contract <= config.caps.max_position * account_balance:
        unclamped = 1
    if unclamped < 1:
        reason = f"one contract risks {risk_per_contract:.2f}, beyond the cap of {config.caps.max_position:.0%}"
        return PositionSize(kelly, fraction, dollars, 0, 0, (), reason)
    contracts, clamps = _clamped(unclamped, rooms)
    reason = "" if contracts else f"no room left: {', '.join(clamps)}"
    return PositionSize(kelly, fraction, dollars, unclamped, contracts, clamps, reason)


def _contracts(dollars: Decimal, each: Decimal) -> int:
    return int((dollars / each).to_integral_value(ROUND_FLOOR)) if each > 0 else 0


def _clamped(contracts: int, rooms: Iterable[Room]) -> tuple[int, tuple[str, ...]]:
    clamps = []
    for room in rooms:
        fits = max(0, _contracts(room.left, room.per_contract)) if room.per_contract > 0 else contracts
        if fits < contracts:
            contracts = fits
            clamps.append(f"{room.name} allows {fits}")
    return contracts, tuple(clamps)
