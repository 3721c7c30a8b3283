"""The Runtime API that AWS's runtime client asks for its next event, on loopback."""

import json
import queue
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self

NEXT: Final = "/2018-06-01/runtime/invocation/next"
ARN: Final = "arn:aws:lambda:us-east-1:000000000000:function:bench:live"
DEADLINE_SECONDS: Final = 60.0


@dataclass(frozen=True)
class Reply:
    """What came back of one event, and when, by the monotonic clock."""

    at: float
    body: Any
    is_error: bool


@dataclass
class RuntimeApi:
    """Hands out events one at a time and takes the replies; a context manager."""

    events: "queue.Queue[bytes | None]" = field(default_factory=queue.Queue)
    replies: "queue.Queue[Reply]" = field(default_factory=queue.Queue)

    def __enter__(self) -> Self:
        api = self

        class Door(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                event = api.events.get()
                if event is None:
                    self.close_connection = True
                    return
                self.send_response(200)
                self.send_header("Lambda-Runtime-Aws-Request-Id", "bench")
                self.send_header("Lambda-Runtime-Invoked-Function-Arn", ARN)
                self.send_header("Lambda-Runtime-Deadline-Ms", str(round(1000 * (time.time() + DEADLINE_SECONDS))))
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(event)))
                self.end_headers()
                self.wfile.write(event)

            def do_POST(self) -> None:
                at = time.monotonic()
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"null")
                api.replies.put(Reply(at, body, is_error=self.path.endswith("/error")))
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def handle_one_request(self) -> None:
                with suppress(ConnectionResetError):
                    super().handle_one_request()
                    return
                self.close_connection = True

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.events.put(None)
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def address(self) -> str:
        """Where it listens, as ``AWS_LAMBDA_RUNTIME_API`` says it."""
        return f"127.0.0.1:{self._server.server_port}"

    def ask(self, event: Mapping[str, Any], seconds: float) -> Reply:
        """Hand out an event and wait for its reply."""
        self.events.put(json.dumps(event).encode())
        reply = self.replies.get(timeout=seconds)
        if reply.is_error:
            raise RuntimeError(f"the function failed: {json.dumps(reply.body)[:1500]}")
        return reply
