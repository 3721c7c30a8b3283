"""Rate limits: a count per token and group, in windows of a minute that begin with their first call."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from infra.local.vendors.http import Request

WINDOW: Final = timedelta(minutes=1)
GENEROUS: Final = 1_000_000
AVAILABLE: Final = "X-Ratelimit-Available"
EXPIRY: Final = "X-Ratelimit-Expiry"
TRADING_METHODS: Final = frozenset({"POST", "PUT", "DELETE"})


@dataclass(slots=True)
class _Window:
    expires_at: datetime
    used: int


class RateLimits:
    """The counts of one host."""

    def __init__(self, *, sandbox: bool) -> None:
        """Count as the sandbox (60 everywhere) or as production (120, trading 60)."""
        self._sandbox = sandbox
        self._windows: dict[tuple[str, str], _Window] = {}

    def count(
        self, token: str, request: Request, now: datetime, *, generous: bool
    ) -> tuple[bool, datetime, tuple[tuple[str, str], ...]]:
        """Count one call; return whether it may pass, the end of its window, and the four headers."""
        group = group_of(request)
        allowed = GENEROUS if generous else 60 if self._sandbox or group == "trading" else 120
        window = self._windows.get((token, group))
        if window is None or now >= window.expires_at or window.expires_at - now > WINDOW:
            window = self._windows[token, group] = _Window(now + WINDOW, 0)
        passes = window.used < allowed
        window.used += passes
        headers = (
            ("X-Ratelimit-Allowed", str(allowed)),
            ("X-Ratelimit-Used", str(window.used)),
            (AVAILABLE, str(allowed - window.used)),
            (EXPIRY, _milliseconds(window.expires_at)),
        )
        return passes, window.expires_at, headers


def used_up(expires_at: datetime) -> dict[str, str]:
    """Return the headers of a window's last call."""
    return {AVAILABLE: "0", EXPIRY: _milliseconds(expires_at)}


def _milliseconds(moment: datetime) -> str:
    return str(round(moment.timestamp() * 1000))


def group_of(request: Request) -> str:
    """Return the group whose limit a call counts against."""
    if "/markets/" in request.path:
        return "market"
    if request.method in TRADING_METHODS and "/orders" in request.path:
        return "trading"
    return "standard"
