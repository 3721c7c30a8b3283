"""The gamma exposures of a market, worked out once: no bot's configuration changes them."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple

from shared.backtest.market import MarketModel
from shared.backtest.rows import GammaCurve
from shared.backtest.tape import Lines, name_of, packed
from shared.domain.errors import InvalidValueError
from shared.domain.market import GammaReading
from shared.domain.vocabulary import Source

PUBLISHED_EVERY_MINUTES: Final = 5
"""How often the vendor publishes; between two publications the exposure is that of the last."""

Key = tuple[str, datetime]


class Exposure(NamedTuple):
    """One publication: dollars per 1 % move, levels of the underlying, and the VIX beside it."""

    net_gex: float
    flip_point: float | None
    call_wall: float
    put_wall: float
    spot: float
    vix: float


class GammaTape:
    """Exposures by underlying and publication; what is missing is asked of the market and kept."""

    def __init__(self, model: MarketModel, known: Lines | None = None) -> None:
        """Take the market, and what was worked out for the very same one before."""
        self._model = model
        self._written = dict(known or {})
        self._readings: dict[Key, GammaReading | None] = {}
        model.believe(self._level)

    def __len__(self) -> int:
        """Count the publications."""
        return len(self._written)

    def reading(self, underlying: str, at: datetime) -> GammaReading | None:
        """Return the last publication at a moment, None where nothing is open yet."""
        minute = at.minute - at.minute % PUBLISHED_EVERY_MINUTES
        key = (underlying, at.replace(minute=minute, second=0, microsecond=0))
        if key not in self._readings:
            exposure = self._exposure(key)
            self._readings[key] = None if exposure is None else _reading(exposure, key[1])
        return self._readings[key]

    def level(self, underlying: str, at: datetime) -> tuple[float, float]:
        """Return the underlying and the VIX at a moment; what a publication says of it is not worked out again."""
        return self._level(underlying, at) or (self._model.spot(underlying, at), self._model.vix(at))

    def _level(self, underlying: str, at: datetime) -> tuple[float, float] | None:
        known = None if at.second or at.minute % PUBLISHED_EVERY_MINUTES else self._read((underlying, at))
        return None if known is None else (known.spot, known.vix)

    def _read(self, key: Key) -> Exposure | None:
        written = self._written.get(name_of(*key))
        return None if written is None else Exposure(*json.loads(written))

    def _exposure(self, key: Key) -> Exposure | None:
        known = self._read(key)
        if known is None:
            try:
                known = _exposure(self._model.gamma_curve(*key), self._model.vix(key[1]))
            except InvalidValueError:
                return None
            self._written[name_of(*key)] = json.dumps(known)
        return known

    def stored(self) -> bytes:
        """Return the tape as compact bytes."""
        return packed(self._written)


def _exposure(curve: GammaCurve, vix: float) -> Exposure:
    return Exposure(curve.net_gex, curve.flip_point, curve.call_wall, curve.put_wall, curve.spot, vix)


def _reading(exposure: Exposure, at: datetime) -> GammaReading:
    flip = exposure.flip_point
    return GammaReading(
        net_gex=Decimal(f"{exposure.net_gex:.2f}"),
        flip_point=None if flip is None else Decimal(f"{flip:.2f}"),
        call_wall=Decimal(repr(exposure.call_wall)),
        put_wall=Decimal(repr(exposure.put_wall)),
        spot=Decimal(repr(exposure.spot)),
        as_of=at,
        source=Source.TRADING_VOLATILITY,
    )
