"""Lists in pages: a cursor that holds the query, and a next_url that never carries the key."""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from infra.local.vendors.polygon.errors import bad_request


class Limits(NamedTuple):
    """Rows of a page: unless asked, and at most."""

    default: int
    largest: int


SNAPSHOT_LIMITS: Final = Limits(10, 250)
CONTRACT_LIMITS: Final = Limits(10, 1000)
AGGREGATE_LIMITS: Final = Limits(5000, 50_000)
INDICATOR_LIMITS: Final = Limits(10, 5000)


def unfold(given: Mapping[str, str]) -> dict[str, str]:
    """Return the query behind a cursor, or the query itself."""
    if "cursor" not in given:
        return {name: value for name, value in given.items() if name != "apiKey"}
    try:
        query = json.loads(base64.urlsafe_b64decode(given["cursor"].encode() + b"==="))
    except ValueError:
        raise bad_request("Invalid cursor.") from None
    return {str(name): str(value) for name, value in query.items()}


def limit_of(query: Mapping[str, str], limits: Limits) -> int:
    """Return the page length asked for."""
    text = query.get("limit", str(limits.default))
    if not text.isdigit() or not 0 < int(text) <= limits.largest:
        raise bad_request(f"'limit' must be between 1 and {limits.largest}")
    return int(text)


def page(rows: Sequence[Any], query: Mapping[str, str], limits: Limits, base: str) -> tuple[Sequence[Any], str | None]:
    """Return this page, and the address of the next one if there is one."""
    limit, offset = limit_of(query, limits), int(query.get("_offset", "0"))
    here = rows[offset : offset + limit]
    if offset + limit >= len(rows):
        return here, None
    following = {**query, "_offset": str(offset + limit)}
    cursor = base64.urlsafe_b64encode(json.dumps(following).encode()).decode().rstrip("=")
    return here, f"{base}?{urlencode({'cursor': cursor})}"


def strikes_between(query: Mapping[str, str]) -> tuple[float, float]:
    """Return the bounds that strike_price, .gte, .gt, .lte and .lt set."""
    low, high = 0.0, float("inf")
    try:
        if "strike_price" in query:
            return float(query["strike_price"]), float(query["strike_price"])
        low = max(float(query.get("strike_price.gte", low)), float(query.get("strike_price.gt", -1)) + 1e-9)
        high = min(float(query.get("strike_price.lte", high)), float(query.get("strike_price.lt", high)) - 1e-9)
    except ValueError:
        raise bad_request("'strike_price' must be a number") from None
    return low, high


def days_between(query: Mapping[str, str], name: str = "expiration_date") -> tuple[str, str]:
    """Return the bounds that expiration_date and its comparisons set, as ISO dates."""
    if name in query:
        return query[name], query[name]
    after = query.get(f"{name}.gt")
    before = query.get(f"{name}.lt")
    low = query.get(f"{name}.gte", f"{after}~" if after else "")
    high = query.get(f"{name}.lte", f"{before}!"[:10] if before else "~")
    return low, high if before is None else min(high, _day_before(before))


def _day_before(day: str) -> str:
    from datetime import date, timedelta

    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()
