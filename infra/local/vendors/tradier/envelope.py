"""The 0 / 1 / n rule: many rows are an array, one row is a bare object, none is null, or the text "null"."""

from collections.abc import Sequence
from typing import Any

from infra.local.vendors.switches import Switches

Document = dict[str, Any]
_ACCOUNT_FAMILIES = frozenset({"orders", "positions", "events", "gainloss"})


class Envelope:
    """Wraps rows as the switches say."""

    def __init__(self, switches: Switches) -> None:
        """Obey these switches."""
        self._switches = switches

    def rows(self, family: str, outer: str, inner: str, rows: Sequence[Any]) -> Document:
        """Wrap the rows of a family."""
        if not rows:
            return self.nothing(family, outer)
        return {outer: {inner: self.collapse(family, rows)}}

    def collapse(self, family: str, rows: Sequence[Any]) -> Any:  # noqa: ANN401
        """Return one row as an object, several as an array."""
        one = self._switches[f"tradier.envelope.{family}.one"]
        return rows[0] if len(rows) == 1 and one == "object" else list(rows)

    def nothing(self, family: str, outer: str) -> Document:
        """Say that there are no rows."""
        documented = "string" if family in _ACCOUNT_FAMILIES else "null"
        setting = self._switches[f"tradier.envelope.{family}.none"]
        match documented if setting == "as_documented" else setting:
            case "string":
                return {outer: "null"}
            case "missing":
                return {}
            case "empty_object":
                return {outer: {}}
            case "empty_array":
                return {outer: []}
            case _:
                return {outer: None}
