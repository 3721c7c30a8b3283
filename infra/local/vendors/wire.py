"""JSON and XML text as the vendors' servers write it, number lexemes included."""

import json
import re
from decimal import Decimal
from json.encoder import encode_basestring_ascii
from typing import Any
from xml.sax.saxutils import escape

SCIENTIFIC_BELOW = 1e-3
SCIENTIFIC_FROM = 1e7
_SPLICED = re.compile(r'"\\u0001([^"\\]*)\\u0001"')


class Raw(str):
    """JSON text that is spliced in as it stands."""

    __slots__ = ()


def java_double(value: float) -> str:
    """Write a float as Java's `Double.toString`: E-notation below 1e-3 and from 1e7 on."""
    size = abs(value)
    if value == 0 or SCIENTIFIC_BELOW <= size < SCIENTIFIC_FROM or not size < float("inf"):
        return "NaN" if value != value else repr(float(value))
    sign, digits, exponent = Decimal(repr(float(value))).normalize().as_tuple()
    mantissa = "".join(map(str, digits))
    power = len(mantissa) - 1 + int(exponent)
    return f"{'-' if sign else ''}{mantissa[0]}.{mantissa[1:] or '0'}E{power}"


def tradier_json(value: Any) -> str:  # noqa: ANN401
    """Write a document with Java floats and with decimals as long as they are."""
    match value:
        case Raw():
            return str(value)
        case str():
            return encode_basestring_ascii(value)
        case bool() | None:
            return json.dumps(value)
        case int():
            return repr(value)
        case float():
            return java_double(value)
        case Decimal():
            return format(value, "f")
        case dict():
            return "{" + ",".join(f'"{key}":{tradier_json(item)}' for key, item in value.items()) + "}"
        case _:
            return "[" + ",".join(map(tradier_json, value)) + "]"


def java_exponents(text: str) -> str:
    """Spell the exponents of rendered rows as Java does; no other text of theirs has an `e-` before a digit."""
    return text.replace("e-0", "E-").replace("e-1", "E-1").replace("e-2", "E-2")


def number_or_null(value: float | None) -> str:
    """Write a float, or null."""
    return "null" if value is None else repr(value)


def compact_json(value: Any) -> str:  # noqa: ANN401
    """Write a document without blanks."""
    return json.dumps(value, separators=(",", ":"), default=_default)


def go_json(value: Any) -> str:  # noqa: ANN401
    """Write a document compactly, with lexemes spliced in as they stand."""
    text = json.dumps(value, separators=(",", ":"), default=_default, ensure_ascii=False)
    return _SPLICED.sub(r"\1", text)


def spliced(lexeme: str) -> str:
    """Mark a number lexeme that `go_json` shall write as it stands."""
    return f"\x01{lexeme}\x01"


def _default(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} has no place in a document")


def xml(document: Any) -> str:  # noqa: ANN401
    """Write a document as XML: Tradier's answer to a caller that does not ask for JSON."""
    return '<?xml version="1.0" encoding="UTF-8"?>' + _element(None, json.loads(tradier_json(document)))


def _element(name: str | None, value: Any) -> str:  # noqa: ANN401
    if isinstance(value, list):
        return "".join(_element(name, item) for item in value)
    if isinstance(value, dict):
        inside = "".join(_element(key, item) for key, item in value.items())
    else:
        inside = "" if value is None else escape(str(value))
    return inside if name is None else f"<{name}>{inside}</{name}>"
