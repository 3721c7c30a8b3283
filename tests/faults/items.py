"""The items of a stage as values; one that is as it was when it was last read is not parsed again."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from shared.adapters.dynamodb.keys import Kind
from shared.adapters.dynamodb.reading import read
from shared.adapters.dynamodb.tables import Row
from shared.domain.values import Value

_Row = TypeVar("_Row", bound=Row)
_Value = TypeVar("_Value", bound=Value)


@dataclass
class Item(Generic[_Row]):
    """One item: as stored, as a row, and the value it holds once somebody asked for it."""

    raw: dict[str, Any]
    row: _Row
    value: Value | None = None


@dataclass
class Items:
    """The items of all tables as they were last read."""

    _kept: dict[tuple[str, str, str], Item[Any]] = field(default_factory=dict)

    def of(self, table: type[_Row], found: Iterable[dict[str, Any]]) -> list[Item[_Row]]:
        """Return the items that were found in a table."""
        return [self._item(table, raw) for raw in found]

    def _item(self, table: type[_Row], raw: dict[str, Any]) -> Item[_Row]:
        key = table.Meta.table_name, raw["pk"]["S"], raw["sk"]["S"]
        kept = self._kept.get(key)
        if kept is None or kept.raw != raw:
            kept = self._kept[key] = Item(raw, table.from_raw_data(raw))
        return kept


def values(model: type[_Value], items: Iterable[Item[_Row]], kind: Kind) -> tuple[_Value, ...]:
    """Return the values of a kind."""
    return tuple(_value(model, item) for item in items if item.row.kind == kind)


def _value(model: type[_Value], item: Item[Any]) -> _Value:
    if not isinstance(item.value, model):
        item.value = read(model, item.row)
        return item.value
    return item.value
