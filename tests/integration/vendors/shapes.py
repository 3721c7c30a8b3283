"""The keys of each documented answer, written down from the vendors' pages; values are types, None among them."""

from typing import Any

NUMBER = (int, float)
TEXT = (str,)
MAYBE_NUMBER = (int, float, type(None))
MAYBE_TEXT = (str, type(None))
FLAG = (bool,)

Shape = dict[str, Any]

TRADED: Shape = {
    "symbol": TEXT, "description": TEXT, "exch": TEXT, "type": TEXT, "last": MAYBE_NUMBER, "change": MAYBE_NUMBER,
    "volume": NUMBER, "open": MAYBE_NUMBER, "high": MAYBE_NUMBER, "low": MAYBE_NUMBER, "close": MAYBE_NUMBER,
    "bid": MAYBE_NUMBER, "ask": MAYBE_NUMBER, "change_percentage": MAYBE_NUMBER, "average_volume": NUMBER,
    "last_volume": NUMBER, "trade_date": NUMBER, "prevclose": MAYBE_NUMBER, "week_52_high": NUMBER,
    "week_52_low": NUMBER, "bidsize": NUMBER, "bidexch": MAYBE_TEXT, "bid_date": NUMBER, "asksize": NUMBER,
    "askexch": MAYBE_TEXT, "ask_date": NUMBER,
}  # fmt: skip
UNDERLYING_QUOTE: Shape = {**TRADED, "root_symbols": TEXT}
OPTION_QUOTE: Shape = {
    **TRADED, "underlying": TEXT, "strike": (float,), "open_interest": NUMBER, "contract_size": NUMBER,
    "expiration_date": TEXT, "expiration_type": TEXT, "option_type": TEXT, "root_symbol": TEXT,
}  # fmt: skip
GREEKS: Shape = {
    "delta": NUMBER, "gamma": NUMBER, "theta": NUMBER, "vega": NUMBER, "rho": NUMBER, "phi": NUMBER,
    "bid_iv": NUMBER, "mid_iv": NUMBER, "ask_iv": NUMBER, "smv_vol": NUMBER, "updated_at": TEXT,
}  # fmt: skip
CLOCK: Shape = {
    "date": TEXT, "description": TEXT, "next_change": TEXT, "next_state": TEXT, "state": TEXT, "timestamp": (int,),
}  # fmt: skip
HISTORY_DAY: Shape = {"date": TEXT, "open": NUMBER, "high": NUMBER, "low": NUMBER, "close": NUMBER, "volume": NUMBER}
TIMESALE: Shape = {
    "time": TEXT, "timestamp": (int,), "price": NUMBER, "open": NUMBER, "high": NUMBER, "low": NUMBER,
    "close": NUMBER, "volume": NUMBER, "vwap": NUMBER,
}  # fmt: skip
ORDER: Shape = {
    "id": (int,), "type": TEXT, "symbol": TEXT, "side": TEXT, "quantity": (float,), "status": TEXT, "duration": TEXT,
    "avg_fill_price": (float,), "exec_quantity": (float,), "last_fill_price": (float,),
    "last_fill_quantity": (float,), "remaining_quantity": (float,), "create_date": TEXT, "transaction_date": TEXT,
    "class": TEXT,
}  # fmt: skip
OPTION_ORDER: Shape = {**ORDER, "option_symbol": TEXT}
MULTILEG_ORDER: Shape = {**ORDER, "price": (float,), "num_legs": (int,), "strategy": TEXT, "leg": (list,)}
MULTILEG_LEG: Shape = {**OPTION_ORDER, "price": (float,)}
POSITION: Shape = {"cost_basis": NUMBER, "date_acquired": TEXT, "id": (int,), "quantity": (float,), "symbol": TEXT}

STOCK_BAR: Shape = dict.fromkeys(("v", "vw", "o", "c", "h", "l", "t", "n"), NUMBER)
INDEX_BAR: Shape = dict.fromkeys(("o", "c", "h", "l", "t"), NUMBER)
INDEX_SNAPSHOT: Shape = {
    "ticker": TEXT, "name": TEXT, "type": TEXT, "market_status": TEXT, "value": NUMBER, "last_updated": (int,),
    "timeframe": TEXT, "session": (dict,),
}  # fmt: skip
INDEX_SESSION: Shape = dict.fromkeys(
    ("open", "high", "low", "close", "previous_close", "change", "change_percent"), NUMBER
)
CONTRACT_DETAILS: Shape = {
    "contract_type": TEXT, "exercise_style": TEXT, "expiration_date": TEXT, "shares_per_contract": (int,),
    "strike_price": NUMBER, "ticker": TEXT,
}  # fmt: skip
REFERENCE_CONTRACT: Shape = {**CONTRACT_DETAILS, "cfi": TEXT, "primary_exchange": TEXT, "underlying_ticker": TEXT}
LAST_QUOTE: Shape = {
    "ask": NUMBER, "ask_size": NUMBER, "bid": NUMBER, "bid_size": NUMBER, "last_updated": (int,), "midpoint": NUMBER,
    "timeframe": TEXT,
}  # fmt: skip

STATE: Shape = {
    "call_flow": (dict,), "derived": (dict,), "expected_move": (dict,), "gamma": (dict,), "market_state": (dict,),
    "positioning": (dict,), "underlying": (dict,),
}  # fmt: skip
STATE_GAMMA: Shape = {
    "flip": (dict,), "flow_context": (dict,), "gamma_notional_per_1pct_move_usd": NUMBER, "structure": (dict,),
}  # fmt: skip
META: Shape = {
    "asof": TEXT, "data_flags": (dict,), "model_versions": (dict,), "schema": TEXT, "ticker": TEXT,
}  # fmt: skip
STRIKE_POINT: Shape = {"strike": NUMBER, "call": NUMBER, "put": NUMBER, "net": NUMBER}
VERSION_1_LATEST: Shape = dict.fromkeys(
    (
        "collection_date",
        "price",
        "gex_flip_price",
        "skew_adjusted_gex",
        "gex_per_1pct_chg",
        "call_put_delta_spread",
        "implied_volatility",
        "next_expiration",
        "nearest_gex_value",
        "put_call_ratio_open_interest",
        "gamma_formation",
        "average_volume",
        "rating",
    ),
    TEXT,
)


def misfits(document: dict[str, Any], shape: Shape) -> list[str]:
    """Return what is missing, what is too much, and what is of another type."""
    missing = [f"missing {name}" for name in sorted(set(shape) - set(document))]
    extra = [f"extra {name}" for name in sorted(set(document) - set(shape))]
    wrong = [
        f"{name} is {document[name]!r}"
        for name, types in shape.items()
        if name in document
        and not (isinstance(document[name], types) and (bool in types or type(document[name]) is not bool))
    ]
    return missing + extra + wrong
