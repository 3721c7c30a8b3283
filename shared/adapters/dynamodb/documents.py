"""A document as DynamoDB holds it, and back, with every number exact.

A number that DynamoDB cannot hold exactly (over 38 digits, outside 1E-130 to 1E+126) is stored as text, which the
model reads back all the same. Trailing zeros go, as DynamoDB itself drops them, so that every store answers alike.
"""

from collections.abc import Mapping
from datetime import date
from decimal import (
    Context,
    Decimal,
    DecimalException,
    Inexact,
    InvalidOperation,
    Overflow,
    Rounded,
    Subnormal,
    Underflow,
)
from typing import Any, Final

from pydantic import BaseModel

AttributeValue = dict[str, Any]

_NUMBERS: Final = Context(
    prec=38, Emin=-130, Emax=125, traps=[Inexact, InvalidOperation, Overflow, Rounded, Subnormal, Underflow]
)
_PLAIN_EXPONENT: Final = 38


def number(value: Decimal) -> str | None:
    """Write a number as DynamoDB writes it, or None when it cannot hold it exactly."""
    if not value.is_finite():
        return None
    if not value:
        return "0"
    try:
        plain = value.normalize(_NUMBERS)
    except DecimalException:
        return None
    return format(plain, "f") if abs(plain.adjusted()) < _PLAIN_EXPONENT else str(plain)


def encode(value: object) -> AttributeValue:
    """Return a value in DynamoDB's own notation; enumerations and times become text.

    What documents hold most stands first.
    """
    match value:
        case str():
            return {"S": str.__str__(value)}
        case Decimal():
            return _numeric(value)
        case None:
            return {"NULL": True}
        case dict():
            return {"M": _encode_fields(value)}
        case bool():
            return {"BOOL": value}
        case date():
            return {"S": value.isoformat()}
        case int() | float():
            return _numeric(value)
        case list() | tuple():
            return {"L": [encode(item) for item in value]}
        case BaseModel() | Mapping():
            return {"M": encode_document(value)}
        case _:
            raise TypeError(f"a {type(value).__name__} has no place in a document")


def _numeric(value: float | Decimal) -> AttributeValue:
    written = number(value if isinstance(value, Decimal) else Decimal(str(value)))
    return {"S": str(value)} if written is None else {"N": written}


def encode_document(document: BaseModel | Mapping[str, object]) -> dict[str, AttributeValue]:
    """Return a document's fields in DynamoDB's own notation."""
    return _encode_fields(document.model_dump() if isinstance(document, BaseModel) else document)


def _encode_fields(fields: Mapping[str, object]) -> dict[str, AttributeValue]:
    return {str(name): encode(value) for name, value in fields.items()}


def decode(value: AttributeValue) -> Any:  # noqa: ANN401 - whatever the document holds
    """Return the plain value of DynamoDB's own notation."""
    ((kind, held),) = value.items()
    match kind:
        case "S" | "BOOL":
            return held
        case "N":
            return int(held) if held.lstrip("-").isdigit() else Decimal(held)
        case "NULL":
            return None
        case "M":
            return decode_document(held)
        case "L":
            return [decode(item) for item in held]
        case _:
            raise TypeError(f"no document of ours holds DynamoDB's {kind}")


def decode_document(fields: Mapping[str, AttributeValue]) -> dict[str, Any]:
    """Return the plain fields of a document, ready for its model to validate."""
    return {name: decode(value) for name, value in fields.items()}
