"""The control endpoint: faults, switches, latencies, stops and starts, and the truth about the accounts."""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from infra.local.vendors.desk import Shared
from infra.local.vendors.faults import Fault, Vendor
from infra.local.vendors.http import Listener, Reply, Request
from infra.local.vendors.switches import Switches
from infra.local.vendors.tradier.book import UnknownAccountError
from infra.local.vendors.tradier.truth import Truth
from infra.local.vendors.wire import compact_json

_Answer = Callable[["ControlDesk", "re.Match[str]", Mapping[str, Any]], Any]


class ControlDesk:
    """The application behind the control port; asks for no token, since it listens on loopback only."""

    def __init__(
        self, shared: Shared, switches: Switches, truths: Sequence[Truth], listeners: Mapping[str, Listener]
    ) -> None:
        """Command what all vendors share, their quirks, the accounts of their brokers and their ports."""
        self._shared = shared
        self._switches = switches
        self._truths = truths
        self._listeners = listeners

    def __call__(self, request: Request) -> Reply:
        """Carry out one command."""
        try:
            given = json.loads(request.body) if request.body else {}
            for method, pattern, answer in ROUTES:
                match = pattern.fullmatch(request.path)
                if match and request.method == method:
                    return Reply(200, compact_json(answer(self, match, given)))
        except (ValueError, KeyError, TypeError) as error:
            return Reply(400, compact_json({"error": str(error)}))
        except UnknownAccountError as error:
            return Reply(404, compact_json({"error": str(error)}))
        return Reply(404, compact_json({"error": f"no command {request.method} {request.path}"}))

    def inject(self, match: "re.Match[str]", given: Mapping[str, Any]) -> Any:  # noqa: ANN401, ARG002
        """Put a fault in waiting."""
        scope = dict(given)
        with self._shared.lock:
            return _fault(self._shared.faults.inject(scope.pop("kind"), **scope))

    def faults(self, match: "re.Match[str]", given: Mapping[str, Any]) -> Any:  # noqa: ANN401, ARG002
        """List the faults and how often they struck."""
        return [_fault(fault) for fault in self._shared.faults.all()]

    def clear(self, match: "re.Match[str]", given: Mapping[str, Any]) -> Any:  # noqa: ANN401, ARG002
        """Clear one fault, or all."""
        with self._shared.lock:
            self._shared.faults.clear(int(match[1]) if match.groups() and match[1] else None)
        return {}

    def switch(self, match: "re.Match[str]", given: Mapping[str, Any]) -> Any:  # noqa: ANN401, ARG002
        """Turn quirks."""
        with self._shared.lock:
            for name, setting in given.items():
                self._switches.set(name, setting)
        return dict(self._switches)

    def switches(self, match: "re.Match[str]", given: Mapping[str, Any]) -> Any:  # noqa: ANN401, ARG002
        """List the quirks."""
        return dict(self._switches)

    def latency(self, match: "re.Match[str]", given: Mapping[str, Any]) -> Any:  # noqa: ANN401, ARG002
        """Slow calls down; without a path every one."""
        vendor = given.get("vendor")
        seconds = float(given["seconds"])
        self._shared.latencies.set(None if vendor is None else Vendor(vendor), given.get("path", ""), seconds)
        return {}

    def quick(self, match: "re.Match[str]", given: Mapping[str, Any]) -> Any:  # noqa: ANN401, ARG002
        """Lift every latency."""
        self._shared.latencies.clear()
        return {}

    def stop(self, match: "re.Match[str]", given: Mapping[str, Any]) -> Any:  # noqa: ANN401, ARG002
        """Close a vendor's port: connections are refused."""
        self._listeners[match[1]].stop()
        return {}

    def start(self, match: "re.Match[str]", given: Mapping[str, Any]) -> Any:  # noqa: ANN401, ARG002
        """Open a vendor's port again."""
        self._listeners[match[1]].start()
        return {}

    def counters(self, match: "re.Match[str]", given: Mapping[str, Any]) -> Any:  # noqa: ANN401, ARG002
        """Tell how often each vendor and endpoint was called, and what was answered."""
        shared = self._shared
        with shared.lock:
            called, answered = sorted(shared.requests.items()), sorted(shared.replies.items())
        requests: dict[str, dict[str, int]] = {vendor: {} for vendor in Vendor}
        for (vendor, endpoint), count in called:
            requests[vendor][endpoint] = count
        replies: dict[str, dict[str, int]] = {vendor: {} for vendor in Vendor}
        for (vendor, status), count in answered:
            replies[vendor][str(status)] = count
        totals = {vendor: sum(by_endpoint.values()) for vendor, by_endpoint in requests.items()}
        return {"requests": requests, "replies": replies, "totals": totals}

    def reset_counters(self, match: "re.Match[str]", given: Mapping[str, Any]) -> Any:  # noqa: ANN401, ARG002
        """Count from zero."""
        self._shared.requests = Counter()
        self._shared.replies = Counter()
        return {}

    def advance(self, match: "re.Match[str]", given: Mapping[str, Any]) -> Any:  # noqa: ANN401, ARG002
        """Let every account live up to the clock."""
        shared = self._shared
        with shared.lock:
            for truth in self._truths:
                truth.advance(shared.clock.now())
        return {}

    def account(self, match: "re.Match[str]", given: Mapping[str, Any]) -> Any:  # noqa: ANN401, ARG002
        """Tell the truth about an account at the clock."""
        shared = self._shared
        with shared.lock:
            return self._truth(match[1]).account(match[1], shared.clock.now())

    def journal(self, match: "re.Match[str]", given: Mapping[str, Any]) -> Any:  # noqa: ANN401, ARG002
        """Return everything that ever happened to an account, in order."""
        with self._shared.lock:
            return self._truth(match[1]).journal(match[1])

    def act(self, match: "re.Match[str]", given: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """Do something to an account that no client of ours did: a trade, an assignment, a change of cash."""
        shared = self._shared
        with shared.lock:
            return self._truth(match[1]).act(match[1], match[2], given, shared.clock.now())

    def _truth(self, number: str) -> Truth:
        for truth in self._truths:
            if truth.has(number):
                return truth
        raise UnknownAccountError(number)


def _fault(fault: Fault) -> dict[str, Any]:
    return {"id": fault.id, "kind": fault.kind, "struck": fault.struck, "remaining": fault.remaining}


_ROOT: Final = "/_control"
_NAME: Final = "([A-Za-z0-9_]+)"
ROUTES: Final[tuple[tuple[str, "re.Pattern[str]", _Answer], ...]] = tuple(
    (method, re.compile(_ROOT + pattern), answer)
    for method, pattern, answer in (
        ("POST", "/faults", ControlDesk.inject),
        ("GET", "/faults", ControlDesk.faults),
        ("DELETE", "/faults", ControlDesk.clear),
        ("DELETE", r"/faults/(\d+)", ControlDesk.clear),
        ("PUT", "/switches", ControlDesk.switch),
        ("GET", "/switches", ControlDesk.switches),
        ("PUT", "/latency", ControlDesk.latency),
        ("DELETE", "/latency", ControlDesk.quick),
        ("POST", f"/vendors/{_NAME}/stop", ControlDesk.stop),
        ("POST", f"/vendors/{_NAME}/start", ControlDesk.start),
        ("GET", "/counters", ControlDesk.counters),
        ("DELETE", "/counters", ControlDesk.reset_counters),
        ("POST", "/advance", ControlDesk.advance),
        ("GET", f"/accounts/{_NAME}", ControlDesk.account),
        ("GET", f"/accounts/{_NAME}/journal", ControlDesk.journal),
        ("POST", f"/accounts/{_NAME}/([a-z_]+)", ControlDesk.act),
    )
)
