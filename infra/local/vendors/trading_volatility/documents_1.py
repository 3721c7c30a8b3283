"""Version 1: a body keyed by ticker in which every value is a string."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from infra.local.vendors.trading_volatility.documents_2 import sigma_levels
from infra.local.vendors.trading_volatility.subject import Point, Subject

Document = dict[str, Any]


def collected(asof: datetime, separator: str) -> str:
    """Return the time of collection: UTC without zone."""
    return f"{asof.astimezone(UTC):%Y-%m-%d}{separator}{asof.astimezone(UTC):%H:%M:%S}"


def latest(subject: Subject, separator: str) -> Mapping[str, str]:
    """Return the row of gex/latest: no walls."""
    surface, interest = subject.surface, subject.interest
    return {
        "collection_date": collected(subject.asof, separator),
        "price": str(round(subject.price, 2)),
        "gex_flip_price": "" if subject.flip is None else str(round(subject.flip, 2)),
        "skew_adjusted_gex": str(round(subject.net_gex, 3)),
        "gex_per_1pct_chg": str(round(subject.net_gex, 3)),
        "call_put_delta_spread": str(surface.call_25 - surface.put_25),
        "implied_volatility": str(surface.atm),
        "next_expiration": subject.nearest.isoformat(),
        "nearest_gex_value": str(round(subject.nearest_gex, 3)),
        "put_call_ratio_open_interest": str(interest.ratio),
        "gamma_formation": "0",
        "average_volume": str(subject.average_volume),
        "rating": "1",
    }


def past(subject: Subject, separator: str) -> Mapping[str, str]:
    """Return one row of gex/history."""
    row = latest(subject, separator)
    wanted = ("collection_date", "price", "gex_flip_price", "skew_adjusted_gex", "gex_per_1pct_chg")
    return {name: row[name] for name in wanted} | {"gex": str(round(subject.net_gex / 100, 1))}


def as_csv(rows: Sequence[Mapping[str, str]]) -> str:
    """Return gex/history as it comes without format=json."""
    if not rows:
        return ""
    return "\n".join([",".join(rows[0]), *(",".join(row.values()) for row in rows)]) + "\n"


def gamma_array(subject: Subject, points: Sequence[Point], separator: str) -> Document:
    """Return the row of gex/gammaOI; an empty object closes the array."""
    interest = subject.interest
    share = max(1.0, sum(abs(point.call) + abs(point.put) for point in points))
    return {
        "collection_date": collected(subject.asof, separator),
        "price": str(round(subject.price, 2)),
        "gex_flip_price": "" if subject.flip is None else str(round(subject.flip, 2)),
        "gamma_array": [
            *(
                {
                    "strike": f"{point.strike:g}",
                    "call_gamma": str(round(point.call / subject.price, 1)),
                    "put_gamma": str(round(point.put / subject.price, 1)),
                    "call_open_interest": str(int(interest.calls * abs(point.call) / share)),
                    "put_open_interest": str(int(interest.puts * abs(point.put) / share)),
                    "net_gamma_$_at_strike": str(round(point.net, 1)),
                }
                for point in points
            ),
            {},
        ],
    }


def levels(subject: Subject) -> Mapping[str, str]:
    """Return the row of gex/levels."""
    ranked = sorted(subject.points, key=lambda point: -abs(point.net))[:5]
    sigmas = sigma_levels(subject)
    return {
        **{f"GEX_{place}": str(point.strike) for place, point in enumerate(ranked)},
        "Gex Flip": "" if subject.flip is None else str(round(subject.flip, 2)),
        "+1STD (1-day)": str(sigmas["plus_1sigma_1d"]),
        "-1STD (1-day)": str(sigmas["minus_1sigma_1d"]),
    }
