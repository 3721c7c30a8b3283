"""One vendor's front: counts calls, lets faults strike, and hands the rest to the vendor's own code."""

import re
import threading
from abc import abstractmethod
from collections import Counter
from datetime import datetime
from typing import Any, Final, Protocol

from infra.local.vendors.faults import Fault, FaultBook, FaultKind, Vendor
from infra.local.vendors.http import HTML, JSON, Reply, Request
from infra.local.vendors.market import Clock
from infra.local.vendors.wire import compact_json

LONGEST_HOLD_S: Final = 60.0
CHALLENGE_PAGE: Final = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>"


class VendorApp(Protocol):
    """What differs from vendor to vendor."""

    @abstractmethod
    def answer(self, request: Request, now: datetime) -> Reply:
        """Carry the request out."""

    @abstractmethod
    def endpoint(self, request: Request) -> str:
        """Name the endpoint, for the counters."""

    @abstractmethod
    def broken(self, fault: Fault, request: Request, now: datetime) -> Reply:
        """Answer with a fault in the vendor's own words."""


class Latencies:
    """Seconds that calls take longer, by vendor and path."""

    def __init__(self) -> None:
        self._rules: list[tuple[Vendor | None, str, float]] = []

    def set(self, vendor: Vendor | None, path: str, seconds: float) -> None:
        """Slow a path (a regular expression) down; zero seconds lift the rule."""
        self._rules = [rule for rule in self._rules if rule[:2] != (vendor, path)]
        if seconds > 0:
            self._rules.append((vendor, path, seconds))

    def clear(self) -> None:
        """Lift every rule."""
        self._rules = []

    def of(self, vendor: Vendor, request: Request) -> float:
        """Return the seconds that this call takes longer."""
        if not self._rules:
            return 0.0
        return sum(
            seconds for who, path, seconds in self._rules if who in (None, vendor) and re.search(path, request.path)
        )


class Shared:
    """What all vendors have in common; one lock, since one processor's lock serves them all anyway."""

    def __init__(self, clock: Clock, faults: FaultBook) -> None:
        """Serve by this clock, with these faults."""
        self.clock = clock
        self.faults = faults
        self.latencies = Latencies()
        self.lock = threading.RLock()
        self.closing = threading.Event()
        self.requests: Counter[tuple[Vendor, str]] = Counter()
        self.replies: Counter[tuple[Vendor, int]] = Counter()


class VendorDesk:
    """The application behind one vendor's port."""

    def __init__(self, vendor: Vendor, app: VendorApp, shared: Shared) -> None:
        """Serve this vendor."""
        self.vendor = vendor
        self._app = app
        self._shared = shared

    def __call__(self, request: Request) -> Reply | None:
        """Answer one request."""
        shared = self._shared
        with shared.lock:
            shared.requests[self.vendor, self._app.endpoint(request)] += 1
            fault = shared.faults.strike_request(self.vendor, request)
            seconds = shared.latencies.of(self.vendor, request)
        if seconds:
            shared.closing.wait(seconds)
        reply = self._carried_out(request) if fault is None else self._struck(fault, request)
        if reply is not None:
            with shared.lock:
                shared.replies[self.vendor, reply.status] += 1
        return reply

    def _carried_out(self, request: Request) -> Reply:
        with self._shared.lock:
            return self._app.answer(request, self._shared.clock.now())

    def _struck(self, fault: Fault, request: Request) -> Reply | None:
        accepted = fault.kind in _CARRIED_OUT or fault.flag("accepted")
        answered = self._carried_out(request) if accepted else None
        match fault.kind:
            case FaultKind.LOST_RESPONSE | FaultKind.CONNECTION_CUT:
                return None
            case FaultKind.TIMEOUT:
                self._shared.closing.wait(fault.seconds(LONGEST_HOLD_S))
                return None
            case FaultKind.GARBAGE:
                return _cut(answered)
            case FaultKind.NO_ID:
                return _without_id(answered)
            case FaultKind.NOT_MODIFIED:
                return Reply(304)
            case FaultKind.EMPTY_BODY:
                return Reply(int(fault.parameters.get("status", 200)), "", fault.parameters.get("content_type", JSON))
            case _:
                return self._spoken(fault, request)

    def _spoken(self, fault: Fault, request: Request) -> Reply:
        body = fault.parameters.get("body")
        if body is not None:
            status = 200 if fault.kind is FaultKind.HTML_PAGE else 500
            return Reply(int(fault.parameters.get("status", status)), body, _type_of(body))
        with self._shared.lock:
            return self._app.broken(fault, request, self._shared.clock.now())


_CARRIED_OUT: Final = frozenset({FaultKind.LOST_RESPONSE, FaultKind.ERROR_AFTER, FaultKind.NO_ID, FaultKind.GARBAGE})


def _cut(reply: Reply | None) -> Reply:
    body = b"" if reply is None else reply.body.encode() if isinstance(reply.body, str) else reply.body
    return Reply(200, body[: len(body) // 2])


def _without_id(reply: Reply | None) -> Reply:
    if reply is None or reply.status != 200:
        return reply or Reply(200)
    return Reply(200, compact_json({"order": {"status": "ok"}}))


def _type_of(body: str) -> str:
    if body.startswith("<"):
        return HTML
    return JSON if body.startswith(("{", "[")) else "text/plain; charset=utf-8"


def status_of(fault: Fault, default: int) -> int:
    """Return the status a fault asks for."""
    return int(fault.parameters.get("status", default))


def document(body: Any, status: int = 200) -> Reply:  # noqa: ANN401
    """Answer with a compact JSON document."""
    return Reply(status, compact_json(body))
