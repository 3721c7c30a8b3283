"""Rate limits: a count per token and group, in windows of a minute that begin with their first call."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from infra.local.vendors.http import Request

WINDOW: Final = timedelta(minutes=1)
GENEROUS: Final = 1_000_000
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
            ("X-Ratelimit-Available", str(allowed - window.used)),
            ("X-Ratelimit-Expiry", str(round(window.expires_at.timestamp() * 1000))),
        )
        return passes, window.expires_at, headers


def group_of(request: Request) -> str:
    """Return the group whose limit a call counts against."""
    if "/markets/" in request.path:
        return "market"
    if request.method in TRADING_METHODS and "/orders" in request.path:
        return "trading"
    return "standard"
