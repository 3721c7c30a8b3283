"""The paper broker: a Broker that fills from live quotes and keeps its account in the stage's own table."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shared.domain.config import BotConfig
from shared.domain.errors import OrderFinalError, OrderRejectedError, OrderUnknownError
from shared.domain.options import CONTRACT_MULTIPLIER, OptionQuote, parse_option_symbol
from shared.domain.orders import (
    Balances,
    BrokerLeg,
    BrokerOrder,
    BrokerPosition,
    Order,
    OrderPreview,
    OrderStatus,
    PriceEffect,
)
from shared.domain.package import PackageQuote, one_way_fees
from shared.domain.paper import PaperAccount, PaperOrder, requirement, worth
from shared.domain.ports import Clock, DailyHistory, PaperAccounts, Quotes
from shared.domain.sessions import is_open, new_york_date

FillRule = Callable[[PriceEffect, Decimal, PackageQuote, Decimal], Decimal | None]
"""What an order of this effect and limit fills at on this package with this slippage, None for not now."""


@dataclass(frozen=True, slots=True)
class PaperBroker:
    """One bot's paper account.

    A working order fills, when it is looked at in the session, at mid less the configured slippage, never worse
    than its limit, and is forgotten at midnight in New York, as a real broker's is.
    """

    config: BotConfig
    quotes: Quotes
    accounts: PaperAccounts
    history: DailyHistory
    clock: Clock
    fill: FillRule

    @property
    def account_id(self) -> str:
        """The account's name: one a bot."""
        return f"PAPER-{self.config.bot}"

    def submit(self, order: Order, tag: str) -> str:
        """Accept an order; a quote decides later when it fills."""
        stored = self.accounts.load(self.account_id)
        account = stored or self._new_account()
        now = self.clock.now()
        shortage = self._shortage(account, order)
        if shortage is not None:
            raise OrderRejectedError(("InitialMargin",), shortage)
        order_id = f"{self.account_id}-{account.next_order}"
        accepted = BrokerOrder(
            order_id=order_id,
            tag=tag,
            status=OrderStatus.WORKING,
            legs=_legs(order, 0, {}),
            contracts=order.contracts,
            filled_contracts=0,
            fill_price=None,
            limit_price=order.limit_price,
            created_at=now,
            updated_at=now,
        )
        orders = (*_remembered(account.orders, now), PaperOrder(order=order, status=accepted))
        after = {"orders": orders, "next_order": account.next_order + 1, "version": account.version + 1}
        self.accounts.save(stored, account.model_copy(update=after))
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
        self._change(order_id, lambda kept: _with_limit(kept, limit_price))

    def cancel(self, order_id: str) -> None:
        """Cancel a working order."""
        now = self.clock.now()
        self._change(order_id, lambda kept: _ended(kept, OrderStatus.CANCELED, now))

    def positions(self) -> tuple[BrokerPosition, ...]:
        """Return the holdings that have not expired."""
        account = self.accounts.load(self.account_id)
        today = new_york_date(self.clock.now())
        held = account.holdings if account else {}
        return tuple(
            BrokerPosition(option_symbol=symbol, contracts=contracts)
            for symbol, contracts in held.items()
            if parse_option_symbol(symbol).expiration >= today
        )

    def balances(self) -> Balances:
        """Return cash, and what of it is not needed against the holdings."""
        account = self.accounts.load(self.account_id) or self._new_account()
        return Balances(
            account_id=self.account_id,
            total_equity=account.cash,
            option_buying_power=account.cash - requirement(self._live_holdings(account)),
        )

    def preview(self, order: Order) -> OrderPreview:
        """Say what an order would cost, or refuse it as ``submit`` would."""
        account = self.accounts.load(self.account_id) or self._new_account()
        shortage = self._shortage(account, order)
        if shortage is not None:
            raise OrderRejectedError(("InitialMargin",), shortage)
        sign = -1 if order.effect is PriceEffect.CREDIT else 1
        cost = sign * order.limit_price * CONTRACT_MULTIPLIER * order.contracts
        return OrderPreview(cost=cost, margin_change=self._margin_change(account, order), fees=self._fees(order))

    def _new_account(self) -> PaperAccount:
        return PaperAccount(account_id=self.account_id, cash=self.config.capital)

    def _fees(self, order: Order) -> Decimal:
        return one_way_fees(order.underlying, len(order.legs), self.config.fees) * order.contracts

    def _live_holdings(self, account: PaperAccount) -> dict[str, int]:
        today = new_york_date(self.clock.now())
        return {s: n for s, n in account.holdings.items() if parse_option_symbol(s).expiration >= today}

    def _margin_change(self, account: PaperAccount, order: Order) -> Decimal:
        before = self._live_holdings(account)
        return requirement(_with_fill(before, order, order.contracts)) - requirement(before)

    def _shortage(self, account: PaperAccount, order: Order) -> str | None:
        sign = 1 if order.effect is PriceEffect.CREDIT else -1
        cash = sign * order.limit_price * CONTRACT_MULTIPLIER * order.contracts - self._fees(order)
        needed = self._margin_change(account, order) - cash
        free = account.cash - requirement(self._live_holdings(account))
        if needed <= 0 or needed <= free:
            return None
        return f"buying power ${free:,.2f} is below ${needed:,.2f}"

    def _change(self, order_id: str, change: Callable[[PaperOrder], PaperOrder]) -> None:
        account = self._advanced()
        orders = []
        for kept in account.orders:
            if kept.status.order_id != order_id:
                orders.append(kept)
                continue
            if kept.status.status.is_final:
                raise OrderFinalError(order_id, kept.status.status)
            orders.append(change(kept))
        self._save(account, {"orders": tuple(orders)})

    def _save(self, account: PaperAccount, changes: dict[str, object]) -> PaperAccount:
        after = account.model_copy(update=changes | {"version": account.version + 1})
        self.accounts.save(account if account.version else None, after)
        return after

    def _advanced(self) -> PaperAccount:
        """Fill, expire and forget what time and quotes say, and store it if anything changed."""
        account = self.accounts.load(self.account_id) or self._new_account()
        now = self.clock.now()
        kept = _remembered(account.orders, now)
        working = [one for one in kept if not one.status.status.is_final]
        quotes = self._quotes_of(working) if working and is_open(now) else {}
        cash, holdings = self._settled(account)
        orders = []
        for one in kept:
            after = self._step(one, quotes, now)
            if after.status.filled_contracts > one.status.filled_contracts:
                cash += (after.status.fill_price or Decimal(0)) * CONTRACT_MULTIPLIER * one.order.contracts
                cash -= self._fees(one.order)
                holdings = _with_fill(holdings, one.order, one.order.contracts)
            orders.append(after)
        if tuple(orders) == account.orders and holdings == account.holdings:
            return account
        return self._save(account, {"orders": tuple(orders), "cash": cash, "holdings": holdings})

    def _settled(self, account: PaperAccount) -> tuple[Decimal, dict[str, int]]:
        """Turn expired holdings into cash at the official close; without one they stay."""
        cash, holdings, today = account.cash, dict(account.holdings), new_york_date(self.clock.now())
        for symbol, contracts in account.holdings.items():
            contract = parse_option_symbol(symbol)
            if contract.expiration >= today:
                continue
            bars = self.history.daily_bars(contract.underlying, contract.expiration, contract.expiration)
            if bars:
                cash += worth({symbol: contracts}, bars[-1].close) * CONTRACT_MULTIPLIER
                del holdings[symbol]
        return cash, holdings

    def _quotes_of(self, working: Sequence[PaperOrder]) -> Mapping[str, OptionQuote]:
        symbols = {leg.option_symbol for one in working for leg in one.order.legs}
        return self.quotes.option_quotes(sorted(symbols))

    def _step(self, one: PaperOrder, quotes: Mapping[str, OptionQuote], now: datetime) -> PaperOrder:
        status = one.status
        if status.status.is_final:
            return one
        if new_york_date(status.created_at) != new_york_date(now) or not is_open(now):
            return _ended(one, OrderStatus.EXPIRED, now)
        if (now - status.created_at).total_seconds() < self.config.paper.delay_seconds:
            return one
        package = _package_of(one.order, quotes)
        if package is None or status.limit_price is None:
            return one
        price = self.fill(one.order.effect, status.limit_price, package, self.config.paper.slippage)
        if price is None:
            return one
        signed = price if one.order.effect is PriceEffect.CREDIT else -price
        filled = status.model_copy(
            update={
                "status": OrderStatus.FILLED,
                "legs": _legs(one.order, one.order.contracts, quotes),
                "filled_contracts": one.order.contracts,
                "fill_price": signed,
                "updated_at": now,
                "fees": self._fees(one.order),
            }
        )
        return one.model_copy(update={"status": filled})


def _remembered(orders: Iterable[PaperOrder], now: datetime) -> tuple[PaperOrder, ...]:
    today = new_york_date(now)
    return tuple(
        one for one in orders if new_york_date(one.status.created_at) == today or not one.status.status.is_final
    )


def _legs(order: Order, filled: int, quotes: Mapping[str, OptionQuote]) -> tuple[BrokerLeg, ...]:
    return tuple(
        BrokerLeg(
            option_symbol=leg.option_symbol,
            side=leg.side,
            filled_contracts=filled,
            fill_price=quotes[leg.option_symbol].mid if filled and leg.option_symbol in quotes else None,
        )
        for leg in order.legs
    )


def _with_limit(kept: PaperOrder, limit_price: Decimal) -> PaperOrder:
    return kept.model_copy(update={"status": kept.status.model_copy(update={"limit_price": limit_price})})


def _ended(kept: PaperOrder, status: OrderStatus, now: datetime) -> PaperOrder:
    return kept.model_copy(update={"status": kept.status.model_copy(update={"status": status, "updated_at": now})})


def _with_fill(holdings: Mapping[str, int], order: Order, contracts: int) -> dict[str, int]:
    after = dict(holdings)
    for leg in order.legs:
        after[leg.option_symbol] = after.get(leg.option_symbol, 0) + leg.side.sign * contracts
    return {symbol: count for symbol, count in after.items() if count}


def _package_of(order: Order, quotes: Mapping[str, OptionQuote]) -> PackageQuote | None:
    value = spread = Decimal(0)
    for leg in order.legs:
        quote = quotes.get(leg.option_symbol)
        if quote is None or quote.mid is None or quote.spread is None:
            return None
        value -= leg.side.sign * quote.mid
        spread += quote.spread
    return PackageQuote(value if order.effect is PriceEffect.CREDIT else -value, spread)
