"""What the paper broker does to its account: accept, fill, expire, settle. The same for every caller of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from shared.domain.config import BotConfig
from shared.domain.options import CONTRACT_MULTIPLIER, OptionQuote, parse_option_symbol
from shared.domain.orders import BrokerLeg, BrokerOrder, Order, OrderStatus, PriceEffect
from shared.domain.package import PackageQuote, one_way_fees, package_of
from shared.domain.paper import PaperAccount, PaperOrder, requirement, worth
from shared.domain.sessions import is_open, new_york_date
from shared.domain.values import CENT

FRACTION_OF_A_CENT = CENT / 100
"""To what a leg's part of a fill is rounded."""
FillRule = Callable[[PriceEffect, Decimal, PackageQuote, Decimal], Decimal | None]
"""What an order of this effect and limit fills at on this package with this slippage, None for not now."""


@dataclass(frozen=True, slots=True)
class PaperRules:
    """The broker's own terms: the bot's configuration, and how a limit meets a package."""

    config: BotConfig
    fill: FillRule

    def fees(self, order: Order) -> Decimal:
        """Return what an order costs one way, in dollars."""
        return one_way_fees(order.underlying, len(order.legs), self.config.fees) * order.contracts

    def shortage(self, account: PaperAccount, order: Order, now: datetime) -> str | None:
        """Say what money an order lacks, or None."""
        sign = 1 if order.effect is PriceEffect.CREDIT else -1
        cash = sign * order.limit_price * CONTRACT_MULTIPLIER * order.contracts - self.fees(order)
        needed = margin_change(account, order, now) - cash
        free = free_cash(account, now)
        if needed <= 0 or needed <= free:
            return None
        return f"buying power ${free:,.2f} is below ${needed:,.2f}"

    def accepted(self, account: PaperAccount, order: Order, tag: str, now: datetime) -> tuple[str, PaperAccount]:
        """Take an order in; return its id and the account with it."""
        order_id = f"{account.account_id}-{account.next_order}"
        status = BrokerOrder(
            order_id=order_id,
            tag=tag,
            status=OrderStatus.WORKING,
            legs=_unfilled_legs(order),
            contracts=order.contracts,
            filled_contracts=0,
            fill_price=None,
            limit_price=order.limit_price,
            created_at=now,
            updated_at=now,
        )
        orders = (*remembered(account.orders, now), PaperOrder(order=order, status=status))
        after = {"orders": orders, "next_order": account.next_order + 1, "version": account.version + 1}
        return order_id, account.model_copy(update=after)

    def advanced(
        self,
        account: PaperAccount,
        now: datetime,
        quotes: Mapping[str, OptionQuote],
        closes: Mapping[str, Decimal],
    ) -> PaperAccount:
        """Fill, expire, settle and forget what time and quotes say; the account itself where nothing changed.

        ``closes`` are the official closes by option symbol of what has expired; without one it stays.
        """
        cash, holdings = _settled(account, closes)
        orders = []
        for one in remembered(account.orders, now):
            after = self._step(one, quotes, now)
            new = after.status.filled_contracts - one.status.filled_contracts
            if new:
                cash += _paid(after.status) - _paid(one.status)
                cash -= self.fees(one.order) / one.order.contracts * new
                holdings = with_fill(holdings, one.order, new)
            orders.append(after)
        if tuple(orders) == account.orders and holdings == account.holdings:
            return account
        changes = {"orders": tuple(orders), "cash": cash, "holdings": holdings, "version": account.version + 1}
        return account.model_copy(update=changes)

    def _is_fresh(self, order: Order, quotes: Mapping[str, OptionQuote], now: datetime) -> bool:
        """Tell whether the newest leg's quote is young enough to price an order: a frozen market fills nothing."""
        times = [quote.as_of for leg in order.legs if (quote := quotes.get(leg.option_symbol)) and quote.as_of]
        return bool(times) and (now - max(times)).total_seconds() <= self.config.freshness.order_quote

    def _step(self, one: PaperOrder, quotes: Mapping[str, OptionQuote], now: datetime) -> PaperOrder:
        status = one.status
        if status.status.is_final:
            return one
        if new_york_date(status.created_at) != new_york_date(now) or not is_open(now):
            return ended(one, OrderStatus.EXPIRED, now)
        if (now - status.created_at).total_seconds() < self.config.paper.delay_seconds:
            return one
        package = package_of(one.order, quotes)
        if package is None or status.limit_price is None or not self._is_fresh(one.order, quotes, now):
            return one
        price = self.fill(one.order.effect, status.limit_price, package, self.config.paper.slippage)
        if price is None:
            return one
        signed = price if one.order.effect is PriceEffect.CREDIT else -price
        before, contracts = status.filled_contracts, one.order.contracts
        total = min(before + (self.config.paper.contracts_at_once or contracts), contracts)
        average = ((status.fill_price or Decimal(0)) * before + signed * (total - before)) / total
        filled = status.model_copy(
            update={
                "status": OrderStatus.FILLED if total == contracts else OrderStatus.PARTIALLY_FILLED,
                "legs": _filled_legs(status.legs, total, _leg_prices(one.order, price, quotes)),
                "filled_contracts": total,
                "fill_price": average,
                "updated_at": now,
                "fees": self.fees(one.order) / contracts * total,
            }
        )
        return one.model_copy(update={"status": filled})


def _paid(status: BrokerOrder) -> Decimal:
    """Return the dollars that an order has brought so far, to the exact cent of each fill."""
    cash = (status.fill_price or Decimal(0)) * CONTRACT_MULTIPLIER * status.filled_contracts
    return cash.quantize(CENT)


def free_cash(account: PaperAccount, now: datetime) -> Decimal:
    """Return the cash that is not needed against the holdings."""
    return account.cash - requirement(live_holdings(account, now))


def live_holdings(account: PaperAccount, now: datetime) -> dict[str, int]:
    """Return the holdings that have not expired."""
    today = new_york_date(now)
    return {s: n for s, n in account.holdings.items() if parse_option_symbol(s).expiration >= today}


def expired_holdings(account: PaperAccount, now: datetime) -> tuple[str, ...]:
    """Return the option symbols whose expiration is over."""
    today = new_york_date(now)
    return tuple(symbol for symbol in account.holdings if parse_option_symbol(symbol).expiration < today)


def margin_change(account: PaperAccount, order: Order, now: datetime) -> Decimal:
    """Return the dollars by which an order changes what the holdings require."""
    before = live_holdings(account, now)
    return requirement(with_fill(before, order, order.contracts)) - requirement(before)


def remembered(orders: Iterable[PaperOrder], now: datetime) -> tuple[PaperOrder, ...]:
    """Return the orders of today, and those still working."""
    today = new_york_date(now)
    return tuple(
        one for one in orders if new_york_date(one.status.created_at) == today or not one.status.status.is_final
    )


def with_limit(kept: PaperOrder, limit_price: Decimal) -> PaperOrder:
    """Return a working order with another limit."""
    return kept.model_copy(update={"status": kept.status.model_copy(update={"limit_price": limit_price})})


def ended(kept: PaperOrder, status: OrderStatus, now: datetime) -> PaperOrder:
    """Return an order that ended without a fill."""
    return kept.model_copy(update={"status": kept.status.model_copy(update={"status": status, "updated_at": now})})


def with_fill(holdings: Mapping[str, int], order: Order, contracts: int) -> dict[str, int]:
    """Return the holdings after a fill."""
    after = dict(holdings)
    for leg in order.legs:
        after[leg.option_symbol] = after.get(leg.option_symbol, 0) + leg.side.sign * contracts
    return {symbol: count for symbol, count in after.items() if count}


def working_symbols(account: PaperAccount, now: datetime) -> tuple[str, ...]:
    """Return the option symbols that working orders need quotes of; none while the market is closed."""
    working = [one for one in remembered(account.orders, now) if not one.status.status.is_final]
    if not working or not is_open(now):
        return ()
    return tuple(sorted({leg.option_symbol for one in working for leg in one.order.legs}))


def _settled(account: PaperAccount, closes: Mapping[str, Decimal]) -> tuple[Decimal, dict[str, int]]:
    """Turn expired holdings into cash at the official close; without one they stay."""
    cash, holdings = account.cash, dict(account.holdings)
    for symbol, close in closes.items():
        cash += worth({symbol: holdings.pop(symbol)}, close) * CONTRACT_MULTIPLIER
    return cash, holdings


def _unfilled_legs(order: Order) -> tuple[BrokerLeg, ...]:
    return tuple(
        BrokerLeg(option_symbol=leg.option_symbol, side=leg.side, filled_contracts=0, fill_price=None)
        for leg in order.legs
    )


def _filled_legs(legs: tuple[BrokerLeg, ...], total: int, prices: Mapping[str, Decimal]) -> tuple[BrokerLeg, ...]:
    """Return the legs with ``total`` contracts filled, each at the average of what it had and what it fills at now."""
    return tuple(
        leg.model_copy(
            update={"filled_contracts": total, "fill_price": _average(leg, total, prices[leg.option_symbol])}
        )
        for leg in legs
    )


def _average(leg: BrokerLeg, total: int, price: Decimal) -> Decimal | None:
    before = leg.filled_contracts
    if not before:
        return price
    return None if leg.fill_price is None else (leg.fill_price * before + price * (total - before)) / total


def _leg_prices(order: Order, price: Decimal, quotes: Mapping[str, OptionQuote]) -> dict[str, Decimal]:
    """Return what each leg fills at where the package fills at ``price``, unsigned dollars per unit.

    Each gives way from its mid by the same share of its spread; what that leaves over in cents goes to the dearest
    leg, so that the legs add up to the package.
    """
    mids = {leg.option_symbol: quotes[leg.option_symbol].mid or Decimal(0) for leg in order.legs}
    spreads = {leg.option_symbol: quotes[leg.option_symbol].spread or Decimal(0) for leg in order.legs}
    paid = price if order.effect is PriceEffect.DEBIT else -price
    wide = sum(spreads.values(), Decimal(0))
    over = paid - sum((leg.side.sign * mids[leg.option_symbol] for leg in order.legs), Decimal(0))
    share = min(over / wide, Decimal("0.5")) if wide else Decimal(0)
    signs = {leg.option_symbol: leg.side.sign for leg in order.legs}
    prices = {one: mids[one] + (signs[one] * share * spreads[one]).quantize(FRACTION_OF_A_CENT) for one in mids}
    dearest = max(mids, key=lambda one: mids[one])
    left_over = paid - sum((signs[one] * prices[one] for one in prices), Decimal(0))
    prices[dearest] = max(prices[dearest] + signs[dearest] * left_over, Decimal(0))
    return prices
