"""Vendors' JSON read field by field, each with its path: exact decimals, aware times, no NaN."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NoReturn

from pydantic import ValidationError
from pydantic_core import from_json

from shared.domain.errors import FeedUnavailableError, MalformedReplyError

Document = Any
"""Decoded JSON. A number with a fraction or exponent stays the vendor's own digits, as text."""

MOST_DIGITS: Final = 18
"""Digits before the point beyond which nothing is a price, a count or an exposure."""
_NOTHING: Final = (None, "null", "")


def decoded(source: str, where: str, text: str) -> Document:
    """Read JSON text; fractions stay text, NaN and Infinity are refused.

    Raises:
        FeedUnavailableError: the body is empty, or a web page.
        MalformedReplyError: it is no JSON.
    """
    _refuse_pages(source, where, text)
    try:
        return _EXACT.decode(text)
    except (ValueError, RecursionError) as error:
        raise MalformedReplyError(source, where, text) from error


def quickly_decoded(source: str, where: str, text: str) -> Document:
    """Read JSON text that is long: as :func:`decoded`, but fractions become floats, in a third of the time.

    A float gives back up to 15 digits as they were written; no price of an option has more.
    """
    _refuse_pages(source, where, text)
    try:
        return from_json(text, allow_inf_nan=False, cache_strings="keys")
    except ValueError as error:
        raise MalformedReplyError(source, where, text) from error


def _refuse_pages(source: str, where: str, text: str) -> None:
    start = text[:256].lstrip()
    if not start:
        raise FeedUnavailableError(f"{source}: {where} answered with nothing")
    if start[0] == "<":
        raise FeedUnavailableError(f"{source}: {where} answered with a page instead of data")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


_EXACT: Final = json.JSONDecoder(parse_float=str, parse_constant=_refuse_constant)


def decimal_of(value: object) -> Decimal | None:
    """Return a finite decimal of the vendor's own digits, None where it is none."""
    if type(value) is not str and type(value) is not int:
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() and number.adjusted() < MOST_DIGITS else None


def number_of(source: str, path: str, value: object) -> Decimal:
    """Return a finite decimal of the vendor's own digits. Raises MalformedReplyError."""
    number = decimal_of(value)
    if number is None:
        raise MalformedReplyError(source, path, value)
    return number


@contextmanager
def parsing(source: str, path: str) -> Iterator[None]:
    """Say MalformedReplyError, with this path, where a domain value refuses what a vendor said."""
    try:
        yield
    except ValidationError as error:
        fault = error.errors()[0]
        inner = ".".join(str(part) for part in fault["loc"])
        raise MalformedReplyError(source, f"{path}.{inner}" if inner else path, fault["input"]) from error


@dataclass(frozen=True, slots=True)
class Record:
    """One JSON object and where it stands in the answer."""

    source: str
    path: str
    values: Mapping[str, Any]

    @classmethod
    def of(cls, source: str, path: str, value: object) -> "Record":
        """Take a value that must be an object. Raises MalformedReplyError."""
        if not isinstance(value, dict):
            raise MalformedReplyError(source, path, value)
        return cls(source, path, value)

    def at(self, name: str) -> str:
        """Return the path of a field."""
        return f"{self.path}.{name}" if self.path else name

    def malformed(self, name: str) -> MalformedReplyError:
        """Make the error that names a field."""
        return MalformedReplyError(self.source, self.at(name), self.values.get(name, "missing"))

    def raw(self, name: str) -> Document:
        """Return a field as it came, None where it is missing."""
        return self.values.get(name)

    def has(self, name: str) -> bool:
        """Tell whether the field says anything."""
        return self.values.get(name) not in _NOTHING

    def record(self, name: str) -> "Record":
        """Return an object below this one."""
        return Record.of(self.source, self.at(name), self.values.get(name))

    def optional_record(self, name: str) -> "Record | None":
        """Return an object below this one, None where there is none."""
        return self.record(name) if self.has(name) else None

    def rows(self, name: str) -> "tuple[Record, ...]":
        """Return the objects below: many come as a list, one as itself, none as null, "null" or not at all."""
        found = self.listed(name)
        return tuple(Record.of(self.source, f"{self.at(name)}[{place}]", row) for place, row in enumerate(found))

    def listed(self, name: str) -> list[Any]:
        """Return the same as they came, for a list so long that it is read in place."""
        value = self.values.get(name)
        if value in _NOTHING or value == {}:
            return []
        return value if isinstance(value, list) else [value]

    def text(self, name: str) -> str:
        """Return a text that is not empty. Raises MalformedReplyError."""
        value = self.values.get(name)
        if not isinstance(value, str) or not value:
            raise self.malformed(name)
        return value

    def number(self, name: str) -> Decimal:
        """Return an exact decimal. Raises MalformedReplyError."""
        return number_of(self.source, self.at(name), self.values.get(name))

    def optional_number(self, name: str) -> Decimal | None:
        """Return an exact decimal, None where the field says nothing. Raises MalformedReplyError."""
        return self.number(name) if self.has(name) else None

    def whole(self, name: str) -> int:
        """Return a whole number, also when written 4.0. Raises MalformedReplyError."""
        number = self.number(name)
        if number != number.to_integral_value():
            raise self.malformed(name)
        return int(number)

    def name_of(self, name: str) -> str:
        """Return an id, written as a number or as text. Raises MalformedReplyError."""
        value = self.values.get(name)
        if type(value) is int and value > 0:
            return str(value)
        if isinstance(value, str) and value.isascii() and value.isalnum():
            return value
        raise self.malformed(name)

    def day(self, name: str) -> date:
        """Return a date written YYYY-MM-DD. Raises MalformedReplyError."""
        value = self.values.get(name)
        try:
            return date.fromisoformat(value) if isinstance(value, str) else self._refuse(name)
        except ValueError as error:
            raise self.malformed(name) from error

    def moment(self, name: str, clock: Callable[[Any], datetime]) -> datetime:
        """Return an aware time, read by the clock the vendor writes it in. Raises MalformedReplyError."""
        try:
            return clock(self.values.get(name))
        except (ValueError, TypeError, OverflowError, OSError) as error:
            raise self.malformed(name) from error

    def optional_moment(self, name: str, clock: Callable[[Any], datetime]) -> datetime | None:
        """Return an aware time, None where the field says nothing or 0. Raises MalformedReplyError."""
        value = self.values.get(name)
        return None if value in _NOTHING or value in (0, "0", "0.0") else self.moment(name, clock)

    def _refuse(self, name: str) -> NoReturn:
        raise self.malformed(name)
