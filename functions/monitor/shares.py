"""Shares that no order bought: which positions an assignment or an exercise delivered them from."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from functions.monitor.sight import Account, Sight
from shared.domain.accounts import account_of
from shared.domain.errors import StoreError
from shared.domain.ports import Book, TradeHistory
from shared.domain.positions import Position
from shared.domain.vocabulary import ExitReason, Strategy
from shared.phases.monitoring.holdings import has_expired

LATEST_DELIVERY: Final = timedelta(days=7)
"""How long after its expiration shares are put down to a position: a long weekend and the broker's delay."""


@dataclass(frozen=True, slots=True)
class Deliveries:
    """Looks for the positions that shares came from; ``history`` is opened when there are any."""

    book: Book
    history: Callable[[], TradeHistory]

    def sources(
        self, account: Account, sight: Sight, underlying: str, differences: Mapping[str, int], now: datetime
    ) -> tuple[Position, ...]:
        """Return the positions of an account on an underlying that have expired, or whose legs the broker misses.

        ``differences`` are contracts by OCC symbol that the broker holds otherwise than the book.
        """
        live = (held for held in sight.positions(account) if held.underlying == underlying)
        gone = [held for held in live if any(_is_gone(symbol, differences, now) for symbol in held.signed_legs())]
        try:
            return (*gone, *self._settled(account, underlying, now))
        except StoreError:
            return tuple(gone)

    def _settled(self, account: Account, underlying: str, now: datetime) -> Iterator[Position]:
        for strategy in Strategy:
            for trade in self.history().closed_trades(account.mode, strategy, now - LATEST_DELIVERY):
                if trade.underlying != underlying or trade.exit_reason is not ExitReason.EXPIRATION:
                    continue
                position = self.book.position(trade.bot, trade.position_id)
                if position is not None and account_of(position) == account.account_id:
                    yield position


def _is_gone(symbol: str, differences: Mapping[str, int], now: datetime) -> bool:
    return symbol in differences or has_expired(symbol, now)
