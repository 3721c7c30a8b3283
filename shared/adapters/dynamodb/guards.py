"""Every guard of every write, each by itself, as the condition that DynamoDB checks at that very moment.

Conditions have no arithmetic, so each bound is computed before it is sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path

from shared.adapters.dynamodb.documents import encode
from shared.adapters.dynamodb.tables import PositionsRow, Row, StatsRow
from shared.domain.vocabulary import TradingState

if TYPE_CHECKING:
    from shared.domain.accounts import Confirmation
    from shared.domain.book import Reserve
    from shared.domain.orders import Intent
    from shared.domain.positions import Position

NO_SWITCH_SEEN = TradingState.REDUCING
"""What a breaker counts as whose user's switch was never mirrored: as one that cannot be read."""


def together(guards: Iterable[Condition]) -> Condition:
    """Return the condition that all guards hold."""
    return reduce(and_, guards)


def either(*guards: Condition) -> Condition:
    """Return the condition that one of these holds."""
    return reduce(or_, guards)


def is_absent() -> Condition:
    """There is no such item."""
    return Row.pk.does_not_exist()


def is_present() -> Condition:
    """There is such an item."""
    return Row.pk.exists()


def is_this_confirmation(confirmation: Confirmation) -> tuple[Condition, ...]:
    """The confirmation still counts, and none was given since."""
    return PositionsRow.active.exists(), Path(["body", "at"]) == encode(confirmation.at)


def is_not_applied(commit_id: str) -> Condition:
    """This very commit has not been applied yet; a lost reply makes botocore send it twice."""
    return either(Row.commit_id.does_not_exist(), Row.commit_id != commit_id)


def has_state(before: Intent) -> Condition:
    """The intent is still where it was."""
    return PositionsRow.state == before.state.value


def has_owner(before: Intent) -> tuple[Condition, ...]:
    """The intent still belongs to its worker, if it had one."""
    return () if before.owner is None else (PositionsRow.owner == before.owner,)


def has_steps(before: Intent) -> Condition:
    """The order's limit has not been walked on since: it may be back in the state that it was in."""
    return Path(["body", "steps"]) == encode(before.steps)


def has_version(row: type[PositionsRow] | type[StatsRow], version: int) -> Condition:
    """The item still has this version; 0 means that there is none."""
    return row.version == version if version else row.pk.does_not_exist()


def has_closing_intent(before: Position) -> Condition:
    """The position is being closed by the same intent as before, or still by none."""
    if before.closing_intent is None:
        return PositionsRow.closing_intent.does_not_exist()
    return PositionsRow.closing_intent == before.closing_intent


def slot_is_free() -> Condition:
    """Nobody holds the slot."""
    return PositionsRow.holder.does_not_exist()


def slot_is_held_by(position: Position) -> Condition:
    """This position holds the slot."""
    return PositionsRow.holder == position.position_id


def has_room_for_one(change: Reserve) -> Condition:
    """One position more is within the limit."""
    below = PositionsRow.open_count < change.max_positions
    return either(PositionsRow.open_count.does_not_exist(), below) if change.max_positions > 0 else below


def has_room_for_risk(change: Reserve) -> Condition:
    """The bot's open risk stays within its cap."""
    return _at_most(Path(PositionsRow.open_risk), change.max_open_risk - change.risk)


def has_room_in_underlying(change: Reserve) -> Condition:
    """The open risk on this underlying stays within its cap."""
    return _at_most(Path([f"risk_{change.underlying}"]), change.max_underlying_risk - change.risk)


def has_room_for_cash(change: Reserve) -> Condition:
    """The cash secured stays within its cap."""
    return _at_most(Path(PositionsRow.secured_cash), change.max_secured_cash - change.secured_cash)


def _at_most(amount: Path, bound: Decimal) -> Condition:
    within = amount <= encode(bound)
    return either(amount.does_not_exist(), within) if bound >= 0 else within


def switch_allows(at_most: TradingState) -> Condition:
    """The user's switch, as last mirrored, is no stricter."""
    allowed = StatsRow.switch.is_in(*_up_to(at_most))
    unseen_is_fine = at_most.severity >= NO_SWITCH_SEEN.severity
    return either(StatsRow.switch.does_not_exist(), allowed) if unseen_is_fine else allowed


def trip_allows(at_most: TradingState) -> Condition:
    """The system's own trip is no stricter."""
    return either(StatsRow.trip.does_not_exist(), StatsRow.trip.is_in(*_up_to(at_most)))


def is_less_strict(state: TradingState) -> Condition:
    """The trip is milder than this state, so that setting it makes a difference."""
    milder = [each.value for each in TradingState if each.severity < state.severity]
    untripped = StatsRow.trip.does_not_exist()
    return either(untripped, StatsRow.trip.is_in(*milder)) if milder else untripped


def is_this_trip(state: TradingState, at: str) -> Condition:
    """The trip is the one that was seen, not one that came after it."""
    return together((StatsRow.trip == state.value, StatsRow.trip_at == at))


def switch_differs(state: TradingState) -> Condition:
    """The mirror says something else, or nothing."""
    return either(StatsRow.switch.does_not_exist(), StatsRow.switch != state.value)


def is_enabled() -> Condition:
    """The strategy is not disabled."""
    return either(StatsRow.disabled.does_not_exist(), StatsRow.disabled != True)  # noqa: E712 - an expression


def is_newer(snapshot_at: str) -> Condition:
    """Nothing as new was decided before."""
    return either(PositionsRow.snapshot_at.does_not_exist(), PositionsRow.snapshot_at < snapshot_at)


def _up_to(state: TradingState) -> list[str]:
    return [each.value for each in TradingState if each.severity <= state.severity]
