"""The leg ledger of an account: what the broker holds is compared, told, booked by hand, or set aside as BROKEN."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from functions.monitor.sight import Account, Sight
from shared.domain import messages
from shared.domain.accounts import AccountWatch
from shared.domain.book import SetAccountWatch, Trip
from shared.domain.config import BotConfig
from shared.domain.errors import CredentialsError, FeedError
from shared.domain.options import parse_option_symbol
from shared.domain.orders import BrokerOrder
from shared.domain.ports import Alerts, Book, Clock, Trips
from shared.domain.positions import Position, PositionState
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
)

OPTION_SYMBOL: Final = re.compile(r"[A-Z]{1,6}\d{6}[CP]\d{8}")


@dataclass(frozen=True, slots=True)
class LegLedger:
    """Compares the signed sum of all our legs with the broker's holdings, symbol by symbol."""

    book: Book
    trips: Trips
    alerts: Alerts
    clock: Clock

    def compare(self, account: Account, sight: Sight, orders: Sequence[BrokerOrder], held: Mapping[str, int]) -> None:
        """Compare; what two runs in a row cannot explain is booked as closed by hand, or is BROKEN."""
        watch = sight.watch(account.mode, account.account_id)
        positions, now = sight.positions(account), self.clock.now()
        booked = booked_legs(positions)
        flight = in_flight(intent for bot in account.bots for intent in sight.intents(account, bot))
        differences = unexplained(booked, held, flight, now)
        foreign = foreign_legs(orders, booked)
        aside = {symbol: why for symbol, why in watch.set_aside.items() if symbol in differences}
        aside |= dict.fromkeys(foreign, EXTERNAL) | dict.fromkeys(_unreadable(sight), "set aside")
        self._tell_of_foreign_orders(account, watch, orders)
        aside |= self._foreign_holdings(account, booked, orders, differences, aside)
        suspects = {symbol: count for symbol, count in differences.items() if symbol not in aside}
        confirmed = {symbol: count for symbol, count in suspects.items() if symbol in watch.suspected}
        by_hand = self._book_by_hand(account, sight, orders, positions, differences, confirmed)
        left = {symbol: count for symbol, count in confirmed.items() if symbol not in by_hand}
        aside |= self._break(account, sight, positions, left, held)
        after = watch.model_copy(
            update={
                "suspected": {symbol: count for symbol, count in suspects.items() if symbol not in confirmed},
                "set_aside": aside,
                "foreign_orders": tuple(order.order_id for order in orders if not order.is_ours),
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
        booked: Mapping[str, int],
        orders: Sequence[BrokerOrder],
        differences: Mapping[str, int],
        aside: Mapping[str, str],
    ) -> dict[str, str]:
        """Set aside what no position and no order of ours of today knows: somebody else's."""
        ours = {leg.option_symbol for order in orders if order.is_ours for leg in order.legs}
        found = {symbol: n for symbol, n in differences.items() if not {symbol} & {*booked, *ours, *aside}}
        for symbol, contracts in found.items():
            self.alerts.send(messages.foreign_holding(account.account_id, symbol, contracts, self.clock.now()))
        return dict.fromkeys(found, EXTERNAL)

    def _book_by_hand(
        self,
        account: Account,
        sight: Sight,
        orders: Sequence[BrokerOrder],
        positions: Sequence[Position],
        differences: Mapping[str, int],
        confirmed: Mapping[str, int],
    ) -> set[str]:
        """Book the positions that somebody closed at the broker, with their real prices; return their symbols."""
        done: set[str] = set()
        gone = [one for one in positions if one.state is PositionState.BROKEN or one in broken_by([one], confirmed)]
        for position in gone:
            config = sight.configs[position.bot]
            if not is_gone(position, differences):
                continue
            close = closed_by_order(position, orders, config.fees) or self._lots(account, position, config)
            if close is None:
                continue
            self._close(config, position, close)
            sight.lives[position.bot] = self.book.live(position.bot)
            done |= {leg.option_symbol for leg in position.legs}
        return done

    def _lots(self, account: Account, position: Position, config: BotConfig) -> HandClose | None:
        try:
            return closed_by_lots(position, account.broker.gain_loss(), config.fees)
        except (FeedError, CredentialsError) as problem:
            self.alerts.send(messages.could_not_watch(position.bot, f"closed lots: {problem}", self.clock.now()))
            return None

    def _close(self, config: BotConfig, position: Position, close: HandClose) -> None:
        now, live = self.clock.now(), self.book.live(position.bot)
        decision = hand_decision(position, close.source, now)
        trade, changes = protocol.close_by_hand(
            position, live, close.cash, close.fees, close.closed_at, close.source, decision
        )
        self.book.commit("close by hand", changes)
        self.alerts.send(messages.closed(trade, config.exits.loss_alert, now))

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


def _unreadable(sight: Sight) -> set[str]:
    """Return the option symbols in the raw facts of items that cannot be read: nobody knows how many we hold."""
    facts = (said for live in sight.lives.values() for _, said in live.set_aside)
    return {symbol for said in facts for symbol in OPTION_SYMBOL.findall(said)}


def _shares(symbols: Mapping[str, int], held: Mapping[str, int]) -> str:
    """Say which shares the broker holds of the underlyings concerned: the mark of an assignment."""
    names = {parse_option_symbol(symbol).underlying for symbol in symbols if OPTION_SYMBOL.fullmatch(symbol)}
    told = [f"{held[name]:+d} shares of {name}" for name in sorted(names) if held.get(name)]
    return f"; assigned: {', '.join(told)}" if told else ""
