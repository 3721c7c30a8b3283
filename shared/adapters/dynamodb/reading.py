"""Items as domain values: what this version cannot read is told apart, never lost and never in the way."""

from typing import Any, TypeVar

from pydantic import ValidationError

from shared.adapters.dynamodb.tables import Row
from shared.domain.errors import NewerSchemaError, StoreError
from shared.domain.migrations import migrated
from shared.domain.values import SCHEMA_VERSION, Value

_Value = TypeVar("_Value", bound=Value)


def read(model: type[_Value], row: Row) -> _Value:
    """Read an item's document, an older one by way of its migrations; fields that nobody knows here are left aside.

    Raises:
        NewerSchemaError: a newer version of this program wrote it.
        StoreError: it is not what it should be; the message names the field.
    """
    require_known_schema(row)
    try:
        return model.model_validate(document_of(model, row), extra="ignore")
    except ValidationError as error:
        raise unreadable(row, error) from error


def document_of(model: type[Value], row: Row) -> dict[str, Any]:
    """Return an item's document in the schema of this program, not yet validated."""
    return migrated(model.__name__, int(row.schema_version), row.body or {})


def require_known_schema(row: Row) -> None:
    """Refuse an item of a newer version, and one whose attributes are not what they should be."""
    if row.fault is not None or row.schema_version is None:
        raise StoreError(f"{row.pk} {row.sk}: {row.fault or 'schema_version is missing'}")
    if row.schema_version > SCHEMA_VERSION:
        raise NewerSchemaError(
            f"{row.pk} {row.sk}: written with schema {row.schema_version}, this program knows {SCHEMA_VERSION}"
        )


def unreadable(row: Row, error: ValidationError) -> StoreError:
    """Say which field of an item cannot be read."""
    fault = error.errors(include_url=False)[0]
    path = ".".join(str(part) for part in fault["loc"]) or "document"
    return StoreError(f"{row.pk} {row.sk}: {path} cannot be read: {fault['msg']}")
