"""Polygon's answers as recorded shapes, written from the vendor's pages with numbers of this project's own."""

from typing import Any

from tests.integration.vendors.contract.recorded_moment import HOST, NS, Answer, Request, said

INDEX = {
    "ticker": "I:VIX", "name": "Cboe Volatility Index", "type": "indices", "market_status": "open", "value": 9.82,
    "last_updated": NS - 1_500_000_000, "timeframe": "REAL-TIME",
    "session": {
        "open": 9.95, "high": 10.4, "low": 9.7, "close": 9.82, "previous_close": 10.08, "change": -0.26,
        "change_percent": -2.58,
    },
}  # fmt: skip


def snapshot_row(strike: int, letter: str) -> dict[str, Any]:
    """Write a row of Polygon's chain."""
    return {
        "break_even_price": strike + 1.0,
        "day": {"open": 1.0, "high": 1.3, "low": 0.9, "close": 1.1, "volume": 210, "last_updated": NS},
        "details": {
            "ticker": f"O:SPY180119{letter}{strike * 1_000:08d}", "contract_type": "call" if letter == "C" else "put",
            "exercise_style": "american", "expiration_date": "2018-01-19", "shares_per_contract": 100,
            "strike_price": strike,
        },
        "greeks": {"delta": 0.3 if letter == "C" else -0.3, "gamma": 0.05, "theta": -0.07, "vega": 0.13},
        "implied_volatility": 0.084, "open_interest": 4_210,
        "last_quote": {
            "ask": 1.2, "ask_size": 10, "bid": 1.1, "bid_size": 21, "last_updated": NS - 2_000_000_000,
            "midpoint": 1.15, "timeframe": "REAL-TIME",
        },
        "underlying_asset": {
            "ticker": "SPY", "price": 273.91, "last_updated": NS, "timeframe": "REAL-TIME",
            "change_to_break_even": 1.0,
        },
    }  # fmt: skip


def _page(query: dict[str, str]) -> dict[str, Any]:
    """Write one of two pages; the second's address carries no key."""
    strikes = (285, 280, 275) if "cursor" in query else (270, 265, 260)
    rows = [snapshot_row(strike, letter) for strike in strikes for letter in "CP"]
    body: dict[str, Any] = {"status": "OK", "request_id": "r1", "results": rows}
    return body if "cursor" in query else body | {"next_url": f"{HOST}/v3/snapshot/options/SPY?cursor=YXA9Mg"}


def _bars(ticker: str) -> dict[str, Any]:
    starts = [1_515_042_000_000, 1_515_128_400_000, 1_515_387_600_000, 1_515_474_000_000]
    hour = 3_600_000 if ticker.startswith("I:") else 0
    rows: list[dict[str, Any]] = [
        {"o": 270.1, "h": 273.3, "l": 269.2, "c": 272.4, "t": start + hour} for start in starts
    ]
    if not hour:
        rows = [row | {"v": 9.6823977e7, "vw": 271.9, "n": 401_223} for row in rows]
    return {
        "ticker": ticker, "queryCount": 4, "resultsCount": 4, "adjusted": True, "results": rows, "status": "OK",
        "request_id": "r2", "count": 4,
    }  # fmt: skip


def _indicator(request: Request, query: dict[str, str]) -> tuple[int, Any]:
    value: dict[str, Any] = {"timestamp": 1_515_474_000_000, "value": 61.2}
    if "/macd/" in request.url.path:
        value |= {"signal": 1.4, "histogram": 0.2}
    results = {"underlying": {"url": f"{HOST}/v2/aggs"}, "values": [value, value | {"timestamp": 1_515_387_600_000}]}
    return 200, {"status": "OK", "request_id": "r3", "results": results}


ANSWERS: tuple[tuple[str, str, Answer], ...] = (
    (
        "GET",
        "/v3/snapshot/indices",
        lambda _, query: (
            200,
            {
                "status": "OK",
                "request_id": "r",
                "results": [
                    INDEX
                    if query["ticker.any_of"] == "I:VIX"
                    else {"ticker": query["ticker.any_of"], "error": "NOT_FOUND", "message": "Ticker not found."}
                ],
            },
        ),
    ),
    ("GET", "/v2/aggs/ticker/.*", lambda request, _: (200, _bars(request.url.path.split("/")[4]))),
    ("GET", "/v3/snapshot/options/SPY", lambda _, query: (200, _page(query))),
    (
        "GET",
        "/v2/last/trade/SPY",
        said(
            {
                "status": "OK",
                "request_id": "r",
                "results": {"T": "SPY", "p": 273.91, "s": 100, "t": NS - 900_000_000, "x": 4},
            }
        ),
    ),
    (
        "GET",
        "/v3/reference/options/contracts",
        said(
            {
                "status": "OK",
                "request_id": "r",
                "results": [
                    {
                        "cfi": "OCASPS",
                        "contract_type": "call",
                        "exercise_style": "american",
                        "expiration_date": day,
                        "primary_exchange": "BATO",
                        "shares_per_contract": 100,
                        "strike_price": 274,
                        "ticker": "O:SPY180119C00274000",
                        "underlying_ticker": "SPY",
                    }
                    for day in ("2018-01-12", "2018-01-19")
                ],
            }
        ),
    ),
    ("GET", "/v1/indicators/.*", _indicator),
)
