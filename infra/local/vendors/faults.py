"""Faults on demand: each has a kind, a scope, a count, and is spent as it strikes."""

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from infra.local.vendors.http import Request
from infra.local.vendors.market import Clock


class Vendor(StrEnum):
    """Who is simulated; Tradier has two hosts."""

    TRADIER = "tradier"
    TRADIER_SANDBOX = "tradier_sandbox"
    POLYGON = "polygon"
    TRADING_VOLATILITY = "trading_volatility"


class FaultKind(StrEnum):
    """What can go wrong."""

    LOST_RESPONSE = "lost_response"
    """The request is carried out, then the line is cut."""
    TIMEOUT = "timeout"
    """No answer for `seconds`; `accepted` says whether the request is carried out."""
    ERROR_BEFORE = "error_before"
    """`status` and `body` instead of carrying it out."""
    ERROR_AFTER = "error_after"
    """`status` and `body` after carrying it out."""
    CONNECTION_CUT = "connection_cut"
    """The line is cut before anything is done."""
    ORDERS_OUTAGE = "orders_outage"
    """Placing, modifying and cancelling answer 500, previews 400, reads are fine."""
    WRONG_HOST = "wrong_host"
    TOKEN_EXPIRED = "token_expired"
    DATASTORE_ERROR = "datastore_error"
    FOREIGN_ACCOUNT = "foreign_account"
    HTML_PAGE = "html_page"
    """200 with a page; `accepted` says whether the request is carried out."""
    EMPTY_BODY = "empty_body"
    """`status` (200) and nothing; `accepted` says whether the request is carried out."""
    GARBAGE = "garbage"
    """200 with the answer cut in the middle."""
    RATE_LIMITED = "rate_limited"
    LAST_CALL = "last_call"
    """Tradier answers, and its headers say that the window is used up for `seconds`."""
    NOT_MODIFIED = "not_modified"
    NO_ID = "no_id"
    """An order is accepted, its acknowledgement has no id."""
    RISK_REFUSAL = "risk_refusal"
    """An order is refused with 200 and `codes`."""

    LATE_REJECTION = "late_rejection"
    """An accepted order is rejected with `reason` after `seconds`; `status` may also be `error`."""
    HIDDEN_ORDER = "hidden_order"
    """An accepted order is visible after `seconds`."""
    FILLED_WITHOUT_PRICES = "filled_without_prices"
    """A filled order shows no prices for `seconds` and `reads`."""
    PARTIAL_FILL = "partial_fill"
    """An order fills `contracts`, the rest `seconds` later, or never without them."""
    NO_FILL = "no_fill"
    """An order is never filled."""
    LAGGING_STATUS = "lagging_status"
    """An order shows its former status for `seconds` and `reads` after its legs are filled."""
    FILL_ON_CANCEL = "fill_on_cancel"
    """The fill (of `contracts`, or all) wins the race against a cancel."""
    FILL_ON_REPLACE = "fill_on_replace"
    """The fill wins the race against a modification."""
    SLOW_CANCEL = "slow_cancel"
    """An acknowledged cancel takes effect after `seconds`."""
    EMPTY_ORDER_LIST = "empty_order_list"
    POSITIONS_ERROR = "positions_error"

    QUOTE_MISSING = "quote_missing"
    QUOTE_CROSSED = "quote_crossed"
    QUOTE_ZERO = "quote_zero"
    QUOTE_NAN = "quote_nan"
    QUOTE_NEGATIVE = "quote_negative"
    QUOTE_STALE = "quote_stale"
    """The quote's own time is `seconds` in the past."""
    QUOTE_WRONG_SYMBOL = "quote_wrong_symbol"
    GREEKS_MISSING = "greeks_missing"

    GEX_FROZEN = "gex_frozen"
    """The feed's own time and values stay as they were."""
    GEX_GARBAGE = "gex_garbage"
    GEX_EMPTY_POINTS = "gex_empty_points"


QUOTE_FAULTS = frozenset(kind for kind in FaultKind if kind.startswith("quote_")) | {FaultKind.GREEKS_MISSING}
GEX_FAULTS = frozenset({FaultKind.GEX_FROZEN, FaultKind.GEX_GARBAGE, FaultKind.GEX_EMPTY_POINTS})
ACCEPTANCE_FAULTS = frozenset(
    {
        FaultKind.LATE_REJECTION,
        FaultKind.HIDDEN_ORDER,
        FaultKind.FILLED_WITHOUT_PRICES,
        FaultKind.PARTIAL_FILL,
        FaultKind.NO_FILL,
        FaultKind.LAGGING_STATUS,
        FaultKind.FILL_ON_CANCEL,
        FaultKind.FILL_ON_REPLACE,
        FaultKind.SLOW_CANCEL,
    }
)
"""Faults that stick to an order at its acceptance."""
LINE_FAULTS = frozenset(FaultKind) - QUOTE_FAULTS - GEX_FAULTS - ACCEPTANCE_FAULTS - {FaultKind.EMPTY_ORDER_LIST}
"""Faults that strike a request as such."""
_ORDER_CHANGES = ("POST", "PUT", "DELETE")
_NARROWING = ("method", "path", "symbol", "tag", "preview", "skip")


@dataclass(slots=True)
class Fault:
    """One fault in waiting; `remaining` None means until it is cleared, `ends` None that no time ends it.

    `preview` says whether it is meant for previews (True), for orders (False) or for both (None).
    """

    id: int
    kind: FaultKind
    vendor: Vendor | None = None
    method: str | None = None
    path: str | None = None
    symbol: str | None = None
    tag: str | None = None
    preview: bool | None = None
    remaining: int | None = None
    skip: int = 0
    ends: datetime | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    struck: int = 0

    def seconds(self, default: float = 0.0) -> float:
        """The `seconds` parameter."""
        return float(self.parameters.get("seconds", default))

    def flag(self, name: str) -> bool:
        """A parameter that is true or false."""
        return bool(self.parameters.get(name, False))

    def spend(self) -> bool:
        """Strike once; False while the first `skip` occasions are let pass."""
        if self.skip:
            self.skip -= 1
            return False
        self.struck += 1
        if self.remaining is not None:
            self.remaining -= 1
        return True


class FaultBook:
    """The faults in waiting, in the order they were injected."""

    def __init__(self, clock: Clock) -> None:
        """Let what ends by itself end by this clock."""
        self._clock = clock
        self._ids = itertools.count(1)
        self._faults: dict[int, Fault] = {}

    def inject(self, kind: str, **scope: Any) -> Fault:  # noqa: ANN401
        """Add a fault.

        `vendor`, `method`, `path` (a regular expression), `symbol`, `tag`, `preview`, `skip`, `count` (None: until
        cleared) and `lasts` (seconds of the clock from now) narrow it; everything else is a parameter of its kind.

        Raises:
            ValueError: no such kind or vendor.
        """
        known = {name: scope.pop(name) for name in _NARROWING if name in scope}
        vendor, count, lasts = scope.pop("vendor", None), scope.pop("count", 1), scope.pop("lasts", None)
        fault = Fault(
            next(self._ids),
            FaultKind(kind),
            None if vendor is None else Vendor(vendor),
            remaining=count,
            ends=None if lasts is None else self._clock.now() + timedelta(seconds=lasts),
            parameters=scope,
            **known,
        )
        self._faults[fault.id] = fault
        return fault

    def clear(self, fault_id: int | None = None) -> None:
        """Forget one fault, or all."""
        if fault_id is None:
            self._faults.clear()
        else:
            self._faults.pop(fault_id, None)

    def all(self) -> list[Fault]:
        """Every fault ever injected and not cleared, spent ones too."""
        return list(self._faults.values())

    def strike_request(self, vendor: Vendor, request: Request) -> Fault | None:
        """Return the first fault that strikes this request, spent once."""
        if not self._faults:
            return None
        return self._first(fault for fault in self._of(LINE_FAULTS, vendor) if _concerns(fault, request))

    def strike(
        self, kinds: Iterable[FaultKind], vendor: Vendor, *, symbol: str | None = None, tag: str | None = None
    ) -> Fault | None:
        """Return the first fault of these kinds for this vendor, symbol and tag, spent once."""
        if not self._faults:
            return None
        return self._first(
            fault for fault in self._of(kinds, vendor) if fault.symbol in (None, symbol) and fault.tag in (None, tag)
        )

    def live(self, kinds: Iterable[FaultKind], vendor: Vendor) -> bool:
        """Tell whether any fault of these kinds is in waiting."""
        return bool(self._faults) and any(True for _ in self._of(kinds, vendor))

    def _of(self, kinds: Iterable[FaultKind], vendor: Vendor) -> Iterable[Fault]:
        wanted = frozenset(kinds)
        return (
            fault
            for fault in self._faults.values()
            if fault.kind in wanted
            and fault.vendor in (None, vendor)
            and fault.remaining != 0
            and (fault.ends is None or self._clock.now() < fault.ends)
        )

    def _first(self, faults: Iterable[Fault]) -> Fault | None:
        return next((fault for fault in faults if fault.spend()), None)


def _concerns(fault: Fault, request: Request) -> bool:
    if fault.method not in (None, request.method):
        return False
    if fault.path is not None and re.search(fault.path, request.path) is None:
        return False
    if fault.preview is not None and fault.preview is not (request.form.get("preview") == "true"):
        return False
    match fault.kind:
        case FaultKind.POSITIONS_ERROR:
            return request.path.endswith("/positions")
        case FaultKind.ORDERS_OUTAGE | FaultKind.NO_ID | FaultKind.RISK_REFUSAL:
            return request.method in _ORDER_CHANGES and "/orders" in request.path
        case _:
            return True
