"""Option snapshots and the list of contracts."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from infra.local.vendors.faults import QUOTE_FAULTS, FaultBook, FaultKind, Vendor
from infra.local.vendors.luck import luck
from infra.local.vendors.market import Quote
from infra.local.vendors.market_view import INDICES, UNDERLYINGS, MarketView, traded
from infra.local.vendors.occ import contract_of
from infra.local.vendors.polygon.errors import not_found
from infra.local.vendors.polygon.indices import nanoseconds
from infra.local.vendors.polygon.pages import days_between, strikes_between
from infra.local.vendors.polygon.plans import AssetClass, Entitlements
from infra.local.vendors.switches import Switches
from shared.domain import sessions

Row = dict[str, Any]
DEEP_DELTA: Final = 0.985
"""Beyond it the vendor's binomial model often has no answer: `greeks` is empty or absent."""
TRADES_PLAN: Final = "developer"
QUOTES_PLAN: Final = "advanced"
FAIR_VALUE_PLAN: Final = "business"


class Options:
    """What the vendor knows of contracts."""

    def __init__(self, view: MarketView, entitlements: Entitlements, switches: Switches, faults: FaultBook) -> None:
        """Read this market under these plans."""
        self._view = view
        self._entitlements = entitlements
        self._switches = switches
        self._faults = faults

    def underlying_of(self, name: str) -> str | None:
        """Return the market's name: SPY, or I:SPX with its prefix."""
        symbol = name.removeprefix("I:")
        is_right = symbol in UNDERLYINGS and (symbol in INDICES) is name.startswith("I:")
        return symbol if is_right else None

    def chain(self, name: str, query: Mapping[str, str], now: datetime) -> list[Row]:
        """Return the rows of all wanted contracts, in the wanted order."""
        underlying = self.underlying_of(name)
        if underlying is None:
            return []
        at = self._shown(now)
        rows = [self._row(quote, at) for quote in self._wanted(underlying, query, at)]
        return _ordered([row for row in rows if row is not None], query)

    def contract(self, name: str, ticker: str, now: datetime) -> Row:
        """Return one contract: an object, not a list."""
        contract = contract_of(ticker.removeprefix("O:"))
        underlying = self.underlying_of(name)
        if contract is None or underlying != contract.underlying:
            raise not_found("Options contract not found.")
        at = self._shown(now)
        quote = self._view.option(contract.symbol, at)
        row = None if quote is None else self._row(quote, at)
        if row is None:
            raise not_found("Options contract not found.")
        return row

    def reference(self, query: Mapping[str, str], now: datetime) -> list[Row]:
        """Return the listed contracts; here an index has no prefix."""
        underlying = query.get("underlying_ticker", "")
        if underlying not in UNDERLYINGS or query.get("expired", "false") == "true":
            return []
        at = self._shown(now)
        rows = [_reference_row(quote) for quote in self._wanted(underlying, query, at)]
        return _ordered(rows, query)

    def _shown(self, now: datetime) -> datetime:
        return traded(now, self._entitlements.delay(AssetClass.OPTIONS).total_seconds())

    def _wanted(self, underlying: str, query: Mapping[str, str], at: datetime) -> Iterator[Quote]:
        (first, last), (low, high) = days_between(query), strikes_between(query)
        kind = query.get("contract_type")
        for day in self._view.expirations(underlying, sessions.new_york_date(at)):
            if not first <= day.isoformat() <= last:
                continue
            for quote in self._view.chain(underlying, day, at):
                if low <= quote.strike <= high and kind in (None, "call" if quote.is_call else "put"):
                    yield quote

    def _row(self, quote: Quote, at: datetime) -> Row | None:
        row = self._view.keep(("polygon_row", quote.option_symbol, at, *self._plans()), lambda: self._made(quote, at))
        if not self._faults.live(QUOTE_FAULTS, Vendor.POLYGON):
            return row
        fault = self._faults.strike(QUOTE_FAULTS, Vendor.POLYGON, symbol=quote.option_symbol)
        return row if fault is None else _broken(row, fault.kind)

    def _plans(self) -> tuple[Any, ...]:
        return (*(self._entitlements.plan(asset) for asset in AssetClass), self._switches["polygon.underlying_price"])

    def _made(self, quote: Quote, at: datetime) -> Row:
        plan = self._entitlements
        chance = luck(quote.option_symbol, 997)
        mid = round(quote.mid, 4)
        stamp = nanoseconds(at) - chance * 1_000_000
        row: Row = {
            "break_even_price": round(quote.strike + mid if quote.is_call else quote.strike - mid, 4),
            "day": _day(quote, mid, stamp) if quote.volume else {},
            "details": _details(quote),
        }
        greeks = _greeks(quote, chance)
        if greeks is not None:
            row["greeks"] = greeks
        if greeks:
            row["implied_volatility"] = quote.iv
        if plan.at_least(AssetClass.OPTIONS, QUOTES_PLAN):
            row["last_quote"] = _last_quote(quote, plan.timeframe(AssetClass.OPTIONS), stamp)
        if plan.at_least(AssetClass.OPTIONS, TRADES_PLAN) and quote.volume:
            row["last_trade"] = _last_trade(mid, plan.timeframe(AssetClass.OPTIONS), stamp, chance)
        if plan.at_least(AssetClass.OPTIONS, FAIR_VALUE_PLAN):
            row.update(fmv=mid, fmv_last_updated=stamp)
        row["open_interest"] = quote.open_interest
        row["underlying_asset"] = self._underlying(quote, row["break_even_price"], at)
        return row

    def _underlying(self, quote: Quote, break_even: float, at: datetime) -> Row:
        is_index = quote.underlying in INDICES
        asset = AssetClass.INDICES if is_index else AssetClass.STOCKS
        ticker = f"I:{quote.underlying}" if is_index else quote.underlying
        if not self._entitlements.at_least(asset, "starter") or self._switches["polygon.underlying_price"] == "absent":
            return {"ticker": ticker}
        spot = round(self._view.last(quote.underlying, at), 2)
        return {
            "change_to_break_even": round(break_even - spot, 4),
            "last_updated": nanoseconds(at),
            "value" if is_index else "price": spot,
            "ticker": ticker,
            "timeframe": self._entitlements.timeframe(asset),
        }


def _day(quote: Quote, mid: float, stamp: int) -> Row:
    previous = round(mid * (1 + (luck(quote.option_symbol, 41) - 20) / 400), 2)
    change = round(mid - previous, 4)
    return {
        "change": change,
        "change_percent": round(100 * change / previous, 2) if previous else 0.0,
        "close": mid,
        "high": max(mid, previous),
        "last_updated": stamp,
        "low": min(mid, previous),
        "open": previous,
        "previous_close": previous,
        "volume": quote.volume,
        "vwap": round((mid + previous) / 2, 4),
    }


def _details(quote: Quote) -> Row:
    return {
        "contract_type": "call" if quote.is_call else "put",
        "exercise_style": "european" if quote.underlying in INDICES else "american",
        "expiration_date": quote.expiration.isoformat(),
        "shares_per_contract": 100,
        "strike_price": int(quote.strike) if quote.strike == int(quote.strike) else quote.strike,
        "ticker": f"O:{quote.option_symbol}",
    }


def _greeks(quote: Quote, chance: int) -> Row | None:
    if abs(quote.delta) > DEEP_DELTA:
        return {} if chance % 2 else None
    return {"delta": quote.delta, "gamma": quote.gamma, "theta": quote.theta, "vega": quote.vega}


def _last_quote(quote: Quote, timeframe: str, stamp: int) -> Row:
    return {
        "ask": quote.ask,
        "ask_size": quote.ask_size,
        "bid": quote.bid,
        "bid_size": quote.bid_size,
        "last_updated": stamp,
        "midpoint": round((quote.bid + quote.ask) / 2, 4),
        "timeframe": timeframe,
    }


def _last_trade(price: float, timeframe: str, stamp: int, chance: int) -> Row:
    return {
        "price": round(price, 2),
        "sip_timestamp": stamp,
        "size": 1 + chance % 20,
        "conditions": [209],
        "exchange": 300 + chance % 20,
        "timeframe": timeframe,
    }


def _broken(row: Row, kind: FaultKind) -> Row | None:
    quote = row.get("last_quote", {})
    match kind:
        case FaultKind.QUOTE_MISSING:
            return None
        case FaultKind.QUOTE_CROSSED:
            return {**row, "last_quote": {**quote, "bid": quote.get("ask"), "ask": quote.get("bid")}}
        case FaultKind.QUOTE_ZERO:
            return {**row, "last_quote": {**quote, "bid": 0, "ask": 0, "midpoint": 0}}
        case FaultKind.QUOTE_NAN:
            return {**row, "last_quote": {**quote, "bid": float("nan"), "ask": float("nan")}}
        case FaultKind.GREEKS_MISSING:
            return {name: value for name, value in row.items() if name not in ("greeks", "implied_volatility")}
        case _:
            return {**row, "last_quote": {**quote, "last_updated": quote.get("last_updated", 0) - 900 * 10**9}}


def _reference_row(quote: Quote) -> Row:
    details = _details(quote)
    european = details["exercise_style"] == "european"
    settlement = "C" if european else "P"
    return {
        "cfi": f"O{details['contract_type'][0].upper()}{'E' if european else 'A'}S{settlement}S",
        **details,
        "primary_exchange": "XCBO" if european else "BATO",
        "underlying_ticker": quote.underlying,
    }


def _ordered(rows: list[Row], query: Mapping[str, str]) -> list[Row]:
    name = query.get("sort", "ticker")
    rows.sort(key=lambda row: (row.get("details") or row).get(name) or "", reverse=query.get("order") == "desc")
    return rows
