"""A market that does what a script says: index, VIX and gamma go anywhere, the model prices the options."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from shared.backtest.history import Bar, History
from shared.backtest.market import MarketModel
from shared.backtest.paths import Knot, ScriptedPaths, session_hours, value_at
from shared.backtest.rows import GammaCurve
from shared.backtest.surface import SCALE_FOR_PROFIT_AND_LOSS
from shared.domain.sessions import new_york_date, previous_session, sessions_between

DAYS_AFTER_SCRIPT: Final = 60
SCRIPTED_VOLUME: Final = 3_500_000_000
VIX_WAVE_SESSIONS: Final = 40
_CENTS: Final = 2


@dataclass(frozen=True)
class Prelude:
    """The sessions before a script begins, for averages, IV rank and open interest.

    The index runs straight from ``spot_from`` to the script's first value; the VIX swings between
    ``vix_low`` and ``vix_high``, which thereby bound the 52-week window.
    """

    spot_from: float
    vix_low: float = 10.0
    vix_high: float = 20.0
    sessions: int = 260


class GammaCue(NamedTuple):
    """From ``at`` on an underlying shows exactly this exposure; a flip_point of None means it shows none."""

    at: datetime
    underlying: str
    net_gex: float
    flip_point: float | None


class ScriptedMarket(MarketModel):
    """A market model whose index and VIX are straight lines between knots (points), flat around them."""

    def __init__(
        self,
        *,
        spot: Sequence[Knot],
        vix: Sequence[Knot],
        prelude: Prelude,
        gamma: Sequence[GammaCue] = (),
        seed: int = 0,
        scale: float = SCALE_FOR_PROFIT_AND_LOSS,
    ) -> None:
        """Take the knots in order of time; the market lasts DAYS_AFTER_SCRIPT days beyond the last."""
        history = scripted_history(spot, vix, prelude)
        super().__init__(history, seed=seed, scale=scale, paths=ScriptedPaths(history.days, spot, vix))
        self._cues = sorted(gamma, key=lambda cue: cue.at)

    def gamma_curve(self, underlying: str, at: datetime) -> GammaCurve:
        """Return the exposure of the model, with the net and the flip of the last cue so far."""
        curve = super().gamma_curve(underlying, at)
        cues = [cue for cue in self._cues if cue.underlying == underlying]
        said = bisect_right(cues, at, key=lambda cue: cue.at)
        if said == 0:
            return curve
        return curve._replace(net_gex=cues[said - 1].net_gex, flip_point=cues[said - 1].flip_point)


def scripted_history(spot: Sequence[Knot], vix: Sequence[Knot], prelude: Prelude) -> History:
    """Return the daily bars and VIX closes of a prelude, a script and DAYS_AFTER_SCRIPT days after it."""
    first = new_york_date(min(spot[0].at, vix[0].at))
    last = new_york_date(max(spot[-1].at, vix[-1].at)) + timedelta(days=DAYS_AFTER_SCRIPT)
    days = sessions_between(first, last)
    played = [_scripted_bar(day, spot) for day in days]
    closes = [value_at(vix, session_hours(day).closes_at.timestamp()) for day in days]
    if prelude.sessions < 1:
        return History(tuple(played), tuple(closes))
    before = _prelude_days(days[0], prelude.sessions)
    steps = [position / prelude.sessions for position in range(prelude.sessions + 1)]
    levels = [prelude.spot_from + step * (spot[0].value - prelude.spot_from) for step in steps]
    bars = [
        _straight_bar(day, round(begin, _CENTS), round(end, _CENTS))
        for day, begin, end in zip(before, levels, levels[1:], strict=False)
    ]
    waves = [_wave(position, prelude) for position in range(prelude.sessions)]
    return History(tuple(bars + played), tuple(waves + closes))


def _prelude_days(first: date, count: int) -> list[date]:
    days = [previous_session(first)]
    while len(days) < count:
        days.append(previous_session(days[-1]))
    return days[::-1]


def _wave(position: int, prelude: Prelude) -> float:
    """Return a triangular wave through both bounds."""
    half = VIX_WAVE_SESSIONS // 2
    height = abs(position % VIX_WAVE_SESSIONS - half) / half
    return round(prelude.vix_low + height * (prelude.vix_high - prelude.vix_low), _CENTS)


def _scripted_bar(day: date, spot: Sequence[Knot]) -> Bar:
    hours = session_hours(day)
    inside = [round(knot.value, _CENTS) for knot in spot if hours.opens_at < knot.at < hours.closes_at]
    opening = value_at(spot, hours.opens_at.timestamp())
    closing = value_at(spot, hours.closes_at.timestamp())
    values = [opening, *inside, closing]
    return Bar(day, opening, max(values), min(values), closing, SCRIPTED_VOLUME)


def _straight_bar(day: date, begin: float, end: float) -> Bar:
    return Bar(day, begin, max(begin, end), min(begin, end), end, SCRIPTED_VOLUME)
