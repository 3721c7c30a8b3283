"""The leg ledger of an account: what the broker holds is compared, told, booked by hand, or set aside as BROKEN."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from functions.monitor.shares import Deliveries
from functions.monitor.sight import Account, Sight
from shared.domain import messages
from shared.domain.accounts import AccountWatch
from shared.domain.book import SetAccountWatch, Tell, Trip
from shared.domain.config import BotConfig
from shared.domain.errors import CredentialsError, FeedError
from shared.domain.options import parse_option_symbol
from shared.domain.orders import BrokerOrder
from shared.domain.ports import Alerts, Book, Clock, Trips
from shared.domain.positions import Position, PositionState
from shared.domain.reference import GainLoss
from shared.domain.vocabulary import Bot, TradingState
from shared.phases.execution import protocol
from shared.phases.exit import hand_decision
from shared.phases.monitoring.holdings import (
    EXTERNAL,
    ORPHAN,
    HandClose,
    booked_legs,
    broken_by,
    closed_by_lots,
    closed_by_order,
    foreign_legs,
    in_flight,
    is_gone,
    unexplained,
    without_position,
)

APART: Final = timedelta(seconds=30)
"""How long a difference has to last: two runs may begin within seconds, while the broker's holdings lag a fill."""
OPTION_SYMBOL: Final = re.compile(r"[A-Z]{1,6}\d{6}[CP]\d{8}")


@dataclass(frozen=True, slots=True)
class LegLedger:
    """Compares the signed sum of all our legs with the broker's holdings, symbol by symbol."""

    book: Book
    trips: Trips
    alerts: Alerts
    clock: Clock
    deliveries: Deliveries

    def compare(
        self,
        account: Account,
        sight: Sight,
        orders: Sequence[BrokerOrder],
        held: Mapping[str, int],
        asked_at: datetime,
    ) -> None:
        """Compare what was asked then; what two runs in a row cannot explain is booked as closed by hand, or BROKEN."""
        watch = sight.watch(account.mode, account.account_id)
        positions, now = sight.positions(account), self.clock.now()
        booked = booked_legs(positions)
        flight = in_flight(intent for bot in account.bots for intent in sight.intents(account, bot))
        differences = unexplained(booked, held, flight, now)
        foreign = foreign_legs(orders, booked)
        aside = {symbol: why for symbol, why in watch.set_aside.items() if symbol in differences or symbol in flight}
        aside |= dict.fromkeys(foreign, EXTERNAL) | dict.fromkeys(_unreadable(sight), "set aside")
        self._tell_of_foreign_orders(account, watch, orders)
        found = self._foreign_holdings(account, sight, booked, orders, differences, aside)
        self._tell_of_holdings(account, sight, found, differences)
        aside |= dict.fromkeys(found, EXTERNAL)
        suspects = {symbol: count for symbol, count in differences.items() if symbol not in aside}
        confirmed, suspected, since = _judged(suspects, watch, asked_at)
        unused = [order for order in orders if order.order_id not in watch.booked_orders]
        closed, left = self._book_by_hand(account, sight, unused, positions, differences, confirmed)
        kept = [one for one in positions if one.position_id not in closed]
        aside |= self._break(account, sight, kept, {one: left[one] for one in confirmed if one in left}, held)
        after = watch.model_copy(
            update={
                "suspected": suspected,
                "suspected_at": since,
                "set_aside": aside,
                "foreign": _foreign(aside, booked, held, flight, watch),
                "foreign_orders": tuple(order.order_id for order in orders if not order.is_ours),
                "booked_orders": tuple(
                    order.order_id
                    for order in orders
                    if order.order_id in watch.booked_orders or order.order_id in closed.values()
                ),
            }
        )
        if after != watch:
            after = after.model_copy(update={"version": watch.version + 1})
            self.book.commit("remember the account", (SetAccountWatch(watch, after),))

    def _tell_of_foreign_orders(self, account: Account, watch: AccountWatch, orders: Sequence[BrokerOrder]) -> None:
        for order in orders:
            if not order.is_ours and order.order_id not in watch.foreign_orders:
                self.alerts.send(messages.foreign_order(account.account_id, order, self.clock.now()))

    def _foreign_holdings(
        self,
        account: Account,
        sight: Sight,
        booked: Mapping[str, int],
        orders: Sequence[BrokerOrder],
        differences: Mapping[str, int],
        aside: Mapping[str, str],
    ) -> dict[str, int]:
        """Return what no position and no order of ours of today knows: somebody else's.

        An order of ours may have left and filled since the book was read: it is read again before a stranger is told.
        """
        ours = {leg.option_symbol for order in orders if order.is_ours for leg in order.legs}
        strange = {symbol: n for symbol, n in differences.items() if not {symbol} & {*booked, *ours, *aside}}
        if not strange:
            return {}
        present = Sight(sight.configs, {bot: self.book.live(bot) for bot in account.bots})
        newer = {leg.option_symbol for held in present.positions(account) for leg in held.legs}
        intents = (intent for bot in account.bots for intent in present.intents(account, bot))
        newer |= {leg.option_symbol for intent in intents for leg in intent.order.legs}
        return {symbol: n for symbol, n in strange.items() if symbol not in newer}

    def _tell_of_holdings(
        self, account: Account, sight: Sight, found: Mapping[str, int], differences: Mapping[str, int]
    ) -> None:
        """Tell of what is not ours, and of shares from which of our positions they came."""
        now = self.clock.now()
        for symbol, count in found.items():
            is_option = OPTION_SYMBOL.fullmatch(symbol) is not None
            sources = () if is_option else self.deliveries.sources(account, sight, symbol, differences, now)
            if sources:
                self.alerts.send(messages.shares_delivered(account.account_id, symbol, count, sources, now))
            else:
                self.alerts.send(messages.foreign_holding(account.account_id, symbol, count, now))

    def _book_by_hand(
        self,
        account: Account,
        sight: Sight,
        orders: Sequence[BrokerOrder],
        positions: Sequence[Position],
        differences: Mapping[str, int],
        confirmed: Mapping[str, int],
    ) -> tuple[dict[str, str | None], dict[str, int]]:
        """Book the positions that somebody closed at the broker, with their real prices.

        What differs is explained once, and each order and lot explains one close; positions of more legs come first,
        for a leg of theirs may look like a whole position of fewer. The ids of the positions come back, with the
        order that closed each, and the differences that are left.
        """
        closed: dict[str, str | None] = {}
        left, lots = dict(differences), _Lots(self, account)
        gone = [one for one in positions if one.state is PositionState.BROKEN or one in broken_by([one], confirmed)]
        gone.sort(key=lambda one: -len(one.legs))

        def by_order(position: Position, config: BotConfig) -> HandClose | None:
            unused = [order for order in orders if order.order_id not in closed.values()]
            return closed_by_order(position, unused, config.fees)

        for position in gone:
            config = sight.configs[position.bot]
            if not is_gone(position, left):
                continue
            close = by_order(position, config) or lots.close_of(position, config)
            if close is None:
                continue
            self._close(config, position, close)
            sight.lives[position.bot] = self.book.live(position.bot)
            closed[position.position_id] = close.order_id
            left = without_position(left, position)
            lots.use(position)
        return closed, left

    def _close(self, config: BotConfig, position: Position, close: HandClose) -> None:
        now, live = self.clock.now(), self.book.live(position.bot)
        decision = hand_decision(position, close.source, now)
        trade, changes = protocol.close_by_hand(position, live, close.fill, close.source, decision)
        news = messages.closed(trade, config.exits.loss_alert, now)
        self.book.commit("close by hand", (*changes, Tell(news)))
        self.alerts.resend(news)

    def _break(
        self,
        account: Account,
        sight: Sight,
        positions: Sequence[Position],
        symbols: Mapping[str, int],
        held: Mapping[str, int],
    ) -> dict[str, str]:
        """Set positions aside that are not what the broker says, and hold their bots to reducing orders."""
        if not symbols:
            return {}
        told = ", ".join(f"{symbol} {count:+d}" for symbol, count in symbols.items()) + _shares(symbols, held)
        found = broken_by(positions, symbols)
        for position in found:
            changes = protocol.break_position(position, f"the broker differs by {told}")
            self.book.commit("break position", changes)
            for after in protocol.positions_in(changes):
                self.alerts.send(messages.broken(after, self.clock.now()))
            sight.lives[position.bot] = self.book.live(position.bot)
        differs = f"the broker differs by {told}"
        self.hold(tuple(dict.fromkeys(one.bot for one in found)) or account.bots, differs)
        return dict.fromkeys(symbols, ORPHAN)

    def hold(self, bots: Sequence[Bot], told: str) -> None:
        """Hold bots to reducing orders until an operator has looked."""
        for bot in bots:
            trip = Trip(bot, TradingState.REDUCING, f"ledger mismatch: {told}", self.clock.now())
            if self.trips.trip(trip):
                self.alerts.send(messages.tripped(trip))


@dataclass(slots=True)
class _Lots:
    """The closed lots of an account, read when first asked for; those of a booked position explain no other."""

    ledger: LegLedger
    account: Account
    used: set[str] = field(default_factory=set)
    read: tuple[GainLoss, ...] | None = None

    def close_of(self, position: Position, config: BotConfig) -> HandClose | None:
        """Return the close of a position that its lots tell of."""
        left = [lot for lot in self._all(position) if lot.symbol not in self.used]
        return closed_by_lots(position, left, config.fees, self.ledger.clock.now())

    def use(self, position: Position) -> None:
        """Let the lots of a booked position count no more."""
        self.used |= {leg.option_symbol for leg in position.legs}

    def _all(self, position: Position) -> tuple[GainLoss, ...]:
        if self.read is None:
            try:
                self.read = self.account.broker.gain_loss()
            except (FeedError, CredentialsError) as problem:
                now = self.ledger.clock.now()
                self.ledger.alerts.send(messages.could_not_watch(position.bot, f"closed lots: {problem}", now))
                self.read = ()
        return self.read


def _judged(
    suspects: Mapping[str, int], watch: AccountWatch, asked_at: datetime
) -> tuple[dict[str, int], dict[str, int], datetime | None]:
    """Return what is confirmed because an earlier run suspected it too, what is suspected from here, and since when."""
    known = {symbol: count for symbol, count in suspects.items() if symbol in watch.suspected}
    if known and watch.suspected_at is not None and asked_at - watch.suspected_at < APART:
        return {}, known, watch.suspected_at
    new = {symbol: count for symbol, count in suspects.items() if symbol not in known}
    return known, new, asked_at if new else None


def _foreign(
    aside: Mapping[str, str],
    booked: Mapping[str, int],
    held: Mapping[str, int],
    flight: Mapping[str, tuple[int, int]],
    watch: AccountWatch,
) -> dict[str, int]:
    """Return how many contracts of what is set aside are not ours; while an order of ours is out, as last known."""
    counts = {
        symbol: watch.foreign.get(symbol, 0) if symbol in flight else held.get(symbol, 0) - booked.get(symbol, 0)
        for symbol in aside
    }
    return {symbol: count for symbol, count in counts.items() if count}


def _unreadable(sight: Sight) -> set[str]:
    """Return the option symbols in the raw facts of items that cannot be read: nobody knows how many we hold."""
    facts = (said for live in sight.lives.values() for _, said in live.set_aside)
    return {symbol for said in facts for symbol in OPTION_SYMBOL.findall(said)}


def _shares(symbols: Mapping[str, int], held: Mapping[str, int]) -> str:
    """Say which shares the broker holds of the underlyings concerned: the mark of an assignment."""
    names = {parse_option_symbol(symbol).underlying for symbol in symbols if OPTION_SYMBOL.fullmatch(symbol)}
    told = [f"{held[name]:+d} shares of {name}" for name in sorted(names) if held.get(name)]
    return f"; assigned: {', '.join(told)}" if told else ""
