"""What Polygon's answers mean; a plan's refusal stands under ``error`` or ``message``, in a 403 or inside a 200."""

from typing import Final, NoReturn

from shared.adapters.documents import Document, Record
from shared.adapters.http import HttpReply, refuse_transient, retry_after_s
from shared.domain.errors import (
    CredentialsError,
    FeedError,
    FeedUnavailableError,
    MalformedReplyError,
    NotEntitledError,
    RateLimitedError,
)
from shared.domain.vocabulary import Source

POLYGON: Final = Source.POLYGON.value
WINDOW_S: Final = 60.0
NOT_ENTITLED: Final = ("NOT_AUTHORIZED", "NOT_ENTITLED")
_GOOD: Final = ("OK", "DELAYED")


def judge_read(reply: HttpReply) -> None:
    """Raise what an answer means where it is no data."""
    match reply.status:
        case 401:
            raise CredentialsError(f"{POLYGON}: the API key is refused: {_words(reply)}")
        case 403:
            raise NotEntitledError(f"{POLYGON}: {reply.where}: {_words(reply)}")
        case 404:
            raise FeedUnavailableError(f"{POLYGON}: {reply.where}: {_words(reply)}")
        case 429:
            raise RateLimitedError(POLYGON, retry_after_s(reply, WINDOW_S))
        case _:
            refuse_transient(reply)


def checked(document: Document) -> Record:
    """Return the envelope of an answer, which may refuse inside a 200."""
    record = Record.of(POLYGON, "", document)
    status = record.raw("status")
    if status in _GOOD:
        return record
    words = record.raw("error") or record.raw("message") or "without a word"
    if status in NOT_ENTITLED:
        raise NotEntitledError(f"{POLYGON}: {words}")
    if status in ("ERROR", "NOT_FOUND"):
        raise FeedUnavailableError(f"{POLYGON}: {words}")
    raise MalformedReplyError(POLYGON, "status", document)


def refuse_ticker(row: Record) -> None:
    """Raise for a row that carries an error of its own ticker."""
    error = row.raw("error")
    if error is None:
        return
    _refuse_row(row, str(error))


def _refuse_row(row: Record, error: str) -> NoReturn:
    words = f"{POLYGON}: {row.raw('ticker')}: {row.raw('message') or error}"
    if error in NOT_ENTITLED:
        raise NotEntitledError(words)
    raise FeedUnavailableError(words)


def _words(reply: HttpReply) -> str:
    try:
        document = reply.document()
    except FeedError:
        return reply.excerpt or "without a word"
    if not isinstance(document, dict):
        return reply.excerpt
    return str(document.get("error") or document.get("message") or reply.excerpt)
