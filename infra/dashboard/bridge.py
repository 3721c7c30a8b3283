"""Asks the API's own routes in this process, as its function URL would."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from functions.api.workflow import Resolver
from shared.views.sources import Sources

DOMAIN: Final = "laptop"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the API answered."""

    status: int
    headers: Mapping[str, str]
    body: str


class ApiBridge:
    """The API on a laptop; a resolver answers one question at a time, so each takes one of its own."""

    def __init__(self, sources: Callable[[], Sources]) -> None:
        """Answer from these sources."""
        self._sources = sources
        self._idle: SimpleQueue[Resolver] = SimpleQueue()

    def get(self, target: str, headers: Mapping[str, str]) -> Answer:
        """Answer a GET; ``target`` is path and query, ``headers`` have names in lower case."""
        return self.ask("GET", target, headers)

    def ask(self, method: str, target: str, headers: Mapping[str, str]) -> Answer:
        """Answer a request of any method."""
        resolver = self._resolver()
        try:
            reply = resolver.resolve(event_of(method, target, headers), _Context())  # type: ignore[arg-type]
        finally:
            self._idle.put(resolver)
        return Answer(reply["statusCode"], reply["headers"], reply.get("body") or "")

    def _resolver(self) -> Resolver:
        try:
            return self._idle.get_nowait()
        except Empty:
            return Resolver(self._sources)


class _Context:
    """The resolver asks nothing of its context."""


def event_of(method: str, target: str, headers: Mapping[str, str]) -> dict[str, Any]:
    """Return a request as a function URL hands it on; names of headers are in lower case."""
    parts = urlsplit(target)
    query: dict[str, str] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        query[name] = f"{query[name]},{value}" if name in query else value
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": parts.path,
        "rawQueryString": parts.query,
        "headers": dict(headers),
        "queryStringParameters": query,
        "requestContext": {
            "domainName": DOMAIN,
            "http": {"method": method, "path": parts.path, "sourceIp": "127.0.0.1", "userAgent": ""},
            "stage": "$default",
        },
        "isBase64Encoded": False,
    }
