"""The line to MiniStack: plain calls go to their service at once, all others to its application.

Runs in MiniStack's own environment. The application looks at every call as if it could be meant for any of a hundred
services, and a reply leaves it in two pieces: more than half of the time that a small call takes. A reply from here
bears the headers that a client of AWS reads, and none for browsers.
"""

import asyncio
import logging
import os
from typing import Final

from ministack import app
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

SERVICES: Final = {
    b"DynamoDB_20120810": ("dynamodb", "1.0"),
    b"DynamoDBStreams_20120810": ("dynamodbstreams", "1.0"),
    b"AmazonSSM": ("ssm", "1.1"),
    b"AmazonSQS": ("sqs", "1.0"),
    b"AWSEvents": ("events", "1.1"),
}
"""By what the target of a call begins with: its service, and the version of JSON that AWS answers in."""
SIGNED: Final = f"Credential={os.environ['AWS_ACCESS_KEY_ID']}/".encode()
REGION: Final = f"/{os.environ['AWS_DEFAULT_REGION']}/".encode()

Headers = list[tuple[bytes, bytes]]


class PlainLine(HttpToolsProtocol):  # type: ignore[misc]
    """One connection; a plain call names its target, and is signed with the keys and for the region of this process.

    Of such a call the application would find out the account and region that are the default anyway. Where policies
    are enforced it must see every call: this line is not for that.
    """

    _service: tuple[str, str] | None = None
    _parts: list[bytes]

    def on_headers_complete(self) -> None:
        """Take a plain call, or leave the request to the application."""
        is_simple = self.url == b"/" and self.parser.should_keep_alive()
        self._service = _service_of(self.headers) if is_simple else None
        if self._service is None:
            super().on_headers_complete()
        else:
            self._parts = []

    def on_body(self, body: bytes) -> None:
        """Keep what has come of the body."""
        if self._service is None:
            super().on_body(body)
        else:
            self._parts.append(body)

    def on_message_complete(self) -> None:
        """Answer a plain call, now that it is whole."""
        if self._service is None:
            super().on_message_complete()
            return
        task = self.loop.create_task(self._answer(*self._service, self.headers, b"".join(self._parts)))
        self.tasks.add(task)
        task.add_done_callback(self._answered)

    async def _answer(self, service: str, version: str, headers: Headers, body: bytes) -> None:
        named = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
        status, told, reply = await app.SERVICE_HANDLERS[service]("POST", "/", named, body, {})
        content = reply if isinstance(reply, bytes) else reply.encode()
        told |= {
            "Content-Type": f"application/x-amz-json-{version}",
            "Content-Length": str(len(content)),
            "x-amzn-RequestId": os.urandom(16).hex(),
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        self.transport.write(b"".join((STATUS_LINE[status], lines.encode("latin-1"), b"\r\n", content)))
        self.on_response_complete()

    def _answered(self, task: asyncio.Task[None]) -> None:
        """Cut the line where the service failed, as a server that breaks does."""
        self.tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            logging.getLogger("ministack").error("a plain call failed", exc_info=task.exception())
            self.transport.close()


def _service_of(headers: Headers) -> tuple[str, str] | None:
    found = dict(headers)
    credential = found.get(b"authorization", b"").partition(b",")[0]
    if SIGNED not in credential or REGION not in credential or b"content-encoding" in found:
        return None
    return SERVICES.get(found.get(b"x-amz-target", b"").partition(b".")[0])
