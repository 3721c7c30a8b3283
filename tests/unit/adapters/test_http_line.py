"""The line to a vendor: reads are retried within a deadline, writes never, and no secret ever shows."""

import logging
from itertools import repeat

import httpx
import pytest

from shared.adapters.http import HttpReply, VendorHttp, refuse_transient
from shared.domain.errors import FeedUnavailableError, MalformedReplyError, RateLimitedError
from tests.unit.adapters.wire import Wire, no_waiting, reply

SECRET = "sub_4711secret"


def line(wire: httpx.BaseTransport, **changes: object) -> VendorHttp:
    settings: dict[str, object] = {
        "headers": {"Authorization": f"Bearer {SECRET}"},
        "secrets": (SECRET,),
        "judge": refuse_transient,
    }
    return VendorHttp("vendor", "https://vendor.example/api", transport=wire, **(settings | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "failure",
    [
        pytest.param(reply("", 500), id="500"),
        pytest.param(reply("<html>", 503), id="503 with a page"),
        pytest.param(reply("", 530), id="530 of a content network"),
        pytest.param(httpx.ConnectError("refused"), id="refused connection"),
        pytest.param(httpx.ReadTimeout("slow"), id="timeout"),
        pytest.param(httpx.RemoteProtocolError("cut"), id="cut line"),
    ],
)
def test_a_read_is_tried_again_after_a_passing_failure(failure: httpx.Response | Exception) -> None:
    wire = Wire(failure, failure, reply({"a": 1}))
    with no_waiting():
        assert line(wire).get("/x") == {"a": 1}
    assert len(wire.requests) == 3


def test_a_read_gives_up_after_three_tries_with_a_typed_error() -> None:
    wire = Wire(httpx.ReadTimeout("slow"))
    with no_waiting(), pytest.raises(FeedUnavailableError, match="GET /x: ReadTimeout"):
        line(wire).get("/x")
    assert len(wire.requests) == 3


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param(reply("nope", 404), FeedUnavailableError, id="404"),
        pytest.param(reply("", 302, location="https://elsewhere.example"), FeedUnavailableError, id="redirect"),
        pytest.param(reply("", 304), FeedUnavailableError, id="304"),
        pytest.param(reply("  "), FeedUnavailableError, id="empty body"),
        pytest.param(reply("\n<html>challenge</html>"), FeedUnavailableError, id="page with 200"),
        pytest.param(reply('{"a": 1'), MalformedReplyError, id="cut JSON"),
        pytest.param(reply('{"a": NaN}'), MalformedReplyError, id="NaN"),
        pytest.param(reply('{"a": -Infinity}'), MalformedReplyError, id="infinite"),
        pytest.param(reply("[" * 100_000), MalformedReplyError, id="nested beyond reading"),
        pytest.param(reply('{"a": ' + "9" * 5_000 + "}"), MalformedReplyError, id="a number of 5,000 digits"),
    ],
)
def test_an_answer_that_is_no_data_is_not_asked_for_again(answer: httpx.Response, error: type[Exception]) -> None:
    wire = Wire(answer)
    with no_waiting(), pytest.raises(error):
        line(wire).get("/x")
    assert len(wire.requests) == 1


@pytest.mark.parametrize(("wait", "tries"), [pytest.param(0.5, 3, id="short"), pytest.param(30.0, 1, id="long")])
def test_only_a_short_wait_is_waited_for(wait: float, tries: int) -> None:
    def judge(answer: HttpReply) -> None:
        raise RateLimitedError(answer.source, wait)

    wire = Wire(reply("", 429))
    with no_waiting(), pytest.raises(RateLimitedError) as caught:
        line(wire, judge=judge).get("/x")
    assert (len(wire.requests), caught.value.wait_seconds) == (tries, wait)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_what_is_sent_is_sent_once(method: str) -> None:
    wire = Wire(httpx.ReadTimeout("slow"))
    with pytest.raises(FeedUnavailableError):
        line(wire).send(method, "/orders", form={"a": "1"})
    assert len(wire.requests) == 1


def test_an_answer_that_trickles_is_cut_off() -> None:
    class Trickle(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, content=repeat(b"x"))

    with pytest.raises(FeedUnavailableError, match="ReadTimeout"):
        line(Trickle()).send("GET", "/x", read_timeout_s=0.06)


def test_no_secret_shows_in_url_log_error_or_repr(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[httpx.URL] = []

    class Echo(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            seen.append(request.url)
            return httpx.Response(400, text=f"no such key {SECRET}", request=request)

    http = line(Echo(), secret_query={"username": SECRET}, headers={})
    with caplog.at_level(logging.DEBUG), pytest.raises(FeedUnavailableError) as caught:
        http.get("/gex/latest", {"ticker": "SPY"})
    assert dict(seen[0].params) == {"ticker": "SPY", "username": SECRET}
    shown = [caplog.text, repr(http), str(caught.value), repr(caught.value), repr(vars(caught.value))]
    assert not any(SECRET in text for text in shown)


def test_a_failed_line_keeps_no_secret_in_its_cause() -> None:
    with no_waiting(), pytest.raises(FeedUnavailableError) as caught:
        line(Wire(httpx.ConnectError("refused")), secret_query={"username": SECRET}).get("/x")
    cause = caught.value.__cause__
    assert isinstance(cause, httpx.ConnectError)
    assert SECRET not in f"{cause!r} {cause.request.url!r} {cause.request.headers!r}"
