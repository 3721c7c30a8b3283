"""What Tradier's answers mean: one place tells a refusal, a dead key, a limit and an unknown outcome apart."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final, NoReturn

from shared.adapters.documents import MOST_DIGITS, Document, Record
from shared.adapters.http import HttpReply, refuse_transient
from shared.adapters.tradier.envelope import TRADIER
from shared.domain.errors import (
    CredentialsError,
    FeedError,
    FeedUnavailableError,
    MalformedReplyError,
    OrderFinalError,
    OrderRejectedError,
    OrderUnknownError,
)

FOREIGN_ACCOUNT: Final = "Unauthorized Account"
TOKEN_WORDS: Final = ("Invalid Access Token", "Access Token expired")
QUOTA: Final = "Quota Violation"
BACKEND_DOWN: Final = "server error"
_FINAL: Final = re.compile(r"already in finali[sz]ed state:?\s*(\w+)", re.IGNORECASE)
_EPOCH_MS: Final = re.compile(r"(\d{13})\D*$", re.ASCII)
_PARAMETER: Final = re.compile(r"^Invalid parameter, ([\w\[\]]+):")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def judge_read(reply: HttpReply) -> None:
    """Raise what an answer to a read means where it is no data."""
    if any(words in reply.text[:400] for words in TOKEN_WORDS):
        raise CredentialsError(
            f"{TRADIER}: the access token is refused ({reply.status}): it is dead, or belongs to the other host "
            "(sandbox and production have different tokens)"
        )
    if reply.status == 401:
        raise CredentialsError(f"{TRADIER}: {reply.where} is refused (401): {reply.excerpt or 'without a word'}")
    refuse_transient(reply)


def remaining_of(reply: HttpReply) -> int | None:
    """Return how many calls are left in the window, None where the answer does not say."""
    return _counted(reply, "x-ratelimit-available")


def allowed_of(reply: HttpReply) -> int | None:
    """Return how many calls a window has, None where the answer does not say."""
    return _counted(reply, "x-ratelimit-allowed")


def _counted(reply: HttpReply, header: str) -> int | None:
    number = reply.headers.get(header, "").strip()
    return int(number) if number.isascii() and number.isdigit() and len(number) < MOST_DIGITS else None


def expiry_of(reply: HttpReply) -> datetime | None:
    """Return when the rate window of an answer ends, None where it does not say; the header counts milliseconds."""
    said = reply.headers.get("x-ratelimit-expiry", "").strip()
    match = re.fullmatch(r"\d{13}", said, re.ASCII) or (_EPOCH_MS.search(reply.text) if is_over_quota(reply) else None)
    return _EPOCH + timedelta(milliseconds=int(match[0][:13])) if match else None


def is_over_quota(reply: HttpReply) -> bool:
    """Tell whether the vendor refuses for the rate."""
    return reply.status == 429 or reply.text[:64].lstrip().startswith(QUOTA)


def accepted_id(reply: HttpReply) -> str:
    """Return the id of an acknowledged order: received, not filled, and not accepted by risk.

    Raises:
        OrderRejectedError: proof that the order is not live.
        OrderUnknownError: no proof of anything.
    """
    order = _acknowledged(reply)
    try:
        return order.name_of("id")
    except MalformedReplyError as error:
        raise _unknown(reply, "the answer has no order id") from error


def check_change(reply: HttpReply, order_id: str) -> None:
    """Raise what the answer to a modification or a cancellation means where it is no acknowledgement.

    Raises:
        OrderFinalError: the order had already ended.
        OrderRejectedError: the broker refused the change.
        OrderUnknownError: nobody can say whether it was made.
        CredentialsError: the token is refused.
    """
    final = _FINAL.search(reply.text[:400]) if reply.status == 400 else None
    if final is not None:
        raise OrderFinalError(order_id, final[1].lower())
    if reply.status == 401:
        _refuse_unknown_order(reply, order_id)
    _acknowledged(reply)


def previewed(reply: HttpReply) -> Record:
    """Return the order block of a preview.

    Raises:
        OrderRejectedError: the order would be refused.
        FeedUnavailableError: the broker cannot say now.
    """
    try:
        order = _acknowledged(reply)
    except OrderUnknownError as error:
        raise FeedUnavailableError(f"{TRADIER}: no preview: {error}") from error
    if order.raw("result") is False:
        raise OrderRejectedError((), f"the preview is refused: {order.raw('status')}")
    return order


def _refuse_unknown_order(reply: HttpReply, order_id: str) -> NoReturn:
    if reply.text.lstrip().startswith(FOREIGN_ACCOUNT):
        raise OrderUnknownError(f"{TRADIER}: no order {order_id} in this account, or the account is not the token's")
    judge_read(reply)
    raise CredentialsError(f"{TRADIER}: {reply.where} is refused (401)")


def refuse_unread_order(reply: HttpReply, order_id: str) -> None:
    """Raise what an answer to the read of one order means where it is no data; 401 also stands for an unknown id."""
    if reply.status == 401:
        _refuse_unknown_order(reply, order_id)
    judge_read(reply)


def _acknowledged(reply: HttpReply) -> Record:
    """Return the order block of an answer to a trading call."""
    if reply.status in (400, 401):
        raise _refusal(reply)
    if not 200 <= reply.status < 300:
        raise _unknown(reply, f"answered {reply.status}")
    try:
        document = Record.of(TRADIER, "", reply.document())
        _refuse_errors(document)
        order = document.record("order")
    except FeedError as error:
        raise _unknown(reply, "the answer cannot be read") from error
    if order.has("errors"):
        words = _words(order.raw("errors"))
        raise OrderRejectedError(_codes(words), "; ".join(words))
    return order


def _refusal(reply: HttpReply) -> OrderRejectedError | OrderUnknownError:
    """Tell a refusal in words from a 400 that proves nothing: empty, a page, or a broken backend."""
    text = reply.excerpt
    if not text or text.startswith("<") or BACKEND_DOWN in text.lower():
        return _unknown(reply, f"answered {reply.status} without a reason")
    if reply.status == 401:
        code = "InvalidAccessToken" if any(words in text for words in TOKEN_WORDS) else "UnauthorizedAccount"
        return OrderRejectedError((code,), f"{TRADIER} refused the order (401): {text}")
    try:
        _refuse_errors(Record.of(TRADIER, "", reply.document()))
    except OrderRejectedError as error:
        return error
    except FeedError:
        pass
    parameter = _PARAMETER.match(text)
    return OrderRejectedError((f"InvalidParameter:{parameter[1]}",) if parameter else (), text)


def _refuse_errors(document: Record) -> None:
    if document.has("errors"):
        block = document.raw("errors")
        words = _words(block.get("error") if isinstance(block, dict) else block)
        raise OrderRejectedError(_codes(words), "; ".join(words) or "refused without a word")


def _words(value: Document) -> tuple[str, ...]:
    """Return the broker's own words: one comes as text, several as a list."""
    if isinstance(value, dict):
        value = value.get("error", value)
    return tuple(str(word) for word in (value if isinstance(value, list) else [value]) if word not in (None, ""))


def _codes(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words that are codes: one word without a blank."""
    return tuple(word for word in words if word.isalnum())


def _unknown(reply: HttpReply, why: str) -> OrderUnknownError:
    return OrderUnknownError(f"{TRADIER}: {reply.where}: {why}: {reply.excerpt!r}")
