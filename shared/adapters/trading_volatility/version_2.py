"""Version 2: an envelope of data and meta; the feed's own time stands in meta."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from shared.adapters.documents import Document, Record, number_of, parsing
from shared.adapters.trading_volatility.replies import TRADING_VOLATILITY
from shared.adapters.trading_volatility.walls import Walls, exposures_of
from shared.adapters.vendor_times import from_iso
from shared.domain.errors import FeedUnavailableError, MalformedReplyError
from shared.domain.market import GammaReading
from shared.domain.reference import StrikeExposures
from shared.domain.vocabulary import Source


def parse_state(document: Document, underlying: str, walls: Walls) -> GammaReading:
    """Return the exposure of a ticker's state; a ticker without a flip has none."""
    data, as_of = _opened(document, underlying)
    gamma = data.record("gamma")
    flip = gamma.optional_record("flip")
    with parsing(TRADING_VOLATILITY, data.path):
        return GammaReading(
            net_gex=gamma.number("gamma_notional_per_1pct_move_usd"),
            flip_point=flip.optional_number("price") if flip is not None else None,
            call_wall=walls.call_wall,
            put_wall=walls.put_wall,
            spot=data.record("underlying").number("price"),
            as_of=as_of,
            source=Source.TRADING_VOLATILITY,
        )


def parse_by_strike(document: Document, underlying: str) -> StrikeExposures:
    """Return the net exposure by strike. Raises FeedUnavailableError where the curve is empty."""
    curve = Record.of(TRADING_VOLATILITY, "", document).record("data")
    exposures = exposures_of(curve, "points", "net")
    if not exposures.strikes:
        raise FeedUnavailableError(f"{TRADING_VOLATILITY}: the exposure of {underlying} by strike is empty")
    return exposures


def parse_levels(document: Document, underlying: str) -> Mapping[str, Decimal]:
    """Return levels by name, given as a list of names and prices or as flat keys."""
    data, _ = _opened(document, underlying)
    if data.has("levels"):
        return {row.text("name"): row.number("price") for row in data.rows("levels") if row.has("price")}
    return {
        name: number_of(TRADING_VOLATILITY, data.at(name), value)
        for name, value in data.values.items()
        if data.has(name) and name != "asof"
    }


def _opened(document: Document, underlying: str) -> tuple[Record, datetime]:
    """Return the data of an envelope and the feed's time; an envelope of another ticker is refused."""
    envelope = Record.of(TRADING_VOLATILITY, "", document)
    meta = envelope.record("meta")
    if meta.has("ticker") and meta.raw("ticker") != underlying:
        raise MalformedReplyError(TRADING_VOLATILITY, "meta.ticker", meta.raw("ticker"))
    return envelope.record("data"), meta.moment("asof", from_iso)
