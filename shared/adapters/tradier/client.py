"""Tradier over HTTP: the account, and orders that are sent once and never again, beside the market data."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

import httpx

from shared.adapters.clock import Now
from shared.adapters.documents import Document
from shared.adapters.http import HttpReply
from shared.adapters.tradier import parse_account, parse_orders, replies
from shared.adapters.tradier.envelope import TRADIER
from shared.adapters.tradier.market import TradierMarket
from shared.adapters.tradier.order_form import order_form, price_text, tagged
from shared.domain.errors import FeedError, OrderDeniedError, OrderUnknownError
from shared.domain.orders import Balances, BrokerOrder, BrokerPosition, Order, OrderPreview
from shared.domain.ports import VendorBudgets
from shared.domain.reference import GainLoss
from shared.domain.vocabulary import Source

SUSPICIOUS_PAGE: Final = 25
"""The documented default page size: a list of exactly so many orders may go on."""
MOST_PAGES: Final = 40
ACCOUNT_TIMEOUT_S: Final = 15.0
ORDER_TIMEOUT_S: Final = 10.0
SHORTEST_ORDER_S: Final = 1.0
"""With less time than this left in a run no order leaves, and none is changed."""
_ORDER_ID: Final = re.compile(r"\w{1,32}", re.ASCII)


class TradierClient(TradierMarket):
    """Port Broker, and all that needs no account. Safe to share between threads."""

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
        super().__init__(
            base_url,
            token,
            clock=clock,
            budgets=budgets,
            reserve=reserve,
            source=source,
            time_left=time_left,
            transport=transport,
        )
        self.account_id = account_id
        self._account = f"/accounts/{account_id}"

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

    def _judge_order_read(self, reply: HttpReply, order_id: str) -> None:
        self._keep_to_limits("standard", reply)
        replies.refuse_unread_order(reply, order_id)


def _checked(order_id: str) -> str:
    if not _ORDER_ID.fullmatch(order_id):
        raise OrderUnknownError(f"{TRADIER}: {order_id!r} is no order id")
    return order_id
