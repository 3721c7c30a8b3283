"""Makes writes, all together or not at all, and knows its own work again when the reply was lost.

Each call draws a commit id and writes it into every item. A retry of a write that was applied is refused by the
guard `is_not_applied` or by its own; the item that DynamoDB then shows carries our id, and that settles it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from pynamodb.connection import Connection
from pynamodb.constants import ALL_OLD, CONDITION_EXPRESSION, ITEM, PUT_ITEM, TABLE_NAME, UPDATE_ITEM
from pynamodb.exceptions import TransactWriteError, VerboseClientError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from shared.adapters.dynamodb.documents import AttributeValue, encode_document
from shared.adapters.dynamodb.faults import translated
from shared.adapters.dynamodb.guards import is_not_applied, together
from shared.adapters.dynamodb.tables import Row
from shared.domain.errors import ConflictError

CONDITION_FAILED = "ConditionalCheckFailed"
CONDITION_FAILED_ALONE = "ConditionalCheckFailedException"


@dataclass(frozen=True, slots=True)
class Put:
    """Write a whole item; `label` names the write when its guard fails."""

    label: str
    row: Row
    guards: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Update:
    """Change some attributes of the item with the keys of `row`."""

    label: str
    row: Row
    actions: tuple[Action, ...]
    guards: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """Only see that guards hold."""

    label: str
    table: type[Row]
    keys: tuple[str, str]
    guards: tuple[Condition, ...]


Write = Put | Update | Check


@dataclass(frozen=True, slots=True)
class _Refusal:
    """A write whose guard did not hold, with the item as it is stored."""

    label: str
    stored: dict[str, AttributeValue]


def _commit_id() -> str:
    return uuid4().hex


class Writer:
    """Sends writes: a single one by itself, several as one transaction."""

    def __init__(self, connection: Connection, commit_id: Callable[[], str] = _commit_id) -> None:
        """Write over this connection; `commit_id` draws an id that no other commit has."""
        self._connection = connection
        self._commit_id = commit_id

    def write(self, name: str, writes: Sequence[Write]) -> None:
        """Make all writes or none.

        Raises:
            ConflictError: a guard did not hold; `reasons` are the labels of those writes.
            StoreError: nobody knows; read again.
        """
        commit_id = self._commit_id()
        match writes:
            case []:
                return
            case [Put() | Update() as write]:
                refusals = self._alone(name, write, commit_id)
            case _:
                refusals = self._transaction(name, _in_order_of_transaction(writes), commit_id)
        if any(_is_ours(refusal, commit_id) for refusal in refusals):
            return
        if refusals:
            raise ConflictError(name, tuple(dict.fromkeys(refusal.label for refusal in refusals)))

    def create(self, name: str, table: type[Row], item: Mapping[str, object]) -> None:
        """Write an item that never changes; where there is one with its keys, nothing happens.

        It has no commit id: whoever meets his own item after a lost reply has what he wanted.

        Raises:
            StoreError: nobody knows; read again.
        """
        request = {
            TABLE_NAME: table.Meta.table_name,
            ITEM: encode_document(item),
            CONDITION_EXPRESSION: f"attribute_not_exists({Row.pk.attr_name})",
        }
        with translated(name):
            self._sent(PUT_ITEM, request)

    def _alone(self, name: str, write: Put | Update, commit_id: str) -> list[_Refusal]:
        condition = _condition(write, commit_id)
        with translated(name):
            match write:
                case Put(row=row):
                    row.commit_id = commit_id
                    refused = self._sent(PUT_ITEM, row.get_save_kwargs_from_instance(condition, ALL_OLD))
                case Update(row=row):
                    request = row.get_update_kwargs_from_instance(_actions(write, commit_id), condition, ALL_OLD)
                    refused = self._sent(UPDATE_ITEM, request)
        return [] if refused is None else [_Refusal(write.label, _stored(refused))]

    def _sent(self, operation: str, request: dict[str, Any]) -> VerboseClientError | None:
        """Send one write; return the refusal where its condition did not hold."""
        try:
            self._connection.dispatch(operation, request)
        except VerboseClientError as error:
            if error.response["Error"]["Code"] != CONDITION_FAILED_ALONE:
                raise
            return error
        return None

    def _transaction(self, name: str, writes: Sequence[Write], commit_id: str) -> list[_Refusal]:
        with translated(name):
            try:
                with TransactWrite(connection=self._connection, client_request_token=commit_id) as transaction:
                    for write in writes:
                        _add(transaction, write, commit_id)
            except TransactWriteError as error:
                refusals = _refusals(writes, error)
                if not refusals:
                    raise
                return refusals
        return []


def _add(transaction: TransactWrite, write: Write, commit_id: str) -> None:
    match write:
        case Put(row=row):
            row.commit_id = commit_id
            transaction.save(row, _condition(write, commit_id), ALL_OLD)
        case Update(row=row):
            transaction.update(row, _actions(write, commit_id), _condition(write, commit_id), ALL_OLD)
        case Check(table=table, keys=keys, guards=guards):
            transaction.condition_check(table, *keys, condition=together(guards))


def _condition(write: Put | Update, commit_id: str) -> Condition:
    return together((*write.guards, is_not_applied(commit_id)))


def _actions(write: Update, commit_id: str) -> list[Action]:
    return [*write.actions, Row.commit_id.set(commit_id)]


def _in_order_of_transaction(writes: Sequence[Write]) -> list[Write]:
    """Sort as pynamodb sends them, because DynamoDB gives its reasons by place."""
    return sorted(writes, key=lambda write: (Check, Put, Update).index(type(write)))


def _refusals(writes: Sequence[Write], error: TransactWriteError) -> list[_Refusal]:
    return [
        _Refusal(write.label, reason.raw_item or {})
        for write, reason in zip(writes, error.cancellation_reasons, strict=False)
        if reason is not None and reason.code == CONDITION_FAILED
    ]


def _stored(error: VerboseClientError) -> dict[str, AttributeValue]:
    """Take the stored item from the reply below pynamodb's error, which leaves it out."""
    reply = getattr(error.__cause__, "response", {})
    item: dict[str, AttributeValue] = reply.get("Item", {})
    return item


def _is_ours(refusal: _Refusal, commit_id: str) -> bool:
    return refusal.stored.get(Row.commit_id.attr_name) == {"S": commit_id}
