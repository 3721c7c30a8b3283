"""Quotes and chains of one moment, rendered once per moment, with the faults of the day."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from infra.local import market_clock
from infra.local.vendors.faults import QUOTE_FAULTS, Fault, FaultBook, FaultKind, Vendor
from infra.local.vendors.luck import luck
from infra.local.vendors.market import Quote
from infra.local.vendors.market_view import SYMBOLS, UNDERLYINGS, MarketView, traded
from infra.local.vendors.occ import MORNING_ROOTS, contract_of
from infra.local.vendors.switches import Switches
from infra.local.vendors.tradier.greeks import GreeksBlock, published_at
from infra.local.vendors.tradier.rows import OptionRows, Row, underlying_row
from infra.local.vendors.wire import compact_json
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

    def row(self, symbol: str, now: datetime, *, with_greeks: bool) -> str | None:
        """Return the row of any symbol as JSON, None where there is none."""
        at = self.shown(now)
        if symbol in SYMBOLS:
            row = self._underlying_row(symbol, at, now)
        else:
            quote = self._quote(symbol, at, now)
            if quote is None:
                return None
            row = self._render((quote,), at, now, with_greeks=with_greeks)[0]
        return self._broken(row) if self._faults.live(QUOTE_FAULTS, self._vendor) else row

    def _underlying_row(self, symbol: str, at: datetime, now: datetime) -> str:
        age = self._switches.seconds("tradier.quote_age_s")
        key = ("row", symbol, at, now, age)
        return self.view.keep(key, lambda: compact_json(underlying_row(self.view, symbol, at, now, age)))

    def chain(self, underlying: str, expiration: date, now: datetime, *, with_greeks: bool) -> str | None:
        """Return the rows of one expiration as a JSON array, None where there is no chain."""
        at = self.shown(now)
        if underlying not in UNDERLYINGS or expiration < sessions.new_york_date(now):
            return None
        key = ("rows", underlying, expiration, at, market_clock.phase(now), with_greeks, *self._variant())
        rows = self.view.keep(key, lambda: self._chain(underlying, expiration, at, now, with_greeks=with_greeks))
        if self._faults.live(QUOTE_FAULTS, self._vendor):
            rows = [broken for row in rows if (broken := self._broken(row)) is not None]
        return f"[{','.join(rows)}]" if rows else None

    def _chain(self, underlying: str, expiration: date, at: datetime, now: datetime, *, with_greeks: bool) -> list[str]:
        quotes: Sequence[Quote] = self.view.chain(underlying, expiration, at)
        if self._switches["tradier.morning_roots"] == "off":
            quotes = [quote for quote in quotes if quote.root not in MORNING_ROOTS]
        return self._render(sorted(quotes, key=_place), at, now, with_greeks=with_greeks) if quotes else []

    def _variant(self) -> tuple[Any, ...]:
        names = ("tradier.greeks", "tradier.anomalies", "tradier.quote_age_s", "tradier.morning_roots")
        return (self._vendor, *(self._switches[name] for name in names))

    def _render(self, quotes: Sequence[Quote], at: datetime, now: datetime, *, with_greeks: bool) -> list[str]:
        """Render contracts of one expiration."""
        first = quotes[0]
        rows = OptionRows(
            at,
            self._previous_mids(first, at),
            trading=market_clock.phase(now) is market_clock.Phase.OPEN,
            age=self._switches.seconds("tradier.quote_age_s"),
            lost_bids=self._vendor is Vendor.TRADIER_SANDBOX and self._switches["tradier.anomalies"] == "on",
        )
        greeks = self._greeks(first, at) if with_greeks else None
        return [
            rows.render(quote, None if greeks is None else greeks.get(quote.option_symbol, "null")) for quote in quotes
        ]

    def _greeks(self, of: Quote, at: datetime) -> Mapping[str, str]:
        """Return the greeks of all contracts of an expiration as JSON, as they were published last."""
        published = at if self._switches["tradier.greeks"] == "live" else published_at(at)
        anomalies = self._switches["tradier.anomalies"] == "on"
        key = ("greeks", of.underlying, of.expiration, published, anomalies)
        return self.view.keep(key, lambda: self._published(of, published, anomalies=anomalies))

    def _published(self, of: Quote, published: datetime, *, anomalies: bool) -> Mapping[str, str]:
        spot = self.view.last(of.underlying, published)
        rows = self.view.chain(of.underlying, of.expiration, published)
        block = GreeksBlock(spot, of.expiration, published, anomalies=anomalies)
        return {row.option_symbol: block.render(row) for row in rows}

    def _previous_mids(self, of: Quote, at: datetime) -> Mapping[str, float]:
        day = sessions.new_york_date(at)
        key = ("previous", of.underlying, of.expiration, day)
        return self.view.keep(key, lambda: self._mids_at_close_before(of, day))

    def _mids_at_close_before(self, of: Quote, day: date) -> Mapping[str, float]:
        before = sessions.session(sessions.previous_session(day))
        if before is None:
            return {}
        rows = self.view.chain(of.underlying, of.expiration, before.closes_at)
        return {row.option_symbol: row.mid for row in rows}

    def _broken(self, text: str) -> str | None:
        row = json.loads(text)
        fault = self._faults.strike(QUOTE_FAULTS, self._vendor, symbol=row["symbol"])
        if fault is None:
            return text
        broken = _with_fault(row, fault)
        return None if broken is None else compact_json(broken)


def _with_fault(row: Row, fault: Fault) -> Row | None:
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
