"""A vendor's rate budget as one client sees it: its own knowledge, and what the other functions wrote down.

Little is written and less is read: a call only where the plan counts calls, a used-up window once, a refusal once a
day. Where the store does not answer, the client keeps to what it knows itself.
"""

import hashlib
import logging
import threading
from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from shared.domain.errors import ConflictError, NotEntitledError, RateLimitedError, StoreError
from shared.domain.ports import VendorBudgets
from shared.domain.sessions import new_york_date
from shared.domain.vendor_budget import VendorBudget

ATTEMPTS: Final = 16
"""A conflict means that another function took a call, of which there are few in a minute."""
NAME_DIGITS: Final = 12

_log: Final = logging.getLogger(__name__)


def token_name(source: str, token: str) -> str:
    """Return a name that tells tokens of a vendor apart and nothing of a token."""
    return f"{source}#{hashlib.sha256(token.encode()).hexdigest()[:NAME_DIGITS]}"


class OwnBudgets:
    """Port VendorBudgets within one process, for a client that shares its token with nobody."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._kept: dict[str, VendorBudget] = {}

    def load(self, token_name: str) -> VendorBudget | None:
        """Return a budget."""
        return self._kept.get(token_name)

    def save(self, before: VendorBudget | None, after: VendorBudget) -> None:
        """Store a budget. Raises ConflictError when the stored version is not that of ``before``."""
        if (found := self._kept.get(after.token_name)) != before:
            raise ConflictError(after.token_name, (f"version {found and found.version}",))
        self._kept[after.token_name] = after


class SharedBudget:
    """One token's budget; shared by the threads of a client, and through the store by functions."""

    def __init__(self, source: str, name: str, budgets: VendorBudgets) -> None:
        """Keep the budget of this name in this store."""
        self._source = source
        self._name = name
        self._budgets = budgets
        self._lock = threading.Lock()
        self._known: VendorBudget | None = None
        self._asked: dict[str, date] = {}

    def take(self, limit: int, now: datetime, need: str | None = None) -> None:
        """Count one call against so many a minute, over all functions.

        Raises:
            RateLimitedError: the minute is used up; it names the seconds to wait.
            NotEntitledError: the plan refused this need earlier on the same day.
        """

        def counted(budget: VendorBudget) -> VendorBudget:
            self._refuse_known(budget, need, now)
            wait = budget.wait_s(limit, now)
            if wait is not None:
                raise RateLimitedError(self._source, wait)
            return budget.with_call(now)

        with self._lock:
            self._change(counted)

    def used(self, now: datetime) -> int:
        """Return how many calls of the last minute are known of."""
        with self._lock:
            self._read()
            return len(self._now_known().recent_calls(now))

    def check_entitled(self, need: str, now: datetime) -> None:
        """Raise NotEntitledError where the plan refused this need to anybody earlier on the same New York day.

        The store is read when a client asks for a need for the first time on a day.
        """
        with self._lock:
            today = new_york_date(now)
            if self._asked.get(need) != today:
                self._read()
                self._asked[need] = today
            self._refuse_known(self._now_known(), need, now)

    def refuse(self, need: str, reason: str, now: datetime) -> None:
        """Remember a refusal for the New York day, for every function."""
        with self._lock:
            self._change(
                lambda budget: (
                    budget if budget.refusal(need, now) is not None else budget.with_refusal(need, reason, now)
                )
            )

    def close(self, group: str, until: datetime, now: datetime) -> None:
        """Tell every function that a group's window is used up until this moment."""
        with self._lock:
            self._change(
                lambda budget: budget if budget.closed.get(group) == until else budget.with_closed(group, until, now)
            )

    def closed_windows(self) -> dict[str, datetime]:
        """Read which groups' windows are used up, and until when."""
        with self._lock:
            self._read()
            return dict(self._now_known().closed)

    def _refuse_known(self, budget: VendorBudget, need: str | None, now: datetime) -> None:
        reason = budget.refusal(need, now) if need is not None else None
        if reason is not None:
            raise NotEntitledError(f"{reason} (asked once today)")

    def _now_known(self) -> VendorBudget:
        return self._known or VendorBudget(token_name=self._name)

    def _read(self) -> bool:
        """Learn what is stored; return whether it could be read."""
        try:
            self._known = self._budgets.load(self._name)
        except StoreError as error:
            self._alone(error)
            return False
        return True

    def _alone(self, error: StoreError) -> None:
        _log.warning("the rate budget of %s is not shared now: %s", self._source, error)

    def _change(self, change: Callable[[VendorBudget], VendorBudget]) -> None:
        """Change what is stored, anew as often as another function was faster."""
        if self._known is None:
            self._read()
        for _ in range(ATTEMPTS):
            before, after = self._known, change(self._now_known())
            if after is before:
                return
            try:
                self._budgets.save(before, after)
            except ConflictError:
                if self._read():
                    continue
            except StoreError as error:
                self._alone(error)
            self._known = after
            return
        raise RateLimitedError(self._source, 1.0)
