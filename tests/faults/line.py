"""A line to the embedded AWS without ceremony: unsigned, connections that are kept, nothing parsed twice."""

import json
import select
import socket
from collections.abc import Iterable, Iterator
from functools import cache
from http import HTTPStatus
from io import BytesIO
from typing import Any, Final, NamedTuple, cast
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectionClosedError

LONGEST_WAIT_S: Final = 10.0
CHUNK: Final = 65_536
END_OF_HEAD: Final = b"\r\n\r\n"
KEPT: Final = frozenset({"content-type", "x-amzn-requestid"})
"""The headers that somebody looks at."""


class Body(BytesIO):
    """A reply's body as urllib3 hands it over."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.getvalue()


class _Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: Body


class Line:
    """An HTTP session as botocore uses one, for a server on loopback that always tells a body's length.

    Safe to share between threads: each exchange has a connection of its own, kept for the next one.
    """

    def __init__(self, endpoint_url: str) -> None:
        """Prepare; nothing is connected yet."""
        where = urlsplit(endpoint_url)
        self._address = (where.hostname or "", where.port or 0)
        self._free: list[socket.socket] = []

    def send(self, request: AWSPreparedRequest) -> AWSResponse:
        """Send a request once. Raises ConnectionClosedError where no whole answer arrives."""
        try:
            answer = self._exchange(request.headers.items(), cast("bytes", request.body))
        except OSError as error:
            raise ConnectionClosedError(error=error, request=request, endpoint_url=request.url) from error
        return AWSResponse(request.url, answer.status, HTTPHeaders.from_dict(answer.headers), cast("Any", answer.body))

    def ask(self, operation: str, **given: Any) -> dict[str, Any]:
        """Let DynamoDB do something of which nobody need know but the tests."""
        headers = {"X-Amz-Target": f"DynamoDB_20120810.{operation}", "Content-Type": "application/x-amz-json-1.0"}
        body = json.dumps(given).encode()
        answer = self._exchange((headers | {"Content-Length": str(len(body))}).items(), body)
        said: dict[str, Any] = json.loads(answer.body.getvalue())
        if answer.status != HTTPStatus.OK:
            raise AssertionError(f"{operation}: {said}")
        return said

    def close(self) -> None:
        """Let go of the connections that nobody uses."""
        while self._free:
            self._free.pop().close()

    def _exchange(self, headers: Iterable[tuple[str, str | bytes]], body: bytes) -> _Answer:
        told = "".join(f"{name}: {_text(value)}\r\n" for name, value in headers)
        connection = self._connection()
        try:
            connection.sendall(f"POST / HTTP/1.1\r\nHost: {self._address[0]}\r\n{told}\r\n".encode() + body)
            answer = _answer(connection)
        except OSError:
            connection.close()
            raise
        self._free.append(connection)
        return answer

    def _connection(self) -> socket.socket:
        try:
            kept = self._free.pop()
        except IndexError:
            return self._connected()
        if not _is_closed(kept):
            return kept
        kept.close()
        return self._connected()

    def _connected(self) -> socket.socket:
        made = socket.create_connection(self._address, LONGEST_WAIT_S)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made


@cache
def line_to(endpoint_url: str) -> Line:
    """Return the one line of this process to an embedded AWS."""
    return Line(endpoint_url)


def _is_closed(connection: socket.socket) -> bool:
    """Tell whether the server closed a connection on which nothing is expected."""
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(0))


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _answer(connection: socket.socket) -> _Answer:
    said = _more(connection)
    while END_OF_HEAD not in said:
        said += _more(connection)
    head, _, body = said.partition(END_OF_HEAD)
    first, *lines = head.decode().split("\r\n")
    headers = {name: value for name, _, value in (line.partition(": ") for line in lines)}
    while len(body) < int(headers["content-length"]):
        body += _more(connection)
    kept = {name: value for name, value in headers.items() if name in KEPT}
    return _Answer(int(first.split(" ", 2)[1]), kept, Body(body))


def _more(connection: socket.socket) -> bytes:
    part = connection.recv(CHUNK)
    if not part:
        raise ConnectionResetError("the server closed the line")
    return part
