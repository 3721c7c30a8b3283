"""Answers of the vendors in their documented shapes, with numbers of this project's own."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from tests.unit.adapters.wire import NOW, milliseconds, nanoseconds

SHORT_PUT, LONG_PUT = "SPY260417P00560000", "SPY260417P00555000"
LONG_CALL, SHORT_CALL = "SPY260417C00640000", "SPY260417C00635000"
MARKET_TIME = milliseconds(NOW - timedelta(seconds=3))
GREEKS_TIME = "2026-03-04 15:00:07"


def option_row(symbol: str, bid: Any = 2.41, ask: Any = 2.47, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "symbol": symbol, "description": "an option", "exch": "Z", "type": "option", "last": None, "change": None,
        "volume": 0, "open": None, "high": None, "low": None, "close": None, "bid": bid, "ask": ask,
        "underlying": "SPY", "strike": int(symbol[-8:]) / 1000,
        "greeks": {
            "delta": -0.2987, "gamma": 9.46e-4, "theta": -0.081, "vega": 0.61, "rho": 0.1, "phi": -0.1,
            "bid_iv": 0.0, "mid_iv": 0.173, "ask_iv": 0.176, "smv_vol": 0.171, "updated_at": GREEKS_TIME,
        },
        "change_percentage": None, "average_volume": 0, "last_volume": 0, "trade_date": 0, "prevclose": None,
        "bidsize": 12, "bid_date": MARKET_TIME - 1000, "asksize": 15, "ask_date": MARKET_TIME, "open_interest": 840,
        "contract_size": 100, "expiration_date": "2026-04-17", "expiration_type": "standard",
        "option_type": "put" if "P0" in symbol else "call", "root_symbol": symbol[:-15],
    }  # fmt: skip
    return row | changes


def stock_row(symbol: str = "SPY", **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "symbol": symbol, "description": "a fund", "exch": "P", "type": "etf", "last": 596.31, "change": -1.2,
        "volume": 41_000_000, "open": 597.4, "high": 598.02, "low": 594.77, "close": None, "bid": 596.3,
        "ask": 596.34, "change_percentage": -0.2, "average_volume": 70_000_000, "last_volume": 100,
        "trade_date": MARKET_TIME - 4000, "prevclose": 597.51, "bidsize": 4, "bid_date": MARKET_TIME,
        "asksize": 2, "ask_date": MARKET_TIME, "root_symbols": "SPY",
    }  # fmt: skip
    return row | changes


def index_row(symbol: str = "VIX", last: Any = 18.42, **changes: Any) -> dict[str, Any]:
    row = stock_row(symbol, type="index", last=last, bid=None, ask=None, bid_date=0, ask_date=0)
    return row | {"trade_date": MARKET_TIME - 500} | changes


def quotes(rows: Any) -> dict[str, Any]:
    return {"quotes": {"quote": rows}}


def order_leg(symbol: str, side: str, quantity: float = 2.0, filled: float = 0.0, price: float = 0.0) -> dict[str, Any]:
    return {
        "id": 51_000_002, "type": "credit", "symbol": "SPY", "side": side, "quantity": quantity, "status": "open",
        "duration": "day", "price": 1.15, "avg_fill_price": price, "exec_quantity": filled, "last_fill_price": price,
        "last_fill_quantity": filled, "remaining_quantity": 0.0, "create_date": "2026-03-04T15:20:01.482Z",
        "transaction_date": "2026-03-04T15:20:09.101Z", "class": "option", "option_symbol": symbol,
    }  # fmt: skip


def multileg_order(legs: Sequence[dict[str, Any]], status: str = "filled", **changes: Any) -> dict[str, Any]:
    order: dict[str, Any] = {
        "id": 51_000_001, "type": "credit", "symbol": "SPY", "side": "buy", "status": status, "duration": "day",
        "quantity": sum(leg["quantity"] for leg in legs), "price": 1.15, "avg_fill_price": -1.2,
        "exec_quantity": sum(leg["exec_quantity"] for leg in legs), "last_fill_price": 0.0,
        "last_fill_quantity": 2.0, "remaining_quantity": 0.0, "create_date": "2026-03-04T15:20:01.482Z",
        "transaction_date": "2026-03-04T15:20:09.101Z", "class": "multileg", "num_legs": len(legs),
        "strategy": "spread", "leg": list(legs), "tag": "agx-7",
    }  # fmt: skip
    return order | changes


def balances(**blocks: dict[str, Any]) -> dict[str, Any]:
    return {
        "balances": {
            "account_number": "VA00000000", "account_type": "margin", "total_equity": 25_310.75, "total_cash": 9_000.5,
            "equity": 0, "market_value": 0, "open_pl": 0, "close_pl": 0, **blocks,
        }
    }  # fmt: skip


def daily_rows(*days: str) -> list[dict[str, Any]]:
    return [{"date": day, "open": 590.1, "high": 599.9, "low": 588.2, "close": 596.4, "volume": 1} for day in days]


def index_snapshot(ticker: str = "I:VIX", value: Any = 18.44, **changes: Any) -> dict[str, Any]:
    row = {
        "ticker": ticker, "name": "an index", "type": "indices", "market_status": "open", "value": value,
        "last_updated": nanoseconds(NOW - timedelta(seconds=2)), "timeframe": "REAL-TIME",
    } | changes  # fmt: skip
    return {"status": "OK", "request_id": "r", "results": [row]}


def bars(*starts: int, ticker: str = "SPY", **changes: Any) -> dict[str, Any]:
    rows = [{"o": 590.1, "h": 599.9, "l": 588.2, "c": 596.4, "t": start} for start in starts]
    return {"status": "OK", "ticker": ticker, "request_id": "r", "resultsCount": len(rows), "results": rows} | changes


def snapshot_row(symbol: str = SHORT_PUT, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "details": {"ticker": f"O:{symbol}", "contract_type": "put", "expiration_date": "2026-04-17"},
        "greeks": {"delta": -0.3, "gamma": 0.004, "theta": -0.08, "vega": 0.6}, "implied_volatility": 0.17,
        "last_quote": {"bid": 2.41, "ask": 2.47, "last_updated": nanoseconds(NOW), "timeframe": "REAL-TIME"},
        "open_interest": 840, "underlying_asset": {"ticker": "SPY", "price": 596.3},
    }  # fmt: skip
    return row | changes


def state(**changes: Any) -> dict[str, Any]:
    data: dict[str, Any] = {
        "gamma": {"gamma_notional_per_1pct_move_usd": -731_250_000.4, "flip": {"price": 601.5, "dist_pct": 0.87}},
        "underlying": {"price": 596.28, "iv": {"atm_iv": 0.17, "iv_rank": 31}},
    }
    return {"data": data | changes, "meta": {"asof": "2026-03-04T15:29:00Z", "ticker": "SPY", "schema": "tv.state.v2"}}


def by_strike(*points: tuple[float, float], **changes: Any) -> dict[str, Any]:
    rows = [{"strike": strike, "call": 1.0, "put": 1.0, "net": net} for strike, net in points]
    meta = {"asof": "2026-03-04T15:29:00Z", "ticker": "SPY"}
    return {"data": {"price": 596.28, "points": rows, "totals": {}} | changes, "meta": meta}


def latest_v1(**changes: str) -> dict[str, Any]:
    row = {
        "collection_date": "2026-03-04 15:29:11", "price": "596.3", "gex_flip_price": "601.5",
        "skew_adjusted_gex": "88123456.1", "gex_per_1pct_chg": "-731250000.4", "implied_volatility": "0.17",
    }  # fmt: skip
    return {"SPY": row | changes}
