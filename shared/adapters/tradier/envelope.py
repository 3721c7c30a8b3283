"""Tradier's way of wrapping rows: many are a list, one is itself, none is null, the text "null", or nothing."""

from typing import Final

from shared.adapters.documents import Document, Record
from shared.domain.errors import MalformedReplyError
from shared.domain.vocabulary import Source

TRADIER: Final = Source.TRADIER.value
_NOTHING: Final[tuple[object, ...]] = (None, "null", "", {}, [])


def outer_of(document: Document, outer: str) -> Record | None:
    """Return the object that wraps the rows, None where it says there are none.

    Raises:
        MalformedReplyError: the answer is of another kind: a read that failed is never an empty one.
    """
    record = Record.of(TRADIER, "", document)
    if not record.values:
        return None
    if outer not in record.values:
        raise MalformedReplyError(TRADIER, outer, document)
    return None if record.values[outer] in _NOTHING else record.record(outer)


def rows_of(document: Document, outer: str, inner: str) -> tuple[Record, ...]:
    """Return the rows of an answer, none where it says so. Raises MalformedReplyError."""
    wrapper = outer_of(document, outer)
    return () if wrapper is None else wrapper.rows(inner)
