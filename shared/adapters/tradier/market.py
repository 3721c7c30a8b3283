"""Tradier over HTTP: market data, and the windows in which a token may ask."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final

import httpx

from shared.adapters.clock import Now
from shared.adapters.documents import Document
from shared.adapters.http import HttpReply, VendorHttp
from shared.adapters.rate_window import LONGEST_WINDOW_S, RateWindows
from shared.adapters.shared_budget import SharedBudget, token_name
from shared.adapters.tradier import parse_market, parse_options, replies
from shared.adapters.tradier.envelope import TRADIER, rows_of
from shared.domain.errors import RateLimitedError
from shared.domain.market import BrokerClock, DailyBar, Quote
from shared.domain.options import OptionQuote
from shared.domain.ports import VendorBudgets
from shared.domain.sessions import Session
from shared.domain.vocabulary import Source

LARGEST_GET: Final = 50
"""Beyond so many symbols a URL becomes too long and the same question is posted."""
LARGEST_POST: Final = 500


class TradierMarket:
    """Ports Quotes, Chains, MarketClock and DailyHistory. Safe to share between threads.

    ``base_url`` ends in ``/v1``; a token is good on one host only, sandbox or production. ``source`` names the host
    in what is read; ``time_left`` says how many seconds a run may still wait; ``budgets`` is where all who use the
    token tell one another of a window that is used up, and ``reserve`` how many calls of a window are left to those
    others.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        clock: Now | None = None,
        budgets: VendorBudgets | None = None,
        reserve: int = 0,
        source: Source = Source.TRADIER,
        time_left: Callable[[], float] | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Prepare; nothing is asked yet."""
        self.source = source
        shared = None if budgets is None else SharedBudget(TRADIER, token_name(TRADIER, token), budgets)
        self._windows = RateWindows(TRADIER, clock, shared, reserve=reserve)
        self._remaining: dict[str, int] = {}
        self._http = VendorHttp(
            TRADIER,
            base_url,
            headers={"Authorization": f"Bearer {token}"},
            secrets=(token,),
            judge=self._judge_read,
            time_left=time_left,
            transport=transport,
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._http.base_url!r})"

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def quotes(self, symbols: Sequence[str]) -> Mapping[str, Quote]:
        """Return the quotes found of underlyings and indices (the VIX is ``VIX``), by symbol."""
        found: dict[str, Quote] = {}
        for document in self._quoted(symbols):
            found |= parse_market.parse_quotes(document, self.source)
        return {symbol: found[symbol] for symbol in symbols if symbol in found}

    def option_quotes(self, option_symbols: Sequence[str]) -> Mapping[str, OptionQuote]:
        """Return the quotes found of option contracts, by OCC symbol, without greeks."""
        found: dict[str, OptionQuote] = {}
        for document in self._quoted(option_symbols):
            found |= parse_options.parse_option_quotes(rows_of(document, "quotes", "quote"))
        return {symbol: found[symbol] for symbol in option_symbols if symbol in found}

    def _quoted(self, symbols: Sequence[str]) -> list[Document]:
        wanted = list(dict.fromkeys(symbols))
        if len(wanted) <= LARGEST_GET:
            return [self._market("/markets/quotes", symbols=",".join(wanted), greeks="false")] if wanted else []
        chunks = [wanted[start : start + LARGEST_POST] for start in range(0, len(wanted), LARGEST_POST)]
        return [self._posted_quotes(chunk) for chunk in chunks]

    def _posted_quotes(self, symbols: Sequence[str]) -> Document:
        self._windows.check("market")
        form = {"symbols": ",".join(symbols), "greeks": "false"}
        reply = self._http.send("POST", "/markets/quotes", form=form)
        self._judge_read(reply)
        return reply.document()

    def option_chain(self, underlying: str, expiration: date) -> tuple[OptionQuote, ...]:
        """Return all contracts of one expiration, every root, with the vendor's hourly greeks."""
        params = {"symbol": underlying, "expiration": expiration.isoformat(), "greeks": "true"}
        document = self._http.get(
            "/markets/options/chains", params, before=lambda: self._windows.check("market"), is_long=True
        )
        return parse_options.parse_chain(document, underlying, expiration)

    def expirations(self, underlying: str) -> tuple[date, ...]:
        """Return the listed expirations of every root, ascending."""
        return parse_market.parse_expirations(
            self._market("/markets/options/expirations", symbol=underlying, includeAllRoots="true")
        )

    def clock(self) -> BrokerClock:
        """Return the broker's time and whether the regular session runs."""
        return parse_market.parse_clock(self._market("/markets/clock"))

    def calendar(self, year: int, month: int) -> tuple[Session, ...]:
        """Return the sessions of a month; days on which the market stays closed are absent."""
        return parse_market.parse_calendar(self._market("/markets/calendar", month=f"{month:02d}", year=str(year)))

    def daily_bars(self, symbol: str, start: date, end: date) -> tuple[DailyBar, ...]:
        """Return the daily bars of a stock, fund or index, both days included, ascending."""
        return parse_market.parse_daily_bars(
            self._market(
                "/markets/history", symbol=symbol, interval="daily", start=start.isoformat(), end=end.isoformat()
            )
        )

    def history(self, symbol: str, start: date, end: date) -> tuple[DailyBar, ...]:
        """Return the same by the vendor's own name for it."""
        return self.daily_bars(symbol, start, end)

    def _market(self, path: str, **params: str) -> Document:
        return self._http.get(path, params, before=lambda: self._windows.check("market"))

    # The rate windows.

    def remaining_calls(self) -> Mapping[str, int]:
        """Return what the vendor last said is left of each group's minute: market, standard, trading."""
        return dict(self._remaining)

    def _note_limits(self, group: str, reply: HttpReply) -> None:
        left, ends = replies.remaining_of(reply), replies.expiry_of(reply)
        if left is not None:
            self._remaining[group] = left
        if not replies.is_over_quota(reply):
            if left is not None:
                self._windows.note(group, left, replies.allowed_of(reply), ends)
        elif ends is not None:
            self._windows.close_until(group, ends)
        else:
            self._windows.close_for(group, LONGEST_WINDOW_S)

    def _judge_read(self, reply: HttpReply) -> None:
        self._keep_to_limits("market" if "/markets/" in reply.where else "standard", reply)
        replies.judge_read(reply)

    def _keep_to_limits(self, group: str, reply: HttpReply) -> None:
        self._note_limits(group, reply)
        if replies.is_over_quota(reply):
            raise RateLimitedError(TRADIER, self._windows.wait_s(group) or LONGEST_WINDOW_S)
