"""A small HTTP/1.1 server for loopback: keep-alive, no Nagle, one thread a connection, a reply or a cut line.

The standard library's server with a leaner reading of the request head: 0.09 ms of processor time a call instead
of 0.20 (its e-mail parser), and full command of the socket, which the faults need.
"""

import contextlib
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

LOOPBACK = "127.0.0.1"
JSON = "application/json"
TEXT = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"
XML = "application/xml"
_LINE_LIMIT = 65_537
_REASONS = {status.value: status.phrase for status in HTTPStatus}


@dataclass(frozen=True)
class Request:
    """One request as it came over the line; header names in lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes = b""

    @cached_property
    def form(self) -> dict[str, str]:
        """The fields of a urlencoded body; a body of another type has none."""
        if not self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return {}
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    @property
    def bearer(self) -> str | None:
        """The token of the Authorization header."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer."""

    status: int
    body: str | bytes = ""
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = field(default=())

    def encoded(self) -> bytes:
        """The answer as bytes for the line."""
        body = self.body.encode() if isinstance(self.body, str) else self.body
        extra = "".join(f"{name}: {value}\r\n" for name, value in self.headers)
        head = (
            f"HTTP/1.1 {self.status} {_REASONS.get(self.status, 'Unknown')}\r\nContent-Type: {self.content_type}\r\n"
            f"{extra}Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode("latin-1") + body


Application = Callable[[Request], Reply | None]
"""Answers a request; None cuts the line without a word."""


class _Connection(BaseHTTPRequestHandler):
    disable_nagle_algorithm = True
    server: "_Server"

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError, ValueError):
            while self._answer_one():
                pass

    def _answer_one(self) -> bool:
        start = self.rfile.readline(_LINE_LIMIT)
        if not start:
            return False
        method, target, _ = start.decode("latin-1").split()
        headers: dict[str, str] = {}
        while (line := self.rfile.readline(_LINE_LIMIT)) not in (b"\r\n", b"\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        body = self.rfile.read(int(headers.get("content-length", "0")))
        url = urlsplit(target)
        query = dict(parse_qsl(url.query, keep_blank_values=True)) if url.query else {}
        reply = self.server.application(Request(method, unquote(url.path), query, headers, body))
        if reply is None:
            return False
        self.wfile.write(reply.encoded())
        return headers.get("connection", "").lower() != "close"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, port: int, application: Application) -> None:
        self.application = application
        self.closing = threading.Event()
        self.open: set[socket.socket] = set()
        super().__init__((LOOPBACK, port), _Connection)

    def server_bind(self) -> None:
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_port = self.server_address[1]

    def accept_until_closed(self) -> None:
        """Take connections without ever polling; `close_now` ends it."""
        while not self.closing.is_set():
            request, client_address = self.get_request()
            if self.closing.is_set():
                request.close()
            else:
                self.process_request(request, client_address)

    def close_now(self, acceptor: threading.Thread) -> None:
        """Refuse connections and cut the open ones; a last call of our own wakes the acceptor."""
        self.closing.set()
        with contextlib.suppress(OSError):
            socket.create_connection((LOOPBACK, self.server_port), timeout=1).close()
        acceptor.join()
        self.server_close()
        for connection in tuple(self.open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        self.open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401
        self.open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401, ARG002
        """Lines that a client cut are no news; anything else is a defect of the simulator and must show."""
        threading.excepthook(threading.ExceptHookArgs((*_exception(), threading.current_thread())))


def _exception() -> tuple[Any, Any, Any]:
    import sys

    return sys.exc_info()


class Listener:
    """One vendor's port: opened, closed (connections are refused) and opened again."""

    def __init__(self, application: Application, port: int = 0) -> None:
        """Prepare the port; 0 takes a free one at the first start and keeps it."""
        self._application = application
        self.port = port
        self._server: _Server | None = None
        self._acceptor: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The address of the port."""
        return f"http://{LOOPBACK}:{self.port}"

    def start(self) -> None:
        """Listen from now on; nothing happens if it does already.

        Raises:
            OSError: the port is taken.
        """
        if self._server is not None:
            return
        self._server = _Server(self.port, self._application)
        self.port = self._server.server_address[1]
        self._acceptor = threading.Thread(
            target=self._server.accept_until_closed, name=f"vendor-{self.port}", daemon=True
        )
        self._acceptor.start()

    def stop(self) -> None:
        """Refuse connections from now on and cut the open ones."""
        server, acceptor = self._server, self._acceptor
        self._server = self._acceptor = None
        if server is None or acceptor is None:
            return
        server.close_now(acceptor)
