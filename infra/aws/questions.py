"""The questions that an operator asks of the logs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from infra.aws.catalogue import FUNCTIONS, FunctionName

FOLLOWED: Final = "SPY@2026-11-23T15:00:00Z"
"""A snapshot's name as an example: the operator puts the one in that he follows."""


@dataclass(frozen=True, kw_only=True)
class Query:
    """One question: which lines, of which functions, and what of them.

    ``where`` are fields with the value they must have; ``there`` are fields that a line must have at all.
    """

    name: str
    of: Sequence[FunctionName]
    where: tuple[tuple[str, str], ...] = ()
    there: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    counted_by: tuple[str, ...] = ()
    newest_first: bool = True

    @property
    def text(self) -> str:
        """The question in the language of Logs Insights."""
        conditions = [
            *(f'{field} = "{value}"' for field, value in self.where),
            *map("ispresent({})".format, self.there),
        ]
        parts = [f"filter {' and '.join(conditions)}"]
        if self.counted_by:
            parts.append(f"stats count(*) as lines by {', '.join(self.counted_by)}")
            parts.append("sort lines desc")
        else:
            parts.insert(0, f"fields {', '.join(('@timestamp', *self.shown))}")
            parts.append(f"sort @timestamp {'desc' if self.newest_first else 'asc'}")
        return "\n| ".join(parts)


_TRADING: Final = (FunctionName.COLLECT, FunctionName.TRADE, FunctionName.MONITOR)
_ORDERS: Final = (FunctionName.TRADE, FunctionName.MONITOR)

FOLLOW_A_SNAPSHOT: Final = Query(
    name="follow a snapshot to its order and exit",
    of=_TRADING,
    where=(("correlation_id", FOLLOWED),),
    shown=("service", "message", "kind", "before", "state", "intent_id", "position_id", "order_id", "reason"),
    newest_first=False,
)
DECISIONS_BY_REASON: Final = Query(
    name="decisions by bot and reason",
    of=(FunctionName.TRADE,),
    where=(("message", "decision"),),
    counted_by=("bot", "reason"),
)
DECISIONS_BY_REGIME: Final = Query(
    name="decisions by regime",
    of=(FunctionName.TRADE,),
    where=(("message", "decision"),),
    there=("regime",),
    counted_by=("regime", "action"),
)
ORDERS: Final = Query(
    name="orders as they moved",
    of=_ORDERS,
    where=(("message", "order"),),
    shown=("bot", "kind", "before", "state", "limit_price", "steps", "order_id", "intent_id", "reason"),
)
CLOSED_TRADES: Final = Query(
    name="closed trades",
    of=(FunctionName.MONITOR,),
    where=(("message", "closed trade"),),
    shown=("bot", "strategy", "exit_reason", "pnl", "position_id", "correlation_id"),
)
VENDORS: Final = Query(
    name="vendors that were passed over",
    of=(FunctionName.COLLECT,),
    where=(("message", "snapshot"),),
    there=("passed_over.0",),
    counted_by=("underlying", "passed_over.0"),
)
INVALID_SNAPSHOTS: Final = Query(
    name="invalid snapshots by fault",
    of=(FunctionName.COLLECT,),
    where=(("message", "snapshot"),),
    there=("faults.0",),
    counted_by=("underlying", "faults.0"),
)
FAILURES: Final = Query(
    name="failures",
    of=tuple(spec.name for spec in FUNCTIONS),
    where=(("level", "ERROR"),),
    shown=("service", "message", "exception_name", "exception", "function_request_id"),
)

QUERIES: Final = (
    FOLLOW_A_SNAPSHOT,
    DECISIONS_BY_REASON,
    DECISIONS_BY_REGIME,
    ORDERS,
    CLOSED_TRADES,
    VENDORS,
    INVALID_SNAPSHOTS,
    FAILURES,
)
