"""The attributes that pynamodb lacks: exact numbers, and documents as maps."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic import BaseModel
from pynamodb.attributes import Attribute
from pynamodb.constants import MAP, NUMBER

from shared.adapters.dynamodb.documents import AttributeValue, decode_document, encode_document, number
from shared.domain.errors import InvalidValueError


class DecimalAttribute(Attribute[Decimal]):
    """A number that is exact; pynamodb's own is a float."""

    attr_type = NUMBER

    def serialize(self, value: Decimal | int) -> str:
        """Write the number; raise InvalidValueError when DynamoDB cannot hold it exactly."""
        written = number(Decimal(value))
        if written is None:
            raise InvalidValueError(self.attr_name, value, "give a finite number of at most 38 digits")
        return written

    def deserialize(self, value: str) -> Decimal:
        """Read the number."""
        return Decimal(value)


class DocumentAttribute(Attribute[Any]):
    """A domain value as a map; it is read back as plain fields, for its model to validate."""

    attr_type = MAP

    def serialize(self, value: BaseModel | Mapping[str, object]) -> dict[str, AttributeValue]:
        """Write the document."""
        return encode_document(value)

    def deserialize(self, value: Mapping[str, AttributeValue]) -> dict[str, Any]:
        """Read the document's plain fields."""
        return decode_document(value)
