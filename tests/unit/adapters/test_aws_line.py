"""The line to an AWS on this machine, against a server that answers as it is told."""

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import botocore.session
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSRequest
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, HTTPClientError, ReadTimeoutError

from shared.adapters.aws import Aws, on_loopback
from shared.adapters.aws_line import LoopbackLine

SILENCE = b""
"""An answer that never comes."""
SOON = 0.1


@dataclass
class Server:
    """Answers each request with the next of its replies; one without an end of its own is followed by a cut."""

    replies: Sequence[bytes]
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._left = list(self.replies)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            while (request := connection.recv(65_536)) and self._left:
                self.requests.append(request)
                reply = self._left.pop(0)
                connection.sendall(reply)
                if reply == SILENCE:
                    connection.recv(1)
                elif (b"Length" not in reply and b"chunked" not in reply) or b"close" in reply:
                    return

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(*replies: bytes) -> Server:
        servers.append(Server(replies))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def line_to(server: Server) -> LoopbackLine:
    return LoopbackLine(server.url, connect_seconds=1, read_seconds=SOON)


def request_to(url: str, method: str = "POST", body: bytes = b"{}") -> AWSPreparedRequest:
    return AWSRequest(method, f"{url}/?a=b", {"X-Told": "once"}, data=body).prepare()


def reply(body: bytes, status: str = "200 OK", *more: str) -> bytes:
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *more, "", ""])
    return head.encode() + body


CHUNKS = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("said", "status", "body"),
    [
        pytest.param(reply(b'{"a": 1}'), 200, b'{"a": 1}', id="a plain answer"),
        pytest.param(reply(b"no", "400 Bad Request"), 400, b"no", id="a refusal is an answer"),
        pytest.param(reply(b""), 200, b"", id="an empty body"),
        pytest.param(CHUNKS, 200, b"abcde", id="a body in chunks"),
    ],
)
def test_what_is_answered_comes_back(serve: Callable[..., Server], said: bytes, status: int, body: bytes) -> None:
    server = serve(said)
    answer = line_to(server).send(request_to(server.url))
    assert (answer.status_code, answer.content) == (status, body)
    assert server.requests[0].startswith(b"POST /?a=b HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"X-Told: once\r\n" in server.requests[0]
    assert server.requests[0].endswith(b"\r\n\r\n{}")


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-", ConnectionClosedError, id="cut within the head"),
        pytest.param(b"nonsense\r\n\r\n", ConnectionClosedError, id="no answer of HTTP"),
        pytest.param(reply(b"abc", "200 OK", "Connection: close")[:-1], ConnectionClosedError, id="cut in the body"),
        pytest.param(SILENCE, ReadTimeoutError, id="silence"),
    ],
)
def test_what_is_no_answer_is_told_in_botocores_words(
    serve: Callable[..., Server], said: bytes, problem: type[HTTPClientError]
) -> None:
    server = serve(said)
    with pytest.raises(problem):
        line_to(server).send(request_to(server.url))


def test_nobody_listening_is_told_in_botocores_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(EndpointConnectionError):
        LoopbackLine(url, connect_seconds=1, read_seconds=SOON).send(request_to(url))


@pytest.mark.parametrize(
    ("first", "connections"),
    [
        pytest.param(reply(b"a"), 1, id="kept open"),
        pytest.param(reply(b"a", "200 OK", "Connection: close"), 2, id="closed as announced"),
    ],
)
def test_a_connection_serves_again(serve: Callable[..., Server], first: bytes, connections: int) -> None:
    server = serve(first, reply(b"b"))
    line = line_to(server)
    assert [line.send(request_to(server.url)).content for _ in range(2)] == [b"a", b"b"]
    assert server.connections == connections


def test_a_client_on_loopback_tries_a_cut_call_again(
    serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    server = serve(b"HTTP/1.1 200", reply(b'{"TableNames": ["a"]}'))
    found = Aws(region="us-east-1", endpoint_url=server.url).dynamodb().list_tables()
    assert found["TableNames"] == ["a"]
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("url", "is_lean"),
    [
        pytest.param("http://127.0.0.1:4566", True, id="this machine"),
        pytest.param("https://127.0.0.1:4566", False, id="this machine behind TLS"),
        pytest.param("http://127.0.0.1.example.com:80", False, id="another machine of a similar name"),
        pytest.param(None, False, id="the cloud"),
    ],
)
def test_only_this_machine_gets_the_leaner_line(url: str | None, is_lean: bool) -> None:
    session = botocore.session.get_session()
    client = session.create_client("ssm", region_name="us-east-1", endpoint_url=url)
    assert isinstance(on_loopback(client)._endpoint.http_session, LoopbackLine) is is_lean
