"""Tradier's /markets endpoints."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from infra.local.vendors.market_view import UNDERLYINGS
from infra.local.vendors.occ import contract_of
from infra.local.vendors.switches import Switches
from infra.local.vendors.tradier.calendar import calendar, clock
from infra.local.vendors.tradier.envelope import Document, Envelope
from infra.local.vendors.tradier.errors import invalid
from infra.local.vendors.tradier.history import History
from infra.local.vendors.tradier.quotes import QuoteDesk
from infra.local.vendors.tradier.rows import expiration_type, is_expiration_of_the_month
from infra.local.vendors.wire import Raw
from shared.domain import sessions

Parameters = Mapping[str, str]
_TRUE: Final = "true"


class Markets:
    """Answers for one host."""

    def __init__(self, desk: QuoteDesk, switches: Switches) -> None:
        """Answer from this desk."""
        self._desk = desk
        self._switches = switches
        self._envelope = Envelope(switches)
        self._history = History(desk, self._envelope)
        self.routes: dict[tuple[str, str], Callable[[Parameters, datetime], Any]] = {
            ("GET", "/v1/markets/quotes"): self.quotes,
            ("POST", "/v1/markets/quotes"): self.quotes,
            ("GET", "/v1/markets/options/chains"): self.chains,
            ("GET", "/v1/markets/options/expirations"): self.expirations,
            ("GET", "/v1/markets/options/strikes"): self.strikes,
            ("GET", "/v1/markets/options/lookup"): self.lookup,
            ("GET", "/v1/markets/clock"): lambda _, now: clock(now),
            ("GET", "/v1/markets/calendar"): calendar,
            ("GET", "/v1/markets/history"): self._history.daily,
            ("GET", "/v1/markets/timesales"): self._history.timesales,
        }

    def quotes(self, given: Parameters, now: datetime) -> Document:
        """Return quotes of any mixture of symbols; rows in no promised order."""
        wanted = list(dict.fromkeys(symbol for symbol in required(given, "symbols").split(",") if symbol))
        with_greeks = given.get("greeks", "false") == _TRUE
        found = {symbol: self._desk.row(symbol, now, with_greeks=with_greeks) for symbol in wanted}
        inside: Document = {}
        rows = [Raw(row) for row in found.values() if row is not None]
        if rows:
            inside["quote"] = self._envelope.collapse("quotes", rows)
        unmatched = [symbol for symbol, row in found.items() if row is None]
        if unmatched:
            inside["unmatched_symbols"] = {"symbol": unmatched[0] if len(unmatched) == 1 else unmatched}
        return {"quotes": inside}

    def chains(self, given: Parameters, now: datetime) -> Document:
        """Return all rows of one expiration."""
        symbol, expiration = required(given, "symbol"), a_date(given, "expiration")
        rows = self._desk.chain(symbol, expiration, now, with_greeks=given.get("greeks", "false") == _TRUE)
        if rows is None:
            return self._envelope.nothing("options", "options")
        return {"options": {"option": Raw(rows)}}

    def expirations(self, given: Parameters, now: datetime) -> Document:
        """Return the listed dates, or with any toggle a row each."""
        symbol = required(given, "symbol")
        days = self._expirations(symbol, now, all_roots=given.get("includeAllRoots", "false") == _TRUE)
        toggles = {name for name in ("strikes", "contractSize", "expirationType") if given.get(name) == _TRUE}
        if not toggles:
            dates = [day.isoformat() for day in days]
            return self._envelope.rows("expirations", "expirations", "date", dates)
        rows = [self._expiration(symbol, day, now, toggles) for day in days]
        return self._envelope.rows("expirations", "expirations", "expiration", rows)

    def _expirations(self, symbol: str, now: datetime, *, all_roots: bool) -> list[date]:
        listed = self._desk.view.expirations(symbol, sessions.new_york_date(now))
        if symbol == "SPX" and not all_roots:
            return [day for day in listed if is_expiration_of_the_month(day)]
        return list(listed)

    def _expiration(self, symbol: str, day: date, now: datetime, toggles: set[str]) -> Document:
        row: Document = {"date": day.isoformat()}
        chain = self._desk.view.chain(symbol, day, self._desk.shown(now))
        if "contractSize" in toggles:
            row["contract_size"] = 100
        if "expirationType" in toggles:
            contract = contract_of(chain[0].option_symbol) if chain else None
            row["expiration_type"] = "weeklys" if contract is None else expiration_type(contract)
        if "strikes" in toggles:
            row["strikes"] = {"strike": self._envelope.collapse("strikes", _strikes(chain))}
        return row

    def strikes(self, given: Parameters, now: datetime) -> Document:
        """Return the strikes of one expiration."""
        symbol, expiration = required(given, "symbol"), a_date(given, "expiration")
        chain = self._desk.view.chain(symbol, expiration, self._desk.shown(now)) if symbol in UNDERLYINGS else ()
        return self._envelope.rows("strikes", "strikes", "strike", _strikes(chain))

    def lookup(self, given: Parameters, now: datetime) -> Document:
        """Return every option symbol of an underlying, by root."""
        underlying, at = required(given, "underlying"), self._desk.shown(now)
        by_root: dict[str, list[str]] = {}
        for day in self._desk.view.expirations(underlying, sessions.new_york_date(now)):
            for row in self._desk.view.chain(underlying, day, at):
                by_root.setdefault(row.root, []).append(row.option_symbol)
        return {"symbols": [{"rootSymbol": root, "options": names} for root, names in by_root.items()] or None}


def _strikes(chain: Any) -> list[float]:  # noqa: ANN401
    return sorted({float(row.strike) for row in chain})


def required(given: Parameters, name: str) -> str:
    """Return a parameter that must be there."""
    if not given.get(name):
        raise invalid(name, "is required")
    return given[name]


def a_date(given: Parameters, name: str) -> date:
    """Return a parameter that must be a date."""
    try:
        return date.fromisoformat(required(given, name))
    except ValueError:
        raise invalid(name, "must be a date in the format YYYY-MM-DD") from None
