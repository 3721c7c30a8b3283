"""What wakes learn: records of the stats table's stream, or the daily schedule with none."""

from collections.abc import Mapping
from typing import Any

from functions.learn.workflow import Pair
from shared.domain.errors import InvalidValueError
from shared.domain.vocabulary import Strategy, TradingMode


def changed_pairs(event: Mapping[str, Any]) -> tuple[Pair, ...] | None:
    """Return the pairs of mode and strategy that have a new closed trade; without records None, which means all.

    It is read in place: models of AWS's five levels take longer in a cold start than all that learn works out.

    Raises:
        InvalidValueError: a record is none of the stats table.
    """
    records = event.get("Records")
    return None if records is None else tuple(map(_pair, records))


def _pair(record: Any) -> Pair:  # noqa: ANN401 - whatever was sent
    try:
        mode, strategy = record["dynamodb"]["Keys"]["pk"]["S"].split("#", 1)
        return TradingMode(mode), Strategy(strategy)
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        raise InvalidValueError("Records", record, "send records of the stats table's stream") from error
