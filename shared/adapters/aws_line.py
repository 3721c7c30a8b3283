"""The line to an AWS on this machine: plain HTTP over connections that stay open.

Botocore's own session spends a third of a call's processor time on proxies, addresses and mail headers, of which
there are none on loopback. An AWS behind TLS keeps botocore's.
"""

import select
import socket
from collections import deque
from typing import IO, TYPE_CHECKING, BinaryIO, Final, NamedTuple, cast
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse, HeadersDict
from botocore.exceptions import ConnectionClosedError, ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError

if TYPE_CHECKING:
    from botocore.compat import HTTPHeaders

CHUNKED: Final = "chunked"


class _Connection(NamedTuple):
    socket: socket.socket
    replies: BinaryIO

    @property
    def is_dropped(self) -> bool:
        """Whether the other side has closed it, or says something that nobody asked for."""
        return bool(select.select([self.socket], [], [], 0)[0])

    def close(self) -> None:
        self.replies.close()
        self.socket.close()


class LoopbackLine:
    """Sends botocore's requests to one host on loopback. Safe to share between threads."""

    def __init__(self, endpoint_url: str, *, connect_seconds: float, read_seconds: float) -> None:
        """Connect at the first request."""
        self._url = endpoint_url
        self._connect_seconds = connect_seconds
        self._read_seconds = read_seconds
        self._idle: deque[_Connection] = deque()

    def send(self, request: AWSPreparedRequest) -> AWSResponse:
        """Send one request once and return whatever was answered.

        Raises:
            botocore.exceptions.HTTPClientError: as botocore's own session does, by its subclasses.
        """
        connection = self._connection()
        try:
            connection.socket.sendall(_bytes_of(request))
            status, headers, body = _reply(connection.replies, request.method)
        except TimeoutError as error:
            connection.close()
            raise ReadTimeoutError(endpoint_url=request.url, error=error) from error
        except (OSError, EOFError, ValueError, LookupError) as error:
            connection.close()
            raise ConnectionClosedError(endpoint_url=request.url, request=request, error=error) from error
        if headers.get("connection", "").lower() == "close":
            connection.close()
        else:
            self._idle.append(connection)
        return _Answer(request.url, status, headers, body)

    def close(self) -> None:
        """Let go of the idle connections."""
        while self._idle:
            self._idle.pop().close()

    def __del__(self) -> None:
        """Leave no connection open when the client goes."""
        self.close()

    def _connection(self) -> _Connection:
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:
                break  # another thread took it
            if not connection.is_dropped:
                return connection
            connection.close()
        return self._opened()

    def _opened(self) -> _Connection:
        parts = urlsplit(self._url)
        try:
            line = socket.create_connection((parts.hostname, parts.port), self._connect_seconds)
        except TimeoutError as error:
            raise ConnectTimeoutError(endpoint_url=self._url, error=error) from error
        except OSError as error:
            raise EndpointConnectionError(endpoint_url=self._url, error=error) from error
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.settimeout(self._read_seconds)
        return _Connection(line, line.makefile("rb"))


class _Answer(AWSResponse):
    """A response whose body is read already."""

    def __init__(self, url: str, status: int, headers: dict[str, str], body: bytes) -> None:
        super().__init__(url, status, cast("HTTPHeaders", HeadersDict(headers)), None)
        self._content = body


def _bytes_of(request: AWSPreparedRequest) -> bytes:
    """Write a request out, head and body in one piece."""
    parts = urlsplit(request.url)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    lines = [f"{request.method} {target} HTTP/1.1", f"Host: {parts.netloc}", "Accept-Encoding: identity"]
    lines += [f"{name}: {_text(value)}" for name, value in request.headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + _content(request.body)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _content(body: str | bytes | bytearray | IO[bytes] | IO[str] | None) -> bytes:
    if body is None:
        return b""
    held = body if isinstance(body, str | bytes | bytearray) else body.read()
    return held.encode() if isinstance(held, str) else bytes(held)


def _reply(replies: BinaryIO, method: str) -> tuple[int, dict[str, str], bytes]:
    """Read status, headers (names in lower case) and body. Raises EOFError where the line was cut."""
    start = replies.readline()
    if not start:
        raise EOFError("the connection was closed without an answer")
    status = int(start.split(None, 2)[1])
    headers: dict[str, str] = {}
    while (line := replies.readline()) != b"\r\n":
        if not line:
            raise EOFError("the connection was closed within an answer's head")
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
    if method == "HEAD":
        return status, headers, b""
    if headers.get("transfer-encoding", "").lower() == CHUNKED:
        return status, headers, _chunks(replies)
    return status, headers, _exactly(replies, int(headers.get("content-length", "0")))


def _chunks(replies: BinaryIO) -> bytes:
    parts = []
    while size := int(replies.readline().partition(b";")[0], 16):
        parts.append(_exactly(replies, size))
        replies.readline()
    replies.readline()
    return b"".join(parts)


def _exactly(replies: BinaryIO, size: int) -> bytes:
    body = replies.read(size)
    if len(body) < size:
        raise EOFError(f"the connection was closed after {len(body)} of {size} bytes")
    return body
