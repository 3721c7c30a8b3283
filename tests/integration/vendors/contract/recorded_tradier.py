"""Tradier's answers as recorded shapes, written from the vendor's pages with numbers of this project's own."""

from typing import Any

from tests.integration.vendors.contract.recorded_moment import FINAL_ID, MS, ORDER_ID, Answer, Request, said
from tests.integration.vendors.forms import LONG_PUT, SHORT_PUT

SPY: dict[str, Any] = {
    "symbol": "SPY", "description": "SPDR S&P 500", "exch": "P", "type": "etf", "last": 273.91, "change": -0.4,
    "volume": 31_222_114, "open": 274.0, "high": 274.42, "low": 272.92, "close": None, "bid": 273.9, "ask": 273.92,
    "change_percentage": -0.15, "average_volume": 80_123_456, "last_volume": 200, "trade_date": MS - 900,
    "prevclose": 274.31, "week_52_high": 275.0, "week_52_low": 222.7, "bidsize": 11, "bidexch": "P",
    "bid_date": MS - 1_000, "asksize": 7, "askexch": "Q", "ask_date": MS - 2_000, "root_symbols": "SPY",
}  # fmt: skip
VIX = SPY | {
    "symbol": "VIX", "description": "CBOE Volatility Index", "exch": "I", "type": "index", "last": 9.82,
    "change": -0.26, "volume": 0, "bid": None, "ask": None, "bidsize": 0, "asksize": 0, "bidexch": None,
    "askexch": None, "bid_date": 0, "ask_date": 0, "trade_date": MS - 4_000, "prevclose": 10.08,
    "root_symbols": "VIX,VIXW",
}  # fmt: skip


def option(symbol: str, bid: float, ask: float, *, with_greeks: bool) -> dict[str, Any]:
    """Write an option row of Tradier."""
    strike = int(symbol[-8:]) / 1_000
    row = SPY | {
        "symbol": symbol, "description": f"SPY Jan 19 2018 ${strike:.2f}", "exch": "Z", "type": "option",
        "last": round(bid + 0.02, 2), "bid": bid, "ask": ask, "underlying": "SPY", "strike": strike,
        "open_interest": 4_210, "contract_size": 100, "expiration_date": "2018-01-19",
        "expiration_type": "standard", "option_type": "put" if symbol[-9] == "P" else "call", "root_symbol": "SPY",
    }  # fmt: skip
    del row["root_symbols"]
    greeks = {
        "delta": -0.21 if symbol[-9] == "P" else 0.24, "gamma": 0.0512, "theta": -0.071, "vega": 0.133, "rho": -0.012,
        "phi": 0.011, "bid_iv": 0.081, "mid_iv": 0.084, "ask_iv": 0.087, "smv_vol": 0.083,
        "updated_at": "2018-01-10 15:59:58",
    }  # fmt: skip
    return row | {"greeks": greeks} if with_greeks else row


def chain_rows() -> list[dict[str, Any]]:
    """Write a chain: calls and puts at 260 to 285."""
    return [
        option(
            f"SPY180119{letter}{strike * 1_000:08d}",
            1.1 + abs(strike - 274) / 9,
            1.2 + abs(strike - 274) / 9,
            with_greeks=True,
        )
        for strike in range(260, 290, 5)
        for letter in "PC"
    ]


def _leg(symbol: str, side: str, number: int, status: str) -> dict[str, Any]:
    return {
        "id": ORDER_ID + number, "type": "credit", "symbol": "SPY", "side": side, "quantity": 1.0, "status": status,
        "duration": "day", "price": 2.0, "avg_fill_price": 0.0, "exec_quantity": 0.0, "last_fill_price": 0.0,
        "last_fill_quantity": 0.0, "remaining_quantity": 1.0, "create_date": "2018-01-10T16:00:00.081Z",
        "transaction_date": "2018-01-10T16:00:00.102Z", "class": "option", "option_symbol": symbol,
    }  # fmt: skip


def order_row(status: str = "open", tag: str | None = "agx-contract") -> dict[str, Any]:
    """Write the multileg order of the contract: a put spread that rests."""
    legs = [_leg(SHORT_PUT, "sell_to_open", 1, status), _leg(LONG_PUT, "buy_to_open", 2, status)]
    row = legs[0] | {
        "id": ORDER_ID, "side": "buy", "quantity": 2.0, "class": "multileg", "num_legs": 2, "strategy": "spread",
        "leg": legs, "remaining_quantity": 0.0,
    }  # fmt: skip
    del row["option_symbol"]
    return row | ({"tag": tag} if tag else {})


POSITION = {
    "cost_basis": -173.0, "date_acquired": "2018-01-10T15:31:07.410Z", "id": 601_113, "quantity": -1.0,
    "symbol": SHORT_PUT,
}  # fmt: skip
BALANCES = {
    "account_number": "6YA00001", "account_type": "margin", "total_equity": 50_112.25, "total_cash": 50_000.0,
    "equity": 0, "market_value": 0, "long_market_value": 0, "short_market_value": 0, "stock_long_value": 0,
    "option_long_value": 0, "option_short_value": 0, "option_requirement": 0, "current_requirement": 0,
    "open_pl": 0, "close_pl": 0, "pending_cash": 0, "pending_orders_count": 0, "uncleared_funds": 0,
    "margin": {
        "fed_call": 0, "maintenance_call": 0, "option_buying_power": 50_112.25, "stock_buying_power": 100_224.5,
        "stock_short_value": 0, "sweep": 0,
    },
}  # fmt: skip
DAYS = [
    {"date": day, "open": 270.1, "high": 273.3, "low": 269.2, "close": 272.4, "volume": 71_000_123}
    for day in ("2018-01-04", "2018-01-05", "2018-01-08", "2018-01-09")
]
CALENDAR_DAYS = [
    {
        "date": "2018-01-12", "status": "open", "description": "Market is open",
        "premarket": {"start": "04:00", "end": "09:24"}, "open": {"start": "09:30", "end": "16:00"},
        "postmarket": {"start": "16:00", "end": "20:00"},
    },
    {"date": "2018-01-15", "status": "closed", "description": "Market is closed for Martin Luther King, Jr. Day"},
]  # fmt: skip


def _quotes(request: Request, query: dict[str, str]) -> tuple[int, Any]:
    rows = {"SPY": SPY, "VIX": VIX, SHORT_PUT: option(SHORT_PUT, 1.73, 1.83, with_greeks=False)}
    rows[LONG_PUT] = option(LONG_PUT, 0.54, 0.64, with_greeks=False)
    asked = query["symbols"].split(",")
    found = [rows[symbol] for symbol in asked if symbol in rows]
    unknown = [symbol for symbol in asked if symbol not in rows]
    body: dict[str, Any] = {"quote": found[0] if len(found) == 1 else found} if found else {}
    if unknown:
        body["unmatched_symbols"] = {"symbol": unknown[0] if len(unknown) == 1 else unknown}
    return 200, {"quotes": body}


def _placed(request: Request, form: dict[str, str]) -> tuple[int, Any]:
    if form.get("preview") == "true":
        return 200, {
            "order": {
                "status": "ok", "commission": 0.7, "cost": -199.3, "fees": 0, "symbol": "SPY", "quantity": 1,
                "type": "credit", "duration": "day", "result": True, "order_cost": -200.0, "margin_change": 300.0,
                "request_date": "2018-01-10T11:00:00.371", "extended_hours": False, "class": "multileg",
                "strategy": "spread", "day_trades": 0,
            }
        }  # fmt: skip
    if int(form["quantity[0]"]) > 1_000:
        return 200, {"errors": {"error": ["Backoffice rejected override of the order.", "InitialMargin"]}}
    return 200, {"order": {"id": ORDER_ID, "status": "ok", "partner_id": "3a8bbee1-5184-4ffe-8a0c-294fbad1aee9"}}


def _one_order(request: Request, query: dict[str, str]) -> tuple[int, Any]:
    if request.url.path.endswith(str(ORDER_ID)):
        return 200, {"order": order_row()}
    return 401, "Unauthorized Account: 6YA00001"


def _ended(request: Request, query: dict[str, str]) -> tuple[int, Any]:
    if request.url.path.endswith(str(FINAL_ID)):
        return 400, "order already in finalized state: canceled"
    return 200, {"order": {"id": ORDER_ID, "status": "ok", "partner_id": "3a8bbee1-5184-4ffe-8a0c-294fbad1aee9"}}


ACCOUNT = r"/v1/accounts/6YA00001"

ANSWERS: tuple[tuple[str, str, Answer], ...] = (
    ("GET|POST", "/v1/markets/quotes", _quotes),
    (
        "GET",
        "/v1/markets/options/chains",
        lambda _, query: (200, {"options": {"option": chain_rows()} if query["expiration"] == "2018-01-19" else None}),
    ),
    (
        "GET",
        "/v1/markets/options/expirations",
        said({"expirations": {"date": ["2018-01-12", "2018-01-19", "2018-01-26"]}}),
    ),
    (
        "GET",
        "/v1/markets/clock",
        said(
            {
                "clock": {
                    "date": "2018-01-10",
                    "description": "Market is open from 09:30 to 16:00",
                    "next_change": "16:00",
                    "next_state": "postmarket",
                    "state": "open",
                    "timestamp": MS // 1_000,
                }
            }
        ),
    ),
    ("GET", "/v1/markets/calendar", said({"calendar": {"month": 1, "year": 2018, "days": {"day": CALENDAR_DAYS}}})),
    ("GET", "/v1/markets/history", said({"history": {"day": DAYS}})),
    ("GET", f"{ACCOUNT}/balances", said({"balances": BALANCES})),
    ("GET", f"{ACCOUNT}/positions", said({"positions": {"position": POSITION}})),
    ("GET", f"{ACCOUNT}/gainloss", said({"gainloss": "null"})),
    ("GET", f"{ACCOUNT}/orders", said({"orders": {"order": order_row()}})),
    ("GET", rf"{ACCOUNT}/orders/\d+", _one_order),
    ("POST", f"{ACCOUNT}/orders", _placed),
    ("PUT|DELETE", rf"{ACCOUNT}/orders/\d+", _ended),
    (
        "GET",
        "/v1/marketstatus/now",
        said(
            {
                "afterHours": False,
                "currencies": {"crypto": "open", "fx": "open"},
                "earlyHours": False,
                "exchanges": {"nasdaq": "open", "nyse": "open", "otc": "open"},
                "market": "open",
                "serverTime": "2018-01-10T11:00:00-05:00",
            }
        ),
    ),
    (
        "GET",
        "/v1/marketstatus/upcoming",
        said(
            [
                {"date": "2018-01-15", "exchange": name, "name": "Martin Luther King, Jr. Day", "status": "closed"}
                for name in ("NYSE", "NASDAQ")
            ]
        ),
    ),
)
