"""Pages: newest first, each with the token of the next."""

import base64
import binascii
from datetime import datetime
from typing import Final, NamedTuple

from pydantic import TypeAdapter, ValidationError

from shared.domain.errors import InvalidValueError
from shared.domain.values import UtcTime

PAGE: Final = 50
LARGEST_PAGE: Final = 200
LONGEST_TOKEN: Final = 400
_FIELDS: Final = TypeAdapter(tuple[UtcTime, str])
_REMEDY: Final = "give the `next` of the page before, unchanged, or leave it out"


class Cursor(NamedTuple):
    """The last entry of a page: its time, and its id among those of the same time."""

    at: datetime
    id: str


def token_of(cursor: Cursor) -> str:
    """Write a cursor as an opaque token."""
    return base64.urlsafe_b64encode(_FIELDS.dump_json((cursor.at, cursor.id))).decode().rstrip("=")


def cursor_of(token: str | None) -> Cursor | None:
    """Read a token.

    Raises:
        InvalidValueError: it is none of ours.
    """
    if token is None:
        return None
    try:
        text = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        return Cursor(*_FIELDS.validate_json(text))
    except (binascii.Error, ValidationError, ValueError) as error:
        raise InvalidValueError("next", token, _REMEDY) from error
