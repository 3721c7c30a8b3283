"""Who executes orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from decimal import Decimal

    from shared.domain.orders import Balances, BrokerOrder, BrokerPosition, Order, OrderPreview
    from shared.domain.reference import GainLoss


class Broker(Protocol):
    """Who executes: the paper broker, the sandbox, or the real one.

    ``submit`` sends once and never again: OrderRejectedError is proof that nothing is live,
    OrderUnknownError is no proof of anything.
    """

    @property
    def account_id(self) -> str:
        """The account that orders go to."""

    def submit(self, order: Order, tag: str) -> str:
        """Send an order; return the broker's order id."""

    def order(self, order_id: str) -> BrokerOrder:
        """Return one order."""

    def orders(self) -> tuple[BrokerOrder, ...]:
        """Return the orders of the day, with tags."""

    def modify(self, order_id: str, limit_price: Decimal) -> None:
        """Change the limit price in place; OrderFinalError when it had ended."""

    def cancel(self, order_id: str) -> None:
        """Ask for cancellation; OrderFinalError when it had ended."""

    def positions(self) -> tuple[BrokerPosition, ...]:
        """Return the holdings."""

    def balances(self) -> Balances:
        """Return the account's money."""

    def gain_loss(self) -> tuple[GainLoss, ...]:
        """Return the lots closed lately, with their real prices. Raises FeedError."""

    def preview(self, order: Order) -> OrderPreview:
        """Ask what an order would cost. OrderRejectedError when it would be refused."""
