"""Quotes and chains of one moment, rendered once per moment, with the faults of the day."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from infra.local import market_clock
from infra.local.vendors.faults import QUOTE_FAULTS, FaultBook, FaultKind, Vendor
from infra.local.vendors.luck import luck
from infra.local.vendors.market import Quote
from infra.local.vendors.market_view import SYMBOLS, UNDERLYINGS, MarketView, traded
from infra.local.vendors.occ import contract_of
from infra.local.vendors.switches import Switches
from infra.local.vendors.tradier.greeks import greeks, published_at
from infra.local.vendors.tradier.rows import Row, option_row, underlying_row
from infra.local.vendors.wire import fast_json
from shared.domain import sessions

CALL_FIRST_ROWS = 7
"""Inside a strike the put comes first, but for one strike in so many."""


class QuoteDesk:
    """What one Tradier host knows of prices."""

    def __init__(self, view: MarketView, switches: Switches, faults: FaultBook, vendor: Vendor) -> None:
        """Quote this market as this host."""
        self.view = view
        self._switches = switches
        self._faults = faults
        self._vendor = vendor

    def shown(self, now: datetime) -> datetime:
        """Return the instant whose prices the host shows now: the sandbox is about 15 minutes late."""
        late = self._vendor is Vendor.TRADIER_SANDBOX
        return traded(now, self._switches.seconds("tradier.sandbox_lag_s") if late else 0.0)

    def quote(self, symbol: str, now: datetime) -> Quote | None:
        """Return the true quote of a contract as shown now, without any fault."""
        return self._quote(symbol, self.shown(now), now)

    def _quote(self, symbol: str, at: datetime, now: datetime) -> Quote | None:
        contract = contract_of(symbol)
        if contract is None or contract.expiration < sessions.new_york_date(now):
            return None
        return self.view.option(symbol, at)

    def level(self, symbol: str, now: datetime) -> float:
        """Return the level of an underlying or index as shown now."""
        return self.view.last(symbol, self.shown(now))

    def level_at(self, symbol: str, at: datetime) -> float:
        """Return the level of an underlying or index at a traded instant."""
        return self.view.last(symbol, traded(at))

    def row(self, symbol: str, now: datetime, *, with_greeks: bool) -> Row | None:
        """Return the row of any symbol, None where there is none."""
        at = self.shown(now)
        age = self._switches.seconds("tradier.quote_age_s")
        if symbol in SYMBOLS:
            row = dict(self.view.keep(("row", symbol, at, now, age), lambda: underlying_row(self.view, symbol, at, now, age)))
        else:
            quote = self._quote(symbol, at, now)
            if quote is None:
                return None
            row = self._option_row(quote, at, now, with_greeks=with_greeks)
        return self._broken(row) if self._faults.live(QUOTE_FAULTS, self._vendor) else row

    def chain_json(self, underlying: str, expiration: date, now: datetime, *, with_greeks: bool) -> str | None:
        """Return the rows of one expiration as a JSON array, None where there is no chain."""
        at = self.shown(now)
        if self._faults.live(QUOTE_FAULTS, self._vendor):
            rows = self.chain(underlying, expiration, now, with_greeks=with_greeks)
            return fast_json(rows) if rows else None
        key = ("chain_json", underlying, expiration, at, market_clock.phase(now), with_greeks, self._variant())
        return self.view.keep(
            key, lambda: fast_json(self.chain(underlying, expiration, now, with_greeks=with_greeks)) or None
        )

    def _variant(self) -> tuple[Any, ...]:
        names = ("tradier.greeks", "tradier.anomalies", "tradier.quote_age_s", "tradier.morning_roots")
        return (self._vendor, *(self._switches[name] for name in names))

    def chain(self, underlying: str, expiration: date, now: datetime, *, with_greeks: bool) -> list[Row]:
        """Return the rows of one expiration, put or call first as it happens."""
        at = self.shown(now)
        if underlying not in UNDERLYINGS or expiration < sessions.new_york_date(now):
            return []
        quotes = self._in_order(self.view.chain(underlying, expiration, at))
        rows = [self._option_row(quote, at, now, with_greeks=with_greeks) for quote in quotes]
        if not self._faults.live(QUOTE_FAULTS, self._vendor):
            return rows
        return [broken for row in rows if (broken := self._broken(row)) is not None]

    def _in_order(self, quotes: Sequence[Quote]) -> list[Quote]:
        if self._switches["tradier.morning_roots"] == "off":
            quotes = [quote for quote in quotes if quote.root != "SPX"]
        return sorted(quotes, key=_place)

    def _option_row(self, quote: Quote, at: datetime, now: datetime, *, with_greeks: bool) -> Row:
        anomalies = self._switches["tradier.anomalies"] == "on"
        trading = at == now or market_clock.phase(now) is market_clock.Phase.OPEN
        age = self._switches.seconds("tradier.quote_age_s")
        row = option_row(quote, self._previous_mids(quote, at).get(quote.option_symbol), at, trading=trading, age=age)
        if with_greeks:
            live = self._switches["tradier.greeks"] == "live"
            published = at if live else published_at(at)
            priced = self._priced_at(quote, published)
            spot = self.view.last(quote.underlying, published)
            row["greeks"] = None if priced is None else greeks(priced, spot, published, anomalies=anomalies)
        return row

    def _priced_at(self, quote: Quote, published: datetime) -> Quote | None:
        key = ("by_symbol", quote.underlying, quote.expiration, published)
        rows: Mapping[str, Quote] = self.view.keep(
            key,
            lambda: {row.option_symbol: row for row in self.view.chain(quote.underlying, quote.expiration, published)},
        )
        return rows.get(quote.option_symbol, quote)

    def _previous_mids(self, quote: Quote, at: datetime) -> Mapping[str, float]:
        day = sessions.new_york_date(at)
        key = ("previous", quote.underlying, quote.expiration, day)
        return self.view.keep(key, lambda: self._mids_at_close_before(quote, day))

    def _mids_at_close_before(self, quote: Quote, day: date) -> Mapping[str, float]:
        before = sessions.session(sessions.previous_session(day))
        if before is None:
            return {}
        rows = self.view.chain(quote.underlying, quote.expiration, before.closes_at)
        return {row.option_symbol: row.mid for row in rows}

    def _broken(self, row: Row) -> Row | None:
        fault = self._faults.strike(QUOTE_FAULTS, self._vendor, symbol=row["symbol"])
        if fault is None:
            return row
        match fault.kind:
            case FaultKind.QUOTE_MISSING:
                return None
            case FaultKind.QUOTE_CROSSED:
                return {**row, "bid": row["ask"], "ask": row["bid"]}
            case FaultKind.QUOTE_ZERO:
                return {**row, "bid": 0.0, "ask": 0.0, "last": 0.0}
            case FaultKind.QUOTE_NAN:
                return {**row, "bid": float("nan"), "ask": float("nan"), "last": float("nan")}
            case FaultKind.QUOTE_NEGATIVE:
                return {**row, "bid": -1.0, "last": -1.0}
            case FaultKind.QUOTE_WRONG_SYMBOL:
                return {**row, "symbol": fault.parameters.get("instead", "XYZ")}
            case FaultKind.QUOTE_STALE:
                return _aged(row, fault.seconds(900.0))
            case _:
                return {**row, "greeks": None}


def _aged(row: Row, seconds: float) -> Row:
    earlier = {name: row[name] - int(seconds * 1000) for name in ("bid_date", "ask_date", "trade_date") if row[name]}
    return {**row, **earlier}


def _place(quote: Quote) -> tuple[float, bool, str]:
    call_first = luck(f"{quote.underlying}{quote.expiration}{quote.strike}", CALL_FIRST_ROWS) == 0
    return quote.strike, quote.is_call is not call_first, quote.root


