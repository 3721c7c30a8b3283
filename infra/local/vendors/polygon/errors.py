"""Massive's ways of saying no."""

from typing import Any, Final

from infra.local.vendors.http import Reply
from infra.local.vendors.wire import compact_json

UPGRADE: Final = "You are not entitled to this data. Please upgrade your plan at https://massive.com/pricing"
OLD_UPGRADE: Final = "You are not entitled to this data. Please upgrade your plan at https://polygon.io/pricing"
TIMEFRAME: Final = (
    "Your plan doesn’t include this data timeframe. Please upgrade your plan at https://polygon.io/pricing"
)
TOO_MANY: Final = (
    "You've exceeded the maximum requests per minute, please wait or upgrade your subscription to continue. "
    "https://polygon.io/pricing"
)


class Refusal(Exception):  # noqa: N818
    """A request that is answered with an error."""

    def __init__(self, status: int, word: str, **said: Any) -> None:  # noqa: ANN401
        super().__init__(word)
        self.status = status
        self.word = word
        self.said = said

    def reply(self, request_id: str) -> Reply:
        """Return the answer."""
        return Reply(self.status, compact_json({"status": self.word, "request_id": request_id, **self.said}))


def not_entitled(key: str) -> Refusal:
    """Refuse data beyond the plan, under `error` (2026) or `message` (before)."""
    return Refusal(403, "NOT_AUTHORIZED", **{key: UPGRADE if key == "error" else OLD_UPGRADE})


def timeframe_refused() -> Refusal:
    """Refuse a time beyond the plan."""
    return Refusal(403, "NOT_AUTHORIZED", message=TIMEFRAME)


def not_found(words: str = "Ticker not found.") -> Refusal:
    """Say that there is no such thing."""
    return Refusal(404, "NOT_FOUND", message=words)


def bad_request(words: str) -> Refusal:
    """Refuse a parameter."""
    return Refusal(400, "ERROR", error=words)


def unknown_key() -> Refusal:
    """Refuse a key."""
    return Refusal(401, "ERROR", error="Unknown API Key")


def too_many() -> Refusal:
    """Refuse a call over the limit."""
    return Refusal(429, "ERROR", error=TOO_MANY)
