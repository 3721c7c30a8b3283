"""The client of the simulators' control endpoint: tests and the demo break things and read the truth with it."""

from types import TracebackType
from typing import Any, Self

import httpx

from infra.local.vendors.faults import FaultKind, Vendor
from infra.local.vendors.switches import Setting

_TIMEOUT_S = 30.0


class SimulatorControl:
    """Commands to the simulators at a control address."""

    def __init__(self, url: str) -> None:
        """Talk to this address; it is plain HTTP, so no certificates are loaded."""
        self._http = httpx.Client(base_url=f"{url}/_control", timeout=_TIMEOUT_S, verify=False)

    def inject(self, kind: FaultKind | str, *, count: int | None = 1, **scope: Any) -> int:  # noqa: ANN401
        """Put a fault in waiting and return its id.

        `count` None means until it is cleared. `vendor`, `method`, `path` (a regular expression), `symbol`, `tag`,
        `skip` (occasions let pass first) and `lasts` (seconds of the clock from now) narrow it; other names are
        parameters of its kind.
        """
        return int(self._call("POST", "/faults", {"kind": str(kind), "count": count, **scope})["id"])

    def faults(self) -> list[dict[str, Any]]:
        """Return the faults with how often they struck and how often they still will."""
        return list(self._call("GET", "/faults"))

    def clear(self, fault_id: int | None = None) -> None:
        """Clear one fault, or all."""
        self._call("DELETE", "/faults" if fault_id is None else f"/faults/{fault_id}")

    def switch(self, **settings: Setting) -> None:
        """Turn quirks; a double underscore stands for the dot: `tradier__rate="generous"`."""
        self.set({name.replace("__", "."): setting for name, setting in settings.items()})

    def set(self, settings: dict[str, Setting]) -> None:
        """Turn quirks by their full names."""
        self._call("PUT", "/switches", settings)

    def switches(self) -> dict[str, Setting]:
        """Return every quirk with its setting."""
        return dict(self._call("GET", "/switches"))

    def latency(self, seconds: float, *, vendor: Vendor | str | None = None, path: str = "") -> None:
        """Make calls take longer, in real seconds; zero lifts the rule of this vendor and path."""
        self._call("PUT", "/latency", {"seconds": seconds, "vendor": vendor, "path": path})

    def quick(self) -> None:
        """Lift every latency."""
        self._call("DELETE", "/latency")

    def stop(self, vendor: Vendor | str) -> None:
        """Refuse connections to a vendor from now on."""
        self._call("POST", f"/vendors/{vendor}/stop")

    def start(self, vendor: Vendor | str) -> None:
        """Serve a vendor again, on the same port."""
        self._call("POST", f"/vendors/{vendor}/start")

    def counters(self) -> dict[str, Any]:
        """Return `requests` by vendor and endpoint, `replies` by vendor and status, `totals` by vendor."""
        return dict(self._call("GET", "/counters"))

    def reset_counters(self) -> None:
        """Count from zero."""
        self._call("DELETE", "/counters")

    def advance(self) -> None:
        """Let every account live up to the clock: fills, expirations, settlements."""
        self._call("POST", "/advance")

    def account(self, number: str) -> dict[str, Any]:
        """Return orders, positions, cash, and live orders by tag of an account, as they truly are."""
        return dict(self._call("GET", f"/accounts/{number}"))

    def journal(self, number: str) -> list[dict[str, Any]]:
        """Return everything that ever happened to an account, in order."""
        return list(self._call("GET", f"/accounts/{number}/journal"))

    def act(self, number: str, action: str, **given: Any) -> dict[str, Any]:  # noqa: ANN401
        """Do to an account what no client of ours did: `trade`, `assign`, `cash`, `type`, `fill`, `reject`."""
        return dict(self._call("POST", f"/accounts/{number}/{action}", given))

    def _call(self, method: str, path: str, body: Any = None) -> Any:  # noqa: ANN401
        reply = self._http.request(method, path, json=body)
        if reply.status_code != httpx.codes.OK:
            raise ValueError(reply.json().get("error", reply.text))
        return reply.json()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
