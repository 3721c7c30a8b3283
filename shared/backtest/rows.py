"""The rows that the market model hands out."""

from datetime import date
from typing import NamedTuple

from shared.backtest.surface import FloatArray


class Wanted(NamedTuple):
    """Which contracts of an expiration are wanted: from which to which absolute delta, and of which rights."""

    low: float
    high: float
    calls: bool = True
    puts: bool = True


class BareQuote(NamedTuple):
    """A contract that is wanted or held, in the units of :class:`ModelQuote`; nobody asks for its open interest."""

    option_symbol: str
    bid: float
    ask: float
    mid: float
    iv: float
    delta: float
    open_interest: int = 0


class ModelQuote(NamedTuple):
    """One listed contract at one moment: dollars a unit of the underlying, greeks after Black-Scholes.

    ``theta`` is a calendar day, ``vega`` a volatility point, ``iv`` a decimal a calendar year over
    ``years_between`` (at least one day); sizes, volume and open interest are contracts.
    """

    option_symbol: str
    underlying: str
    root: str
    expiration: date
    strike: float
    is_call: bool
    bid: float
    ask: float
    mid: float
    iv: float
    delta: float
    gamma: float
    theta: float
    vega: float
    open_interest: int
    volume: int
    bid_size: int
    ask_size: int


class GammaCurve(NamedTuple):
    """The gamma exposure of all listed expirations, dealers long calls and short puts.

    Dollars of delta to trade per +1 % move: ``net_gex`` in all, and by strike ``call_gex`` (positive),
    ``put_gex`` (negative) and their sum ``strike_gex``. ``flip_point`` is the zero of the profile nearest
    to the spot, None where it has none within reach; the walls are the strikes of the largest and the most
    negative ``strike_gex``.
    """

    spot: float
    net_gex: float
    flip_point: float | None
    call_wall: float
    put_wall: float
    strikes: FloatArray
    call_gex: FloatArray
    put_gex: FloatArray
    strike_gex: FloatArray
