"""Tradier over HTTP: market data, the account, and orders that are sent once and never again."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

import httpx

from shared.adapters.clock import Now
from shared.adapters.documents import Document
from shared.adapters.http import HttpReply, VendorHttp
from shared.adapters.rate_window import LONGEST_WINDOW_S, RateWindows
from shared.adapters.shared_budget import SharedBudget, token_name
from shared.adapters.tradier import parse_account, parse_market, parse_options, parse_orders, replies
from shared.adapters.tradier.envelope import TRADIER, rows_of
from shared.adapters.tradier.order_form import order_form, price_text, tagged
from shared.domain.errors import FeedError, OrderDeniedError, OrderUnknownError, RateLimitedError
from shared.domain.market import BrokerClock, DailyBar, Quote
from shared.domain.options import OptionQuote
from shared.domain.orders import Balances, BrokerOrder, BrokerPosition, Order, OrderPreview
from shared.domain.ports import VendorBudgets
from shared.domain.reference import GainLoss
from shared.domain.sessions import Session
from shared.domain.vocabulary import Source

LARGEST_GET: Final = 50
"""Beyond so many symbols a URL becomes too long and the same question is posted."""
LARGEST_POST: Final = 500
SUSPICIOUS_PAGE: Final = 25
"""The documented default page size: a list of exactly so many orders may go on."""
MOST_PAGES: Final = 40
ACCOUNT_TIMEOUT_S: Final = 15.0
ORDER_TIMEOUT_S: Final = 10.0
SHORTEST_ORDER_S: Final = 1.0
"""With less time than this left in a run no order leaves, and none is changed."""
_ORDER_ID: Final = re.compile(r"\w{1,32}", re.ASCII)


class TradierClient:
    """Ports Quotes, Chains, MarketClock, DailyHistory and Broker. Safe to share between threads.

    ``base_url`` ends in ``/v1``; a token is good on one host only, sandbox or production. ``source`` names the host
    in what is read; ``time_left`` says how many seconds a run may still wait; ``budgets`` is where all who use the
    token tell one another of a window that is used up, and ``reserve`` how many calls of a window are left to those
    others.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        account_id: str = "",
        *,
        clock: Now | None = None,
        budgets: VendorBudgets | None = None,
        reserve: int = 0,
        source: Source = Source.TRADIER,
        time_left: Callable[[], float] | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Prepare; nothing is asked yet. Without an account id only market data can be read."""
        self.account_id = account_id
        self._account = f"/accounts/{account_id}"
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
        return f"TradierClient({self._http.base_url!r})"

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    # Market data.

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

    # The account.

    def balances(self) -> Balances:
        """Return the account's money; the broker may take five seconds."""
        return parse_account.parse_balances(self._standard("/balances"))

    def positions(self) -> tuple[BrokerPosition, ...]:
        """Return the holdings, all spreads merged by contract; stocks stand with their own symbol."""
        return parse_account.parse_positions(self._standard("/positions"))

    def gain_loss(self, page: int = 1, limit: int = 100) -> tuple[GainLoss, ...]:
        """Return closed lots, one page."""
        return parse_account.parse_gain_loss(self._standard("/gainloss", page=str(page), limit=str(limit)))

    def orders(self) -> tuple[BrokerOrder, ...]:
        """Return the orders of the New York calendar day, with tags; each once."""
        found = {order.order_id: order for order in self._orders_page({})}
        if len(found) != SUSPICIOUS_PAGE:
            return tuple(found.values())
        for page in range(2, MOST_PAGES):
            more = self._orders_page({"page": str(page)})
            if not more or all(order.order_id in found for order in more):
                break
            found |= {order.order_id: order for order in more}
        return tuple(found.values())

    def _orders_page(self, params: Mapping[str, str]) -> tuple[BrokerOrder, ...]:
        return parse_orders.parse_orders(self._standard("/orders", includeTags="true", **params))

    def order(self, order_id: str) -> BrokerOrder:
        """Return one order. Raises OrderUnknownError when the broker knows none of this id."""
        path = f"{self._account}/orders/{_checked(order_id)}"
        document = self._http.get(
            path,
            {"includeTags": "true"},
            before=lambda: self._windows.check("standard"),
            judge=lambda reply: self._judge_order_read(reply, order_id),
        )
        return parse_orders.parse_order(document)

    def _standard(self, path: str, **params: str) -> Document:
        return self._http.get(
            self._account + path,
            params,
            read_timeout_s=ACCOUNT_TIMEOUT_S,
            deadline_s=ACCOUNT_TIMEOUT_S,
            before=lambda: self._windows.check("standard"),
        )

    # Orders. Nothing below is ever repeated.

    def submit(self, order: Order, tag: str) -> str:
        """Send an order once; return the broker's id: received, not yet accepted by risk, not filled.

        Raises:
            OrderDeniedError: the order or tag would be misread; it did not leave.
            OrderRejectedError: the broker refused it; proof that nothing is live.
            OrderUnknownError: no proof of anything.
        """
        form = tagged(order_form(order), tag)
        return replies.accepted_id(self._trade("POST", f"{self._account}/orders", form))

    def preview(self, order: Order) -> OrderPreview:
        """Ask what an order would cost. Raises OrderRejectedError where it would be refused, FeedError if unknown."""
        form = order_form(order) | {"preview": "true"}
        reply = self._http.send("POST", f"{self._account}/orders", form=form, read_timeout_s=ORDER_TIMEOUT_S)
        return parse_account.parse_preview(replies.previewed(reply))

    def modify(self, order_id: str, limit_price: Decimal) -> None:
        """Change the limit price in place; the id stays.

        Raises:
            OrderFinalError: the order had already ended.
            OrderRejectedError: the broker refused the change.
            OrderUnknownError: nobody can say; read the order again.
            OrderDeniedError: the run has no time left; nothing was sent.
        """
        form = {"price": price_text(limit_price)}
        reply = self._trade("PUT", f"{self._account}/orders/{_checked(order_id)}", form)
        replies.check_change(reply, order_id)

    def cancel(self, order_id: str) -> None:
        """Ask for cancellation; what became of the order, the order says afterwards. Raises as modify."""
        reply = self._trade("DELETE", f"{self._account}/orders/{_checked(order_id)}", None)
        replies.check_change(reply, order_id)

    def _trade(self, method: str, path: str, form: Mapping[str, str] | None) -> HttpReply:
        if self._http.seconds_left < SHORTEST_ORDER_S:
            raise OrderDeniedError("the run has no time left to wait for an answer; nothing was sent")
        try:
            reply = self._http.send(method, path, form=form, read_timeout_s=ORDER_TIMEOUT_S)
        except FeedError as error:
            raise OrderUnknownError(str(error)) from error
        self._note_limits("trading", reply)
        return reply

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

    def _judge_order_read(self, reply: HttpReply, order_id: str) -> None:
        self._keep_to_limits("standard", reply)
        replies.refuse_unread_order(reply, order_id)

    def _keep_to_limits(self, group: str, reply: HttpReply) -> None:
        self._note_limits(group, reply)
        if replies.is_over_quota(reply):
            raise RateLimitedError(TRADIER, self._windows.wait_s(group) or LONGEST_WINDOW_S)


def _checked(order_id: str) -> str:
    if not _ORDER_ID.fullmatch(order_id):
        raise OrderUnknownError(f"{TRADIER}: {order_id!r} is no order id")
    return order_id
