"""What every account is asked at the beginning of a run: all at once, and beside the work."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from shared.domain.errors import CredentialsError, FeedError, OrderError
from shared.domain.vocabulary import TradingMode

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor, Future
    from datetime import datetime

    from functions.monitor.sight import Account
    from shared.domain.orders import Balances, BrokerOrder, BrokerPosition
    from shared.domain.ports import Broker

UNANSWERED = (FeedError, OrderError, CredentialsError)
LATE = "balances: still out when the run went on; the legs are not compared this time"


class Told(NamedTuple):
    """The orders, then the holdings of an account, or why the broker did not tell them."""

    orders: tuple[BrokerOrder, ...]
    holdings: tuple[BrokerPosition, ...] | Exception


def _told(broker: Broker) -> Told:
    """Ask the orders before the holdings: what fills in between shows in the holdings only. Raises as orders do."""
    orders = broker.orders()
    try:
        return Told(orders, broker.positions())
    except UNANSWERED as problem:
        return Told(orders, problem)


@dataclass(frozen=True, slots=True)
class Asked:
    """One account with its answers on their way; a paper account answers when it is looked at."""

    account: Account
    asked_at: datetime
    _told: Future[Told] | None
    _balances: Future[Balances] | None

    @classmethod
    def of(cls, account: Account, background: Executor, now: datetime) -> Asked:
        """Ask an account."""
        if account.mode is TradingMode.PAPER:
            return cls(account, now, None, None)
        told = background.submit(_told, account.broker)
        return cls(account, now, told, background.submit(account.broker.balances))

    def told(self, seconds: float) -> Told:
        """Return orders and holdings, waiting no longer than this.

        Raises:
            FeedError, OrderError, CredentialsError: the broker did not tell its orders.
        """
        if self._told is None:
            return _told(self.account.broker)
        try:
            return self._told.result(None if math.isinf(seconds) else max(seconds, 0.0))
        except TimeoutError as late:
            raise OrderError("no answer within the time of a run that is not kept for the exits") from late

    @property
    def has_balances(self) -> bool:
        """Whether the balances are there, or will never be."""
        return self._balances is None or self._balances.done()

    def balances(self) -> Balances:
        """Return the balances, waiting for them. Raises FeedError, OrderError or CredentialsError."""
        return self.account.broker.balances() if self._balances is None else self._balances.result()


class Comparison(NamedTuple):
    """A comparison of the legs of an account that waits for its balances."""

    asked: Asked
    compare: Callable[[], None]
