"""What the functions that share a vendor's token know together of its limits."""

from datetime import date, datetime, timedelta
from typing import Final

from pydantic import Field

from shared.domain.sessions import new_york_date
from shared.domain.values import SCHEMA_VERSION, UtcTime, Value

MINUTE: Final = timedelta(minutes=1)


class Refusal(Value):
    """What a plan does not include: the vendor's words of a New York day."""

    day: date
    reason: str


class VendorBudget(Value):
    """The calls of the last minute, the windows that are used up, and what the plan refused; one item a token.

    ``token_name`` names the token without telling it; ``closed`` holds the end of a used-up window by group of calls.
    """

    schema_version: int = SCHEMA_VERSION
    version: int = 0
    token_name: str
    calls: tuple[UtcTime, ...] = ()
    closed: dict[str, UtcTime] = Field(default_factory=dict)
    refused: dict[str, Refusal] = Field(default_factory=dict)

    def recent_calls(self, now: datetime) -> tuple[datetime, ...]:
        """Return the calls of the minute before this moment, oldest first."""
        return tuple(sorted(call for call in self.calls if timedelta(0) <= now - call < MINUTE))

    def wait_s(self, limit: int, now: datetime) -> float | None:
        """Return the seconds until one of ``limit`` calls a minute is free, None where one is."""
        recent = self.recent_calls(now)
        if len(recent) < limit:
            return None
        return (recent[-limit] + MINUTE - now).total_seconds()

    def refusal(self, need: str, now: datetime) -> str | None:
        """Return the words with which the plan refused this need earlier on the same New York day."""
        known = self.refused.get(need)
        return known.reason if known is not None and known.day == new_york_date(now) else None

    def with_call(self, now: datetime) -> "VendorBudget":
        """Return the budget one call later."""
        return self._next(now, calls=(*self.recent_calls(now), now))

    def with_refusal(self, need: str, reason: str, now: datetime) -> "VendorBudget":
        """Return the budget that remembers a refusal for the New York day."""
        return self._next(now, refused={**self.refused, need: Refusal(day=new_york_date(now), reason=reason)})

    def with_closed(self, group: str, until: datetime, now: datetime) -> "VendorBudget":
        """Return the budget of which a group's window is used up until this moment."""
        return self._next(now, closed={**self.closed, group: until})

    def _next(self, now: datetime, **changes: object) -> "VendorBudget":
        """Return the next version; what has passed is dropped, so that the item stays small."""
        today = new_york_date(now)
        kept: dict[str, object] = {
            "calls": self.recent_calls(now),
            "closed": {group: end for group, end in self.closed.items() if end > now},
            "refused": {need: refusal for need, refusal in self.refused.items() if refusal.day == today},
        }
        return self.model_copy(update=kept | changes | {"version": self.version + 1})
