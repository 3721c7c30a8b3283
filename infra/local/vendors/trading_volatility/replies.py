"""The vendor's ways of saying no, and its notations."""

from datetime import UTC, date, datetime
from typing import Final

from infra.local.vendors.desk import document
from infra.local.vendors.http import TEXT, Reply

LIMIT_WORDS: Final = "API limit exceeded"


class Refusal(Exception):  # noqa: N818
    """A request that is answered with an error."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


def unauthorized() -> Reply:
    """Refuse a key."""
    return document({"error": {"message": "Unauthorized"}}, 401)


def not_found() -> Reply:
    """Say that there is no such ticker, or that this key does not see it."""
    return Reply(404, "nope", TEXT)


def bad_request(words: str) -> Refusal:
    """Refuse a parameter."""
    return Refusal(document({"error": {"message": words}}, 400))


def zulu(at: datetime) -> str:
    """Write a time as version 2 does."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def a_day(text: str | None) -> date | None:
    """Read a date, None where there is none."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
