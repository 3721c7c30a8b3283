"""A line that loses replies, and a store that is busy or silent: nothing is done twice."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from io import BytesIO
from typing import Any, cast

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ReadTimeoutError
from botocore.httpsession import URLLib3Session

from shared.adapters.dynamodb.tables import DecisionsRow
from shared.domain.book import (
    AdvanceLast,
    Change,
    CreateIntent,
    CreatePosition,
    FreeSlot,
    MoveIntent,
    MovePosition,
    RecordClosedTrade,
    RecordDecision,
    RepeatDecision,
    SetCounters,
    TakeSlot,
    Trip,
)
from shared.domain.errors import ConflictError, StoreError
from shared.domain.ledgers import Counters
from shared.domain.orders import IntentState
from shared.domain.vocabulary import TradingState
from tests.integration.conftest import CLOSING, HELD, OpenStore
from tests.store import (
    BOT,
    NOON,
    PAPER,
    SPREAD,
    Store,
    alert,
    closed_trade,
    decision,
    intent,
    last_decided,
    plan_entry,
    reserve,
    snapshot,
    statistics,
)

WRITES = frozenset({"PutItem", "UpdateItem", "TransactWriteItems"})
CLAIMED = intent(state=IntentState.SUBMITTING, owner="me")
WORKING = CLAIMED.model_copy(update={"state": IntentState.WORKING, "order_id": "7"})
WALKED = WORKING.model_copy(update={"steps": 1})


class Wire:
    """What happens to the writes of one store on their way, the first `troubles` times."""

    def __init__(self, store: Store, trouble: Callable[[AWSPreparedRequest], AWSResponse], troubles: int) -> None:
        self.sent = 0
        self._trouble = trouble
        self._left = troubles
        self._events = store.database.connection.client.meta.events
        self._events.register("before-send.dynamodb", cast("Callable[..., None]", self._meet))

    def _meet(self, request: AWSPreparedRequest, event_name: str, **_: Any) -> AWSResponse | None:
        if event_name.rpartition(".")[2] not in WRITES:
            return None
        self.sent += 1
        if self._left == 0:
            return None
        self._left -= 1
        return self._trouble(request)


def reply_is_lost(request: AWSPreparedRequest) -> AWSResponse:
    """Deliver the request and lose the reply."""
    URLLib3Session().send(request)
    raise ReadTimeoutError(endpoint_url=request.url)


def reply_is_lost_and_token_forgotten(request: AWSPreparedRequest) -> AWSResponse:
    """The same, by a store that does not know the token again, as after ten minutes."""
    body = json.loads(cast("bytes", request.body))
    if "ClientRequestToken" in body:
        body["ClientRequestToken"] = "another"
    request.body = json.dumps(body).encode()
    request.headers["Content-Length"] = str(len(request.body))
    return reply_is_lost(request)


def refused_with(code: str, **more: Any) -> Callable[[AWSPreparedRequest], AWSResponse]:
    headers = HTTPHeaders.from_dict({"Content-Type": "application/x-amz-json-1.0"})
    body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "later", **more}).encode()

    def refuse(request: AWSPreparedRequest) -> AWSResponse:
        return AWSResponse(request.url, 400, headers, Raw(body))

    return refuse


class Raw(BytesIO):
    """A reply's body as urllib3 hands it over."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.getvalue()


LOST: list[Any] = [
    pytest.param([], [CreateIntent(intent())], id="create intent"),
    pytest.param([CreateIntent(intent())], [MoveIntent(intent(), CLAIMED)], id="claim intent"),
    pytest.param([CreateIntent(WORKING)], [MoveIntent(WORKING, WALKED)], id="walk, in the same state"),
    pytest.param([], [CreatePosition(HELD)], id="create position"),
    pytest.param([CreatePosition(HELD)], [MovePosition(HELD, CLOSING)], id="move position"),
    pytest.param([], [TakeSlot(HELD)], id="take slot"),
    pytest.param([TakeSlot(HELD)], [FreeSlot(HELD)], id="free slot"),
    pytest.param([], [reserve()], id="reserve"),
    pytest.param([], [SetCounters(BOT, Counters(), Counters(version=1))], id="set counters"),
    pytest.param([], [RecordDecision(decision())], id="record decision"),
    pytest.param([RecordDecision(decision())], [RepeatDecision(BOT, "d1", NOON, NOON, "s")], id="repeat decision"),
    pytest.param([], [AdvanceLast(BOT, last_decided())], id="advance"),
    pytest.param([], [RecordClosedTrade(closed_trade())], id="record a result"),
    pytest.param([], plan_entry(), id="the whole plan of an entry"),
    pytest.param([], [reserve(), AdvanceLast(BOT, last_decided())], id="reserve in a transaction"),
]
TROUBLES = [
    pytest.param(reply_is_lost, id="token known"),
    pytest.param(reply_is_lost_and_token_forgotten, id="token forgotten"),
]


def contents(store: Store) -> tuple[object, ...]:
    decided = store.database.table(DecisionsRow, store.names.decisions).query(f"{BOT}#2026-11-23")
    closed = store.history.closed_trades(PAPER, SPREAD, NOON)
    return store.book.live(BOT), [row.body for row in decided], closed


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize(("before", "changes"), LOST)
def test_a_commit_whose_reply_was_lost_is_made_once_and_is_no_error(
    open_store: OpenStore,
    before: Sequence[Change],
    changes: Sequence[Change],
    trouble: Callable[[AWSPreparedRequest], AWSResponse],
) -> None:
    quiet, troubled = open_store(), open_store()
    for store in (quiet, troubled):
        store.trips.mirror(TradingState.ACTIVE, NOON)
        for each in before:
            store.book.commit("before", [each])
    quiet.book.commit("change", changes)
    wire = Wire(troubled, trouble, troubles=1)
    troubled.book.commit("change", changes)
    assert wire.sent == 2
    assert contents(troubled) == contents(quiet)


@pytest.mark.parametrize(
    ("act", "answer"),
    [
        pytest.param(lambda store: store.snapshots.put(snapshot()), None, id="snapshot"),
        pytest.param(lambda store: store.history.save(None, statistics()), None, id="statistics"),
        pytest.param(lambda store: store.trips.mirror(TradingState.HALTED, NOON), True, id="mirror"),
        pytest.param(lambda store: store.trips.trip(Trip("ALL", TradingState.HALTED, "losses", NOON)), True, id="trip"),
        pytest.param(lambda store: store.alert_log.claim(alert()), True, id="claim an alert"),
        pytest.param(lambda store: store.heartbeat.beat(NOON, {}), None, id="heartbeat"),
    ],
)
def test_every_other_write_survives_a_lost_reply_too(
    store: Store, act: Callable[[Store], object], answer: bool | None
) -> None:
    wire = Wire(store, reply_is_lost, troubles=1)
    assert act(store) is answer
    assert wire.sent == 2


def test_a_lost_reply_is_no_licence_to_overwrite_whoever_came_next(store: Store) -> None:
    store.book.commit("before", [CreateIntent(intent())])

    def applied_and_moved_on(request: AWSPreparedRequest) -> AWSResponse:
        URLLib3Session().send(request)
        Store(store.aws, store.names).book.commit("reconcile", [MoveIntent(CLAIMED, WORKING)])
        raise ReadTimeoutError(endpoint_url=request.url)

    Wire(store, applied_and_moved_on, troubles=1)
    with pytest.raises(ConflictError):
        store.book.commit("claim", [MoveIntent(intent(), CLAIMED)])
    assert store.book.intent(BOT, "i1") == WORKING


CHANGE = [CreateIntent(intent())]
PLAN = [CreateIntent(intent()), AdvanceLast(BOT, last_decided())]
CONFLICT = [{"Code": "None"}, {"Code": "TransactionConflict", "Message": "in use"}]


@pytest.mark.parametrize(
    ("changes", "trouble"),
    [
        pytest.param(CHANGE, refused_with("ThrottlingException"), id="throttled alone"),
        pytest.param(PLAN, refused_with("ProvisionedThroughputExceededException"), id="throttled in a transaction"),
        pytest.param(CHANGE, refused_with("TransactionConflictException"), id="an item is in a transaction"),
        pytest.param(
            PLAN,
            refused_with("TransactionCanceledException", CancellationReasons=CONFLICT),
            id="two transactions meet",
        ),
    ],
)
@pytest.mark.parametrize(
    ("troubles", "is_made"), [pytest.param(2, True, id="twice"), pytest.param(20, False, id="on and on")]
)
def test_a_busy_store_is_asked_three_times(
    store: Store,
    changes: Sequence[Change],
    trouble: Callable[[AWSPreparedRequest], AWSResponse],
    troubles: int,
    is_made: bool,
) -> None:
    wire = Wire(store, trouble, troubles)
    if is_made:
        store.book.commit("busy", changes)
    else:
        with pytest.raises(StoreError) as failed:
            store.book.commit("busy", changes)
        assert not isinstance(failed.value, ConflictError)
    assert wire.sent == 3
    assert bool(store.book.live(BOT).intents) is is_made


def test_a_store_that_never_answers_is_a_store_error_after_three_tries(store: Store) -> None:
    wire = Wire(store, reply_is_lost, troubles=20)
    with pytest.raises(StoreError, match="busy"):
        store.book.commit("busy", [RepeatDecision(BOT, "d1", NOON, NOON + timedelta(minutes=1), "s")])
    assert wire.sent == 3
