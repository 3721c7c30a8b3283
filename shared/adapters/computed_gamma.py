"""Dealers' exposure computed from the option chain: what stands in for a feed that fails."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from shared.domain.config import SystemConfig
from shared.domain.errors import FeedUnavailableError
from shared.domain.gamma import GammaRow, gamma_exposure, rows_of
from shared.domain.greeks import with_sound_greeks
from shared.domain.market import GammaReading
from shared.domain.options import OptionQuote
from shared.domain.ports import Chains
from shared.domain.sessions import is_monthly_expiration, new_york_date
from shared.domain.vocabulary import Source

EXPIRATIONS_CALL: Final = 1
CHAINS_AT_ONCE: Final = 5


def computed_gamma(
    chains: Chains,
    pool: ThreadPoolExecutor,
    underlying: str,
    spot: Decimal,
    now: datetime,
    config: SystemConfig,
) -> GammaReading:
    """Return the exposure of the near expirations, volatilities from the quotes' mids; its time is the oldest chain's.

    Raises:
        FeedError: an expiration could not be read (a part is never taken for the whole), or nothing has open interest.
    """
    rows, as_of = near_rows(chains, pool, underlying, spot, now, config)
    exposure = gamma_exposure(rows, float(spot), now)
    if not exposure.by_strike:
        raise FeedUnavailableError(f"no contract of {underlying} has open interest and a volatility")
    return GammaReading(
        net_gex=_cents(exposure.net_gex),
        flip_point=None if exposure.flip_point is None else _cents(exposure.flip_point),
        call_wall=None if exposure.call_wall is None else Decimal(str(exposure.call_wall)),
        put_wall=None if exposure.put_wall is None else Decimal(str(exposure.put_wall)),
        spot=spot,
        as_of=as_of,
        source=Source.COMPUTED,
    )


def near_rows(
    chains: Chains,
    pool: ThreadPoolExecutor,
    underlying: str,
    spot: Decimal,
    now: datetime,
    config: SystemConfig,
) -> tuple[list[GammaRow], datetime]:
    """Return what the exposure of the near expirations is computed from, and the time of the oldest chain.

    Raises:
        FeedError: an expiration could not be read: a part is never taken for the whole.
    """
    today = new_york_date(now)
    days = expirations_for_gamma(chains.expirations(underlying), today, config)
    if not days:
        raise FeedUnavailableError(f"no expiration of {underlying} within {config.gamma_days} days")
    asked = [pool.submit(chains.option_chain, underlying, day) for day in days]
    found = [one.result() for one in asked]
    living = (quote for chain in found for quote in chain if not _is_settled(quote, today))
    rows = rows_of(with_sound_greeks(living, spot, now))
    return rows, _oldest(found, underlying)


class ChainGammaRows:
    """The rows of a gamma profile, from the option chains of this moment."""

    def __init__(self, chains: Chains) -> None:
        """Read these chains, the expirations side by side."""
        self._chains = chains

    def rows(
        self, underlying: str, spot: Decimal, now: datetime, config: SystemConfig
    ) -> tuple[list[GammaRow], datetime]:
        """Return the rows of the near expirations and the time of the oldest chain. Raises FeedError."""
        with ThreadPoolExecutor(max_workers=CHAINS_AT_ONCE) as pool:
            return near_rows(self._chains, pool, underlying, spot, now, config)


def expirations_for_gamma(listed: Sequence[date], today: date, config: SystemConfig) -> tuple[date, ...]:
    """Choose the expirations to ask for: the monthly ones in reach, where open interest gathers, then the nearest."""
    near = [day for day in sorted(listed) if timedelta(0) <= day - today <= timedelta(days=config.gamma_days)]
    by_weight = sorted(near, key=lambda day: (not is_monthly_expiration(day), day))
    return tuple(sorted(by_weight[: max(config.gamma_expirations - EXPIRATIONS_CALL, 1)]))


def _is_settled(quote: OptionQuote, today: date) -> bool:
    """Whether a contract was settled at this morning's open, though its last quotes of yesterday are still listed."""
    return quote.contract.settles_in_the_morning and quote.contract.expiration <= today


def _oldest(chains: Sequence[Sequence[OptionQuote]], underlying: str) -> datetime:
    newest = [max((quote.as_of for quote in chain if quote.as_of is not None), default=None) for chain in chains]
    known = [moment for moment in newest if moment is not None]
    if len(known) < len(newest):
        raise FeedUnavailableError(f"a chain of {underlying} carries no time")
    return min(known)


def _cents(amount: float) -> Decimal:
    return Decimal(f"{amount:.2f}")
