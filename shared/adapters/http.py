"""The one way to a vendor over HTTP: deadlines, retries of reads only, and library errors in our own words."""

import math
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import httpx

from shared.adapters.documents import Document, decoded, quickly_decoded
from shared.domain.errors import FeedError, FeedUnavailableError, RateLimitedError

CONNECT_TIMEOUT_S: Final = 2.0
READ_TIMEOUT_S: Final = 5.0
DEADLINE_S: Final = 10.0
"""How long one read may take with all its retries."""
ATTEMPTS: Final = 3
SHORTEST_READ_S: Final = 0.2
"""With less time than this left in a run no read is begun."""
SHORTEST_TIMEOUT_S: Final = 0.05
LONGEST_WAIT_S: Final = 2.0
"""A vendor that wants a longer pause than this is not asked again within the call."""
LARGEST_REPLY_BYTES: Final = 64 * 1024 * 1024
EXCERPT: Final = 200
SHORTEST_SECRET: Final = 8
"""What is shorter is no key, and hiding it would spoil the data it happens to stand in."""
TRANSIENT: Final = frozenset({408, 500, 502, 503, 504, 520, 522, 524, 530})


class UnansweredError(FeedUnavailableError):
    """No answer, or a passing failure of the vendor: asking again may help."""


@dataclass(frozen=True, slots=True)
class HttpReply:
    """What came over the line, body decoded; ``where`` names the call without any secret."""

    source: str
    where: str
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def excerpt(self) -> str:
        """The beginning of the body, for an error's text."""
        return self.text[:EXCERPT].strip()

    def document(self) -> Document:
        """Read the body as JSON. Raises FeedUnavailableError when empty or a page, else MalformedReplyError."""
        return decoded(self.source, self.where, self.text)

    def long_document(self) -> Document:
        """Read a long body as JSON, its fractions as floats; raises as :meth:`document`."""
        return quickly_decoded(self.source, self.where, self.text)


Judge = Callable[[HttpReply], None]
"""Raises a vendor's own error for a reply that is no answer."""


class VendorHttp:
    """One vendor's address and credentials. Safe to share between threads."""

    def __init__(
        self,
        source: str,
        base_url: str,
        *,
        headers: Mapping[str, str],
        secrets: tuple[str, ...],
        judge: Judge,
        secret_query: Mapping[str, str] | None = None,
        time_left: Callable[[], float] | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Prepare the connection pool; ``secrets`` never show in an error, ``secret_query`` in no URL either.

        ``time_left`` says how many seconds the run may still wait: no read outlasts it.
        """
        self.source = source
        self._time_left = time_left or _endless
        self.base_url = base_url.rstrip("/")
        self._judge = judge
        self._secrets = tuple(secret for secret in secrets if len(secret) >= SHORTEST_SECRET)
        line = transport or _line(self.base_url)
        self._client = httpx.Client(
            transport=_SecretQuery(line, secret_query) if secret_query else line,
            headers={"Accept": "application/json", **headers},
            follow_redirects=False,
            trust_env=False,
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.source!r}, {self.base_url!r})"

    def get(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        read_timeout_s: float = READ_TIMEOUT_S,
        deadline_s: float = DEADLINE_S,
        before: Callable[[], None] | None = None,
        judge: Judge | None = None,
        is_long: bool = False,
    ) -> Document:
        """Read a document, trying again within the deadline where that can help.

        ``before`` runs before each try; ``judge`` takes the place of the vendor's own; ``is_long`` reads fractions
        as floats.

        Raises:
            FeedError: no usable answer.
            CredentialsError: the key was refused.
        """
        deadline_s = min(deadline_s, self._time_left())
        if deadline_s < SHORTEST_READ_S:
            raise UnansweredError(f"{self.source}: GET {path.partition('?')[0]}: the run has no time left to wait")
        ends = time.monotonic() + deadline_s

        def once() -> Document:
            if before is not None:
                before()
            reply = self.send("GET", path, params=params, read_timeout_s=read_timeout_s, ends=ends)
            (judge or self._judge)(reply)
            return reply.long_document() if is_long else reply.document()

        try:
            return once()
        except (RateLimitedError, UnansweredError) as failure:
            return _again(once, failure, ends)

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        read_timeout_s: float = READ_TIMEOUT_S,
        ends: float | None = None,
    ) -> HttpReply:
        """Send one request exactly once and return whatever was answered.

        It waits no longer than the run does.

        Raises:
            UnansweredError: no answer arrived; whether the request did is unknown.
        """
        seconds = min(read_timeout_s, self._time_left())
        remaining = max(seconds if ends is None else min(seconds, ends - time.monotonic()), SHORTEST_TIMEOUT_S)
        timeout = httpx.Timeout(remaining, connect=min(CONNECT_TIMEOUT_S, remaining))
        where = f"{method} {path.partition('?')[0]}"
        url = path if path.startswith(("http://", "https://")) else self.base_url + path
        try:
            with self._client.stream(method, url, params=params, data=form, timeout=timeout) as response:
                body = _read(response, time.monotonic() + remaining)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise UnansweredError(f"{self.source}: {where}: {_reason(error)}") from error
        return HttpReply(
            self.source, where, response.status_code, response.headers, self._hide(body.decode("utf-8", "replace"))
        )

    @property
    def seconds_left(self) -> float:
        """How many seconds the run may still wait, infinite where nobody counts."""
        return self._time_left()

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def _hide(self, text: str) -> str:
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, "***")
        return text


class _SecretQuery(httpx.BaseTransport):
    """Adds a credential that a vendor wants in the query below everything that logs or keeps a URL."""

    def __init__(self, line: httpx.BaseTransport, query: Mapping[str, str]) -> None:
        self._line = line
        self._query = dict(query)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url.copy_merge_params(self._query)
        return self._line.handle_request(
            httpx.Request(
                request.method, url, headers=request.headers, stream=request.stream, extensions=request.extensions
            )
        )

    def close(self) -> None:
        self._line.close()


def refuse_transient(reply: HttpReply) -> None:
    """Raise for an answer that is a passing failure, a redirect or an empty 304."""
    if reply.status in TRANSIENT:
        raise UnansweredError(f"{reply.source}: {reply.where} answered {reply.status}: {reply.excerpt}")
    if not 200 <= reply.status < 300:
        raise FeedUnavailableError(f"{reply.source}: {reply.where} answered {reply.status}: {reply.excerpt}")


def retry_after_s(reply: HttpReply, unknown_s: float) -> float:
    """Return the seconds of a Retry-After header, or ``unknown_s`` where there is none that can be read."""
    try:
        seconds = float(reply.headers.get("retry-after", ""))
    except ValueError:
        return unknown_s
    return min(max(seconds, 0.0), 3_600.0) if seconds == seconds else unknown_s


def _endless() -> float:
    return math.inf


def _again(once: Callable[[], Document], failure: FeedError, ends: float) -> Document:
    """Try again after a first failure, where that can help; preparing for it costs more than most reads."""
    import stamina

    for attempt in stamina.retry_context(
        on=_worth_another_try,
        attempts=ATTEMPTS,
        timeout=max(ends - time.monotonic(), SHORTEST_TIMEOUT_S),
        wait_initial=0.05,
        wait_max=1.0,
        wait_jitter=0.1,
    ):
        with attempt:
            if attempt.num == 1:
                raise failure
            return once()
    raise AssertionError("a retry context ends by a value or an error")


def _worth_another_try(error: Exception) -> bool | float:
    if isinstance(error, RateLimitedError):
        return max(error.wait_seconds, 0.05) if error.wait_seconds <= LONGEST_WAIT_S else False
    return isinstance(error, UnansweredError)


def _read(response: httpx.Response, ends: float) -> bytes:
    parts, size = [], 0
    for part in response.iter_bytes():
        size += len(part)
        if size > LARGEST_REPLY_BYTES:
            raise httpx.ReadError(f"the answer is larger than {LARGEST_REPLY_BYTES} bytes")
        if time.monotonic() > ends:
            raise httpx.ReadTimeout("the answer did not end in time")
        parts.append(part)
    return b"".join(parts)


def _reason(error: Exception) -> str:
    return str(error) if type(error) is httpx.ReadError and str(error) else type(error).__name__


def _line(base_url: str) -> httpx.HTTPTransport:
    verify: ssl.SSLContext | bool = _trusted() if base_url.startswith("https:") else False
    return httpx.HTTPTransport(verify=verify, retries=0, limits=httpx.Limits(max_keepalive_connections=32))


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    return httpx.create_ssl_context()
