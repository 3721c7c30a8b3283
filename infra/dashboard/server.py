"""The loopback server of the page: static files for anybody, data and the switch for the browser with the key."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from infra.dashboard.bridge import ApiBridge
from infra.dashboard.door import LOOPBACK, Door
from infra.dashboard.scene import Scene
from shared.domain.errors import AlphaGexError
from shared.domain.vocabulary import TradingState

STATIC: Final = files("infra.dashboard") / "static"
TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
LARGEST_BODY: Final = 4_096
FIRST_QUESTIONS: Final = ("/api/equity", "/api/market/SPY?sessions=126", "/api/gex/SPY/profile")
JSON: Final = "application/json"
SAFE: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class _Token(BaseModel):
    model_config = ConfigDict(extra="forbid")

    token: str


class _Switch(BaseModel):
    model_config = ConfigDict(extra="forbid")

    state: TradingState
    reason: str = Field(min_length=3, max_length=200)
    saw: AwareDatetime | None = None


class DashboardServer(ThreadingHTTPServer):
    """Serves one scene on 127.0.0.1 until it is shut down."""

    daemon_threads = True

    def __init__(self, scene: Scene, port: int = 0) -> None:
        """Bind a port of the loopback interface, a free one by default."""
        super().__init__((LOOPBACK, port), _Handler)
        self.scene = scene
        self.door = Door(self.server_port)
        self.api = ApiBridge(scene.sources)

    def warm(self) -> None:
        """Ask once what costs most the first time, so that the page need not wait for it."""
        for path in FIRST_QUESTIONS:
            self.api.get(path, {})


class _Handler(BaseHTTPRequestHandler):
    """One connection of the browser."""

    server: DashboardServer
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the overridden parameter
        """Write nothing: the terminal belongs to the command."""

    def do_GET(self) -> None:
        """Answer a file, or data."""
        if not self._is_for_us():
            return self._refuse(HTTPStatus.FORBIDDEN, "this server answers its own page only")
        path = self.path.split("?", 1)[0]
        if not path.startswith(("/api/", "/session")):
            return self._file("index.html" if path == "/" else path.removeprefix("/"))
        if not self.server.door.admits(self.headers.get("Authorization")):
            return self._refuse(HTTPStatus.UNAUTHORIZED, "open the page anew with `alphagex dashboard`")
        if path == "/session":
            return self._session()
        answer = self.server.api.get(self.path, {name.lower(): value for name, value in self.headers.items()})
        return self._send(HTTPStatus(answer.status), answer.body.encode(), answer.headers)

    def do_POST(self) -> None:
        """Exchange the token for the key, or move the switch."""
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), LARGEST_BODY))
        if not self._is_for_us():
            return self._refuse(HTTPStatus.FORBIDDEN, "this server answers its own page only")
        try:
            if self.path == "/session":
                return self._enter(_Token.model_validate_json(body))
            if not self.server.door.admits(self.headers.get("Authorization")):
                return self._refuse(HTTPStatus.UNAUTHORIZED, "open the page anew with `alphagex dashboard`")
            if self.path == "/breaker":
                return self._switch(_Switch.model_validate_json(body))
        except ValidationError as error:
            fault = error.errors()[0]
            return self._refuse(HTTPStatus.UNPROCESSABLE_ENTITY, f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}")
        return self._refuse(HTTPStatus.NOT_FOUND, "there is nothing at this path")

    def _is_for_us(self) -> bool:
        return self.server.door.is_for_us(self.headers.get("Host"), self.headers.get("Origin"))

    def _enter(self, given: _Token) -> None:
        key = self.server.door.exchange(given.token)
        if key is None:
            return self._refuse(HTTPStatus.UNAUTHORIZED, "the token was used already; run `alphagex dashboard` again")
        return self._json({"key": key})

    def _session(self) -> None:
        scene = self.server.scene
        self._json(
            {
                "stage": scene.sources().stage,
                "where": scene.where,
                "recorded": scene.recorded,
                "switch_note": scene.switch_note,
            }
        )

    def _switch(self, wanted: _Switch) -> None:
        try:
            self.server.scene.set_switch(wanted.state, wanted.reason, wanted.saw)
        except AlphaGexError as error:
            return self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, f"the switch was not moved: {error}")
        return self._json({"state": wanted.state})

    def _file(self, name: str) -> None:
        path, found = PurePosixPath(name), STATIC
        if ".." in path.parts or path.suffix not in TYPES:
            return self._refuse(HTTPStatus.NOT_FOUND, "there is no such file")
        for part in path.parts:
            found = found / part
        if not found.is_file():
            return self._refuse(HTTPStatus.NOT_FOUND, "there is no such file")
        headers = {"Content-Type": TYPES[path.suffix], "Cache-Control": "no-cache"}
        return self._send(HTTPStatus.OK, found.read_bytes(), headers)

    def _json(self, value: object) -> None:
        self._send(HTTPStatus.OK, json.dumps(value).encode(), {"Content-Type": JSON, "Cache-Control": "no-store"})

    def _refuse(self, status: HTTPStatus, remedy: str) -> None:
        body = json.dumps({"problems": [{"field": "request", "value": self.path[:200], "remedy": remedy}]})
        self._send(status, body.encode(), {"Content-Type": JSON, "Cache-Control": "no-store"})

    def _send(self, status: HTTPStatus, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, **SAFE}.items():
            self.send_header(name, value)
        if status is not HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status is not HTTPStatus.NOT_MODIFIED:
            self.wfile.write(body)
