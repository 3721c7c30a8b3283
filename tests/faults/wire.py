"""What may happen to the writes of DynamoDB on their way, by botocore's own event hooks; nothing ever waits."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, cast

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ReadTimeoutError
from urllib3 import HTTPResponse

from shared.adapters.aws import ATTEMPTS

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

WRITES: Final = frozenset({"PutItem", "UpdateItem", "TransactWriteItems"})
_CONFLICT: Final = [{"Code": "None"}, {"Code": "TransactionConflict", "Message": "in use"}]


class Trouble(StrEnum):
    """What DynamoDB does instead of a plain answer."""

    THROTTLED = "throttled"
    FAILED = "answers 500 before it does anything"
    REPLY_LOST = "applied, but the reply is lost"
    FORGOTTEN = "applied, the reply is lost, and the token is not known again"
    CONFLICT = "two transactions meet"


@dataclass
class Wire:
    """The line of one client: troubles wait here and strike one write after the other."""

    client: "DynamoDBClient"
    waiting: list[Trouble] = field(default_factory=list)
    every: Trouble | None = None
    times: int = 1
    skip: int = 0
    sent: int = 0
    struck: int = 0

    def __post_init__(self) -> None:
        events = self.client.meta.events
        events.register("before-send.dynamodb", cast("Callable[..., None]", self._meet))
        events.register_first("needs-retry.dynamodb", cast("Callable[..., None]", self._retry))
        self._in_a_row = 0

    def trouble(self, kind: Trouble, times: int = 1, skip: int = 0) -> None:
        """Let something happen to the next writes, after so many that pass."""
        self.skip = skip
        self.waiting += [kind] * times

    def trouble_every(self, kind: Trouble, times: int = 1) -> None:
        """Let something happen to the first tries of every write from now on, and nothing to the one after them."""
        self.every, self.times = kind, times

    def clear(self) -> None:
        """Forget what waits."""
        self.waiting.clear()
        self.every = None
        self.skip = 0

    def _meet(self, request: AWSPreparedRequest, event_name: str, **_: Any) -> AWSResponse | None:
        if event_name.rpartition(".")[2] not in WRITES:
            return None
        self.sent += 1
        if self.every is not None and self._in_a_row < self.times:
            return self._struck(self.every, request)
        self._in_a_row = 0
        if not self.waiting:
            return None
        if self.skip:
            self.skip -= 1
            return None
        return self._struck(self.waiting.pop(0), request)

    def _struck(self, kind: Trouble, request: AWSPreparedRequest) -> AWSResponse:
        self.struck += 1
        self._in_a_row += 1
        return self._strike(kind, request)

    def _strike(self, kind: Trouble, request: AWSPreparedRequest) -> AWSResponse:
        match kind:
            case Trouble.THROTTLED:
                return _refusal(request, 400, "ThrottlingException")
            case Trouble.FAILED:
                return _refusal(request, 500, "InternalServerError")
            case Trouble.CONFLICT if b"ClientRequestToken" in cast("bytes", request.body):
                return _refusal(request, 400, "TransactionCanceledException", CancellationReasons=_CONFLICT)
            case Trouble.CONFLICT:
                return _refusal(request, 400, "TransactionConflictException")
            case Trouble.REPLY_LOST | Trouble.FORGOTTEN:
                if kind is Trouble.FORGOTTEN:
                    _rename_token(request)
                cast("Any", self.client)._endpoint.http_session.send(request)
                raise ReadTimeoutError(endpoint_url=request.url)

    def _retry(self, attempts: int, **_: object) -> float | None:
        """Say at once that a call in trouble is tried again, as often as botocore itself would."""
        return 0.0 if self._in_a_row and attempts < ATTEMPTS else None


def _rename_token(request: AWSPreparedRequest) -> None:
    body = json.loads(cast("bytes", request.body))
    if "ClientRequestToken" in body:
        body["ClientRequestToken"] = "another"
    request.body = json.dumps(body).encode()
    request.headers["Content-Length"] = str(len(request.body))


def _refusal(request: AWSPreparedRequest, status: int, code: str, **more: Any) -> AWSResponse:
    headers = HTTPHeaders.from_dict({"Content-Type": "application/x-amz-json-1.0"})
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "later", **more}
    raw = HTTPResponse(BytesIO(json.dumps(body).encode()), preload_content=False)
    return AWSResponse(request.url, status, headers, raw)
