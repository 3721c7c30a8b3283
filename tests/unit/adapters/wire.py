"""A line on which a test says what the vendor answers and reads what it was asked."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import httpx
import stamina

NOW = datetime(2026, 3, 4, 15, 30, tzinfo=UTC)


class Wire(httpx.BaseTransport):
    """Answers in turn, the last answer for ever; an exception among the answers is raised."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self._answers = list(answers)
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    @property
    def form(self) -> dict[str, str]:
        """The fields of the last request's body."""
        return dict(parse_qsl(self.requests[-1].content.decode(), keep_blank_values=True))

    @property
    def query(self) -> dict[str, str]:
        """The query of the last request."""
        return dict(self.requests[-1].url.params)


class Routes(httpx.BaseTransport):
    """Answers by the end of the path; what has no answer is not found."""

    def __init__(self, **answers: httpx.Response) -> None:
        self.answers = answers
        self.paths: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.paths.append(request.url.path)
        name = request.url.path.rpartition("/")[2]
        answer = self.answers.get(name, httpx.Response(404, text="nope"))
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


class StandingClock:
    """A clock that a test moves."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def reply(body: Any, status: int = 200, **headers: str) -> httpx.Response:
    """Answer with JSON text as it stands, or with a document."""
    text = body if isinstance(body, str) else json.dumps(body)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, text=text, headers=named)


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def nanoseconds(moment: datetime) -> int:
    return milliseconds(moment) * 1_000_000


@contextmanager
def no_waiting() -> Iterator[None]:
    """Retries without their pauses."""
    with stamina.set_testing(True, attempts=3):
        yield
