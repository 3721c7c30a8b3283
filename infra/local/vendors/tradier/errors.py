"""Tradier's ways of saying no: mostly plain text, sometimes a fault document, sometimes 200."""

from collections.abc import Sequence
from datetime import datetime

from infra.local.vendors.http import HTML, TEXT, Reply
from infra.local.vendors.wire import compact_json

BACKEND_DOWN = "An error occurred while communicating with the backend."
PREVIEW_DOWN = "Unexpected server error"
MAINTENANCE_PAGE = "<html><head><title>Maintenance</title></head><body><h1>We'll be back soon</h1></body></html>"
BACK_OFFICE = "Backoffice rejected override of the order."


class Refusal(Exception):  # noqa: N818
    """A request that is answered with an error."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.body)
        self.reply = reply


class RiskRefusal(Exception):  # noqa: N818
    """An order that the back office refuses, with 200 and these words."""

    def __init__(self, *words: str) -> None:
        super().__init__(*words)
        self.words = words


def text(status: int, words: str) -> Reply:
    """Answer in plain text."""
    return Reply(status, words, TEXT)


def invalid(name: str, why: str) -> Refusal:
    """Refuse a parameter."""
    return Refusal(text(400, f"Invalid parameter, {name}: {why}."))


def unauthorized_account(number: str) -> Refusal:
    """Refuse a foreign account, or an order that this account does not know."""
    return Refusal(text(401, f"Unauthorized Account: {number}"))


def finalized(status: str) -> Refusal:
    """Refuse to change an order that has ended."""
    return Refusal(text(400, f"order already in finalized state: {status}"))


def fault_document(status: int, words: str, code: str) -> Reply:
    """Answer as the gateway before the brokerage does."""
    return Reply(status, compact_json({"fault": {"faultstring": words, "detail": {"errorcode": code}}}))


def invalid_token() -> Reply:
    """Refuse a token: dead, unknown, or of the other host."""
    return fault_document(401, "Invalid Access Token", "keymanagement.service.invalid_access_token")


def expired_token() -> Reply:
    """Refuse a token that has run out."""
    return fault_document(500, "Access Token expired", "keymanagement.service.access_token_expired")


def datastore_error() -> Reply:
    """Fail inside the gateway."""
    return fault_document(500, "Datastore Error", "steps.servicecallout.ExecutionFailed")


def maintenance() -> Reply:
    """Answer 200 with a page."""
    return Reply(200, MAINTENANCE_PAGE, HTML)


def quota_violation(expires_at: datetime) -> Reply:
    """Refuse a call over the limit; the text ends with the unix milliseconds of the next window."""
    expiry = round(expires_at.timestamp() * 1000)
    return text(429, f"Quota Violation. Rate limit exceeded; expires {expiry}")


def risk_refusal(words: str | Sequence[str]) -> Reply:
    """Refuse an order with 200: no order, no id."""
    return Reply(200, compact_json({"errors": {"error": words}}))
