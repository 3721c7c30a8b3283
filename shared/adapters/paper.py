"""The paper broker: a Broker that fills from live quotes and keeps its account in the stage's own table."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, TypeVar

from shared.domain.config import BotConfig
from shared.domain.errors import ConflictError, OrderFinalError, OrderRejectedError, OrderUnknownError
from shared.domain.options import CONTRACT_MULTIPLIER, parse_option_symbol
from shared.domain.orders import (
    Balances,
    BrokerOrder,
    BrokerPosition,
    Order,
    OrderPreview,
    OrderStatus,
    PriceEffect,
)
from shared.domain.paper import PaperAccount, PaperOrder
from shared.domain.paper_orders import (
    FillRule,
    PaperRules,
    ended,
    expired_holdings,
    free_cash,
    live_holdings,
    margin_change,
    with_limit,
    working_symbols,
)
from shared.domain.ports import Clock, DailyHistory, PaperAccounts, Quotes
from shared.domain.reference import GainLoss

_Answer = TypeVar("_Answer")
TRIES: Final = 3
"""So often is an account worked on that another run saves at the same moment."""


@dataclass(frozen=True, slots=True)
class PaperBroker:
    """One bot's paper account.

    A working order fills, when it is looked at in the session, at mid less the configured slippage, never worse
    than its limit, and is forgotten at midnight in New York, as a real broker's is. Holdings and balances are those
    of the account as this broker last read it for its orders: all three of one moment, in one read.
    """

    config: BotConfig
    quotes: Quotes
    accounts: PaperAccounts
    history: DailyHistory
    clock: Clock
    fill: FillRule
    _seen: list[PaperAccount] = field(default_factory=list, repr=False, compare=False)

    @property
    def account_id(self) -> str:
        """The account's name: one a bot."""
        return f"PAPER-{self.config.bot}"

    @property
    def _rules(self) -> PaperRules:
        return PaperRules(self.config, self.fill)

    def submit(self, order: Order, tag: str) -> str:
        """Accept an order, once by its tag; a quote decides later when it fills."""
        return self._again_where_others_wrote(lambda: self._submitted(order, tag))

    def _submitted(self, order: Order, tag: str) -> str:
        stored = self.accounts.load(self.account_id)
        account = stored or self._new_account()
        for kept in account.orders:
            if kept.status.tag == tag:
                return kept.status.order_id
        now = self.clock.now()
        shortage = self._rules.shortage(account, order, now)
        if shortage is not None:
            raise OrderRejectedError(("InitialMargin",), shortage)
        order_id, after = self._rules.accepted(account, order, tag, now)
        self.accounts.save(stored, after)
        self._seen[:] = (after,)
        return order_id

    def orders(self) -> tuple[BrokerOrder, ...]:
        """Return the orders of the day, filled as far as the quotes allow."""
        return tuple(kept.status for kept in self._advanced().orders)

    def order(self, order_id: str) -> BrokerOrder:
        """Return one order, filled as far as the quotes allow."""
        for kept in self._advanced().orders:
            if kept.status.order_id == order_id:
                return kept.status
        raise OrderUnknownError(f"paper order {order_id} is not of today")

    def modify(self, order_id: str, limit_price: Decimal) -> None:
        """Change the limit of a working order."""
        self._again_where_others_wrote(lambda: self._change(order_id, lambda kept: with_limit(kept, limit_price)))

    def cancel(self, order_id: str) -> None:
        """Cancel a working order."""
        now = self.clock.now()
        self._again_where_others_wrote(
            lambda: self._change(order_id, lambda kept: ended(kept, OrderStatus.CANCELED, now))
        )

    def positions(self) -> tuple[BrokerPosition, ...]:
        """Return the holdings that have not expired."""
        held = live_holdings(self._present(), self.clock.now())
        return tuple(BrokerPosition(option_symbol=symbol, contracts=contracts) for symbol, contracts in held.items())

    def balances(self) -> Balances:
        """Return cash, and what of it is not needed against the holdings."""
        account = self._present()
        return Balances(
            account_id=self.account_id,
            total_equity=account.cash,
            option_buying_power=free_cash(account, self.clock.now()),
        )

    def gain_loss(self) -> tuple[GainLoss, ...]:
        """Return nothing: no hand but ours trades in a paper account."""
        return ()

    def preview(self, order: Order) -> OrderPreview:
        """Say what an order would cost, or refuse it as ``submit`` would."""
        account = self.accounts.load(self.account_id) or self._new_account()
        now = self.clock.now()
        shortage = self._rules.shortage(account, order, now)
        if shortage is not None:
            raise OrderRejectedError(("InitialMargin",), shortage)
        sign = -1 if order.effect is PriceEffect.CREDIT else 1
        cost = sign * order.limit_price * CONTRACT_MULTIPLIER * order.contracts
        return OrderPreview(cost=cost, margin_change=margin_change(account, order, now), fees=self._rules.fees(order))

    def _new_account(self) -> PaperAccount:
        return PaperAccount(account_id=self.account_id, cash=self.config.capital)

    def _present(self) -> PaperAccount:
        """Return the account as its orders last showed it, else as it is stored."""
        return self._seen[-1] if self._seen else self._load()

    def _load(self) -> PaperAccount:
        return self.accounts.load(self.account_id) or self._new_account()

    def _change(self, order_id: str, change: Callable[[PaperOrder], PaperOrder]) -> None:
        account = self._advance()
        orders = []
        for kept in account.orders:
            if kept.status.order_id != order_id:
                orders.append(kept)
                continue
            if kept.status.status.is_final:
                raise OrderFinalError(order_id, kept.status.status)
            orders.append(change(kept))
        self._save(account, account.model_copy(update={"orders": tuple(orders), "version": account.version + 1}))

    def _save(self, account: PaperAccount, after: PaperAccount) -> None:
        self.accounts.save(account if account.version else None, after)
        self._seen[:] = (after,)

    def _again_where_others_wrote(self, work: Callable[[], _Answer]) -> _Answer:
        """Work on the account; where another run saved it in between, on what that run left."""
        for _ in range(TRIES - 1):
            with suppress(ConflictError):
                return work()
        return work()

    def _advanced(self) -> PaperAccount:
        """Fill, expire and forget what time and quotes say, and store it if anything changed."""
        return self._again_where_others_wrote(self._advance)

    def _advance(self) -> PaperAccount:
        self._seen.clear()
        account, now = self._load(), self.clock.now()
        symbols = working_symbols(account, now)
        quotes = self.quotes.option_quotes(symbols) if symbols else {}
        after = self._rules.advanced(account, now, quotes, self._closes(account))
        if after is not account:
            self._save(account, after)
        self._seen[:] = (after,)
        return after

    def _closes(self, account: PaperAccount) -> dict[str, Decimal]:
        closes = {}
        for symbol in expired_holdings(account, self.clock.now()):
            contract = parse_option_symbol(symbol)
            bars = self.history.daily_bars(contract.underlying, contract.expiration, contract.expiration)
            if bars:
                closes[symbol] = bars[-1].close
        return closes
