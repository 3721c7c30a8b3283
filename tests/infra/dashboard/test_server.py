"""The page's server lets in the browser with the token, once, and nobody else."""

import http.client
import json
import threading
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from infra.dashboard.scene import Scene
from infra.dashboard.server import DashboardServer
from shared.domain.errors import StoreError
from shared.domain.vocabulary import TradingState
from tests.builders import snapshot, spx_snapshot
from tests.shelf import Shelf


class Page:
    """A server on a stage in memory, and a client that says what it is told."""

    def __init__(self) -> None:
        self.shelf = Shelf(snapshots=[snapshot(), spx_snapshot()])
        self.reasons: list[str] = []
        scene = Scene("test", recorded=False, sources=self.shelf.sources, set_switch=self._set, switch_note="note")
        self.server = DashboardServer(scene)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def _set(self, state: TradingState, reason: str, saw: datetime | None) -> None:
        assert saw is None
        if reason == "the store is away":
            raise StoreError("no answer")
        self.shelf.switch = state
        self.reasons.append(reason)

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, dict[str, str], str]:
        line = http.client.HTTPConnection("127.0.0.1", self.server.server_port, timeout=10)
        sent = {name.title(): value for name, value in headers.items()}
        line.request(method, path, None if body is None else json.dumps(body), sent)
        reply = line.getresponse()
        text = reply.read().decode()
        line.close()
        return reply.status, dict(reply.getheaders()), text

    def key(self) -> str:
        _, _, text = self.ask("POST", "/session", {"token": self.server.door.token})
        return f"Bearer {json.loads(text)['key']}"


@pytest.fixture
def page() -> Iterator[Page]:
    opened = Page()
    yield opened
    opened.server.shutdown()
    opened.server.server_close()


def test_it_listens_on_the_loopback_interface_only(page: Page) -> None:
    assert page.server.server_address[0] == "127.0.0.1"
    assert page.server.door.address == f"http://127.0.0.1:{page.server.server_port}/#token={page.server.door.token}"


def test_the_token_opens_once_and_the_key_opens_the_data(page: Page) -> None:
    token, key = page.server.door.token, page.key()
    assert page.ask("POST", "/session", {"token": token})[0] == 401
    status, headers, text = page.ask("GET", "/api/health", authorization=key)
    assert (status, json.loads(text)["stage"]) == (200, "test")
    assert page.ask("GET", "/api/health", authorization=key, **{"if-none-match": headers["ETag"]})[0] == 304
    assert json.loads(page.ask("GET", "/session", authorization=key)[2])["where"] == "test"


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer x", "Basic dXNlcg=="])
@pytest.mark.parametrize("path", ["/api/health", "/api/openapi.json", "/session"])
def test_without_the_key_there_is_no_data(page: Page, path: str, authorization: str) -> None:
    status, _, text = page.ask("GET", path, authorization=authorization)
    assert (status, "alphagex dashboard" in text) == (401, True)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"host": "evil.example:80"}, id="another name leads here"),
        pytest.param({"host": "localhost:1"}, id="another port"),
        pytest.param({"origin": "https://evil.example"}, id="another page asks"),
        pytest.param({"origin": "null"}, id="a page without an origin asks"),
    ],
)
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("GET", "/api/health"), ("POST", "/session"), ("POST", "/breaker")]
)
def test_what_is_not_from_its_own_page_is_refused(page: Page, method: str, path: str, headers: dict[str, str]) -> None:
    body = {"token": page.server.door.token} if method == "POST" else None
    key = f"Bearer {page.server.door.key}"
    assert page.ask(method, path, body, authorization=key, **headers)[0] == 403
    assert page.server.door.token is not None


def test_the_switch_is_moved_with_a_reason(page: Page) -> None:
    key = page.key()
    status, _, _ = page.ask("POST", "/breaker", {"state": "HALTED", "reason": "going on holiday"}, authorization=key)
    assert (status, page.shelf.switch, page.reasons) == (200, TradingState.HALTED, ["going on holiday"])


@pytest.mark.parametrize(
    ("body", "status", "named"),
    [
        pytest.param({"state": "OFF", "reason": "because"}, 422, "state", id="no such state"),
        pytest.param({"state": "HALTED"}, 422, "reason", id="no reason"),
        pytest.param({"state": "HALTED", "reason": "x"}, 422, "reason", id="no real reason"),
        pytest.param([], 422, "", id="no object"),
        pytest.param({"state": "HALTED", "reason": "the store is away"}, 503, "not moved", id="the store is away"),
    ],
)
def test_a_switch_that_cannot_be_moved_says_why(page: Page, body: object, status: int, named: str) -> None:
    answer, _, text = page.ask("POST", "/breaker", body, authorization=page.key())
    assert (answer, named in text) == (status, True)
    assert page.shelf.switch is TradingState.ACTIVE


def test_the_switch_is_not_moved_without_the_key(page: Page) -> None:
    assert page.ask("POST", "/breaker", {"state": "HALTED", "reason": "mischief"})[0] == 401
    assert page.reasons == []


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/app.css", "text/css; charset=utf-8"),
        ("/js/main.js", "text/javascript; charset=utf-8"),
        ("/vendor/uplot/uPlot.iife.min.js", "text/javascript; charset=utf-8"),
        ("/icon.svg", "image/svg+xml"),
    ],
)
def test_files_are_served_with_a_policy_that_lets_nothing_in_from_elsewhere(page: Page, path: str, kind: str) -> None:
    status, headers, _ = page.ask("GET", path)
    assert (status, headers["Content-Type"]) == (200, kind)
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy


@pytest.mark.parametrize(
    "path", ["/../server.py", "/js/../../server.py", "/server.py", "/js", "/none.js", "//etc/passwd.js"]
)
def test_nothing_else_is_served(page: Page, path: str) -> None:
    assert page.ask("GET", path)[0] == 404


def test_what_is_not_there_to_post_to_is_not_there(page: Page) -> None:
    answer: tuple[int, Any, str] = page.ask("POST", "/api/positions", {}, authorization=page.key())
    assert answer[0] == 404
