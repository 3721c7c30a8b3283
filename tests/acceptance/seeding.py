"""What CloudFormation is to a custom resource: it sends an event, and is told over HTTP how it ended."""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self

from tests.acceptance.cloud import STAGE
from tests.acceptance.permissions import Document


class CustomResource:
    """A listener for the answers of a custom resource."""

    def __init__(self) -> None:
        self.told: list[Document] = []
        told = self.told

        class Listener(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as the library calls it
                """Say nothing."""

        self._server = HTTPServer(("127.0.0.1", 0), Listener)
        Thread(target=self._server.serve_forever, daemon=True).start()

    def event(self, parameter: str, value: str) -> Document:
        """Return an event that asks for a first parameter."""
        return {
            "RequestType": "Update",
            "ResponseURL": f"http://127.0.0.1:{self._server.server_port}/",
            "StackId": STAGE,
            "RequestId": "1",
            "LogicalResourceId": "Seed",
            "ResourceProperties": {"Parameters": {parameter: {"Value": value}}},
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
