"""Dealers' gamma exposure: the figures of the newest snapshot, and the profile of the chain by strike."""

from datetime import datetime
from decimal import Decimal
from typing import Final

from shared.domain.gamma import gamma_exposure, profile
from shared.domain.vocabulary import Source
from shared.views.snapshots import FaultView, NoSnapshotError, newest_snapshot
from shared.views.sources import Sources, configurations
from shared.views.view import View, seconds_between

STRIKE_REACH: Final = 0.10
"""Strikes further than this share from the spot are left out of the picture."""
PROFILE_REACH: Final = 0.08
PROFILE_POINTS: Final = 33


class GexView(View):
    """The newest snapshot's exposure: dollars per +1 % move, strikes, and the vendor's own time."""

    underlying: str
    at: datetime
    age_seconds: int
    valid: bool
    faults: tuple[FaultView, ...]
    spot: Decimal | None
    vix: Decimal | None
    net_gex: Decimal | None
    flip_point: Decimal | None
    call_wall: Decimal | None
    put_wall: Decimal | None
    source: Source | None
    as_of: datetime | None


class StrikeView(View):
    """One strike's net exposure, calls less puts, in dollars per +1 % move."""

    strike: float
    net_gex: float


class GammaProfileView(View):
    """The exposure by strike, and what the whole chain's would be at other prices."""

    underlying: str
    as_of: datetime
    spot: float
    net_gex: float
    flip_point: float | None
    call_wall: float | None
    put_wall: float | None
    strikes: tuple[StrikeView, ...]
    spots: tuple[float, ...]
    exposure: tuple[float, ...]


def gex_view(sources: Sources, underlying: str) -> GexView:
    """Return the exposure of the newest snapshot; raises as `newest_snapshot` does."""
    snapshot = newest_snapshot(sources, underlying)
    gamma = snapshot.gamma
    return GexView(
        underlying=underlying,
        at=snapshot.at,
        age_seconds=seconds_between(snapshot.at, sources.clock.now()),
        valid=snapshot.is_valid,
        faults=tuple(FaultView(code=one.code, value=one.value, limit=one.limit) for one in snapshot.faults),
        spot=snapshot.spot.value if snapshot.spot else None,
        vix=snapshot.vix.value if snapshot.vix else None,
        net_gex=gamma.net_gex if gamma else None,
        flip_point=gamma.flip_point if gamma else None,
        call_wall=gamma.call_wall if gamma else None,
        put_wall=gamma.put_wall if gamma else None,
        source=gamma.source if gamma else None,
        as_of=gamma.as_of if gamma else None,
    )


def gamma_profile_view(sources: Sources, underlying: str) -> GammaProfileView:
    """Return the exposure of the near expirations by strike, computed from the chain of this moment.

    Raises:
        UnknownUnderlyingError, NoSnapshotError: as `newest_snapshot` does.
        FeedError: the chain could not be read.
    """
    snapshot = newest_snapshot(sources, underlying)
    if snapshot.spot is None:
        raise NoSnapshotError(f"the newest snapshot of {underlying} has no spot; wait for the next")
    spot, now = float(snapshot.spot.value), sources.clock.now()
    system = configurations(sources)[0]
    rows, as_of = sources.gamma_rows().rows(underlying, snapshot.spot.value, now, system)
    exposure = gamma_exposure(rows, spot, now)
    step = 2 * PROFILE_REACH / (PROFILE_POINTS - 1)
    spots = tuple(round(spot * (1 - PROFILE_REACH + step * number), 2) for number in range(PROFILE_POINTS))
    return GammaProfileView(
        underlying=underlying,
        as_of=as_of,
        spot=spot,
        net_gex=round(exposure.net_gex, 2),
        flip_point=None if exposure.flip_point is None else round(exposure.flip_point, 2),
        call_wall=exposure.call_wall,
        put_wall=exposure.put_wall,
        strikes=tuple(
            StrikeView(strike=strike, net_gex=round(exposure.by_strike[strike], 2))
            for strike in sorted(exposure.by_strike)
            if abs(strike / spot - 1) <= STRIKE_REACH
        ),
        spots=spots,
        exposure=tuple(round(one, 2) for one in profile(rows, spots, now)),
    )
