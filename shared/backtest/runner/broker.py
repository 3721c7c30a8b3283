"""The paper broker in memory: the same rules over an account that lives as long as the run."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

from shared.backtest.runner.market import Market
from shared.domain.config import BotConfig
from shared.domain.errors import OrderRejectedError
from shared.domain.market import BrokerClock
from shared.domain.options import CONTRACT_MULTIPLIER, OptionQuote, parse_option_symbol
from shared.domain.orders import BrokerOrder, Order, OrderStatus
from shared.domain.package import package_of
from shared.domain.paper import PaperAccount, PaperOrder
from shared.domain.paper_orders import (
    PaperRules,
    ended,
    expired_holdings,
    free_cash,
    live_holdings,
    with_limit,
    working_symbols,
)
from shared.domain.sessions import is_open
from shared.phases.entry import Account
from shared.phases.execution import paper_fill
from shared.phases.monitoring.holdings import with_working_orders

ZERO: Final = Decimal(0)


class RunBroker:
    """One bot's account during a run; ``slippage`` is what fills cost against mid, total dollars."""

    def __init__(self, config: BotConfig, market: Market) -> None:
        """Open the account with the bot's capital."""
        self._rules = PaperRules(config, paper_fill)
        self._market = market
        self.account = PaperAccount(account_id=f"PAPER-{config.bot}", cash=config.capital)
        self.slippage = ZERO

    def standing(self, now: datetime) -> Account:
        """Return buying power, holdings and the broker's clock, as an entry asks for them."""
        orders = self.orders(now)
        holdings = with_working_orders(live_holdings(self.account, now), orders)
        return Account(free_cash(self.account, now), holdings, self.clock(now), self.account.account_id)

    def clock(self, now: datetime) -> BrokerClock:
        """Return what the broker's clock says."""
        return BrokerClock(now=now, is_open=is_open(now), skew=ZERO)

    def submit(self, order: Order, tag: str, now: datetime) -> str:
        """Accept an order. Raises OrderRejectedError where the money is short."""
        shortage = self._rules.shortage(self.account, order, now)
        if shortage is not None:
            raise OrderRejectedError(("InitialMargin",), shortage)
        order_id, self.account = self._rules.accepted(self.account, order, tag, now)
        return order_id

    def orders(self, now: datetime) -> tuple[BrokerOrder, ...]:
        """Return the orders of the day, filled as far as the quotes allow."""
        self._advance(now)
        return tuple(kept.status for kept in self.account.orders)

    def order(self, order_id: str, now: datetime) -> BrokerOrder:
        """Return one order of the day."""
        return next(order for order in self.orders(now) if order.order_id == order_id)

    def modify(self, order_id: str, limit_price: Decimal, now: datetime) -> bool:
        """Change a limit in place; False when the order had ended."""
        return self._change(order_id, lambda kept: with_limit(kept, limit_price), now)

    def cancel(self, order_id: str, now: datetime) -> bool:
        """Cancel a working order; False when it had ended."""
        return self._change(order_id, lambda kept: ended(kept, OrderStatus.CANCELED, now), now)

    def _change(self, order_id: str, change: Callable[[PaperOrder], PaperOrder], now: datetime) -> bool:
        self._advance(now)
        orders = list(self.account.orders)
        place = next(n for n, kept in enumerate(orders) if kept.status.order_id == order_id)
        if orders[place].status.status.is_final:
            return False
        orders[place] = change(orders[place])
        update = {"orders": tuple(orders), "version": self.account.version + 1}
        self.account = self.account.model_copy(update=update)
        return True

    def _advance(self, now: datetime) -> None:
        before = self.account
        if not before.orders and not before.holdings:
            return
        quotes = self._market.option_quotes(working_symbols(before, now), now)
        self.account = self._rules.advanced(before, now, quotes, self._closes(now))
        if self.account is before:
            return
        was_working = {one.status.order_id: one.status for one in before.orders if not one.status.status.is_final}
        for one in self.account.orders:
            known = was_working.get(one.status.order_id)
            if known is not None:
                self.slippage += _given_away(one, known, quotes)

    def _closes(self, now: datetime) -> dict[str, Decimal]:
        closes = {}
        for symbol in expired_holdings(self.account, now):
            contract = parse_option_symbol(symbol)
            close = self._market.official_close(contract.underlying, contract.expiration)
            if close is not None:
                closes[symbol] = close
        return closes


def _given_away(one: PaperOrder, before: BrokerOrder, quotes: Mapping[str, OptionQuote]) -> Decimal:
    """Return the dollars by which what has filled since lies off mid."""
    contracts = one.status.filled_contracts - before.filled_contracts
    package = package_of(one.order, quotes) if contracts else None
    if package is None:
        return ZERO
    return abs(package.mid * contracts - abs(_premium(one.status) - _premium(before))) * CONTRACT_MULTIPLIER


def _premium(order: BrokerOrder) -> Decimal:
    return (order.fill_price or ZERO) * order.filled_contracts
