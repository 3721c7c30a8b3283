"""An update reads what its predecessor wrote, and a rollback what its successor wrote."""

from typing import Any

import pytest

from shared.adapters.dynamodb.documents import encode, encode_document
from shared.adapters.dynamodb.keys import Kind
from shared.adapters.dynamodb.reading import read
from shared.adapters.dynamodb.tables import Row, SnapshotsRow
from shared.domain.errors import NewerSchemaError
from shared.domain.market import Snapshot
from shared.domain.migrations import STEPS, Steps, migrated
from shared.domain.positions import Position
from shared.domain.values import SCHEMA_VERSION
from tests import builders

SNAPSHOT = builders.snapshot()


def row_of(body: dict[str, Any], schema_version: int = SCHEMA_VERSION) -> Row:
    """The item as DynamoDB would return it."""
    return SnapshotsRow.from_raw_data(
        {
            "pk": encode("SPY"),
            "sk": encode("2026-11-23T15:00:00Z"),
            "kind": encode(Kind.SNAPSHOT.value),
            "schema_version": encode(schema_version),
            "body": {"M": encode_document(body)},
        }
    )


def with_news() -> dict[str, Any]:
    """The snapshot as a later version might write it: a field more here and there, under the same schema."""
    body = SNAPSHOT.model_dump()
    body["skew"] = "0.1"
    body["spot"]["exchange"] = "P"
    return body


def test_a_rollback_reads_what_the_newer_version_wrote() -> None:
    assert read(Snapshot, row_of(with_news())) == SNAPSHOT


def test_a_position_of_before_fills_were_kept_is_read_without_any() -> None:
    held = builders.position(opened_at=builders.NOON)
    older = {name: value for name, value in held.model_dump().items() if name != "fills"}
    assert read(Position, row_of(older)) == held
    assert held.entry_fill is None


def test_a_schema_that_is_newer_is_not_guessed_at() -> None:
    with pytest.raises(NewerSchemaError, match="schema 2"):
        read(Snapshot, row_of(SNAPSHOT.model_dump(), SCHEMA_VERSION + 1))


def rename(before: str, after: str) -> Any:
    return lambda body: {after if name == before else name: value for name, value in body.items()}


RENAMED_TWICE: Steps = {("Thing", 1): rename("colour", "color"), ("Thing", 3): rename("color", "tint")}


@pytest.mark.parametrize(
    ("written_with", "body", "expected"),
    [
        pytest.param(1, {"colour": "red"}, {"tint": "red"}, id="through every step, one after another"),
        pytest.param(2, {"color": "red"}, {"tint": "red"}, id="from the middle, over a schema without a step"),
        pytest.param(4, {"tint": "red"}, {"tint": "red"}, id="today's"),
        pytest.param(1, {"size": 1, "schema_version": 1}, {"size": 1, "schema_version": 4}, id="says what it is now"),
    ],
)
def test_an_older_document_goes_through_its_steps(
    written_with: int, body: dict[str, Any], expected: dict[str, Any]
) -> None:
    before = dict(body)
    assert migrated("Thing", written_with, body, RENAMED_TWICE, known=4) == expected
    assert body == before


def test_a_step_is_of_one_value_only() -> None:
    assert migrated("Other", 1, {"colour": "red"}, RENAMED_TWICE, known=4) == {"colour": "red"}


def test_there_is_a_step_for_each_schema_that_was_left_behind() -> None:
    assert {schema for _, schema in STEPS} == set(range(1, SCHEMA_VERSION))
