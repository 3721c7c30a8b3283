"""The vendor Trading Volatility: both versions behind one port."""

from datetime import datetime
from typing import Final

from infra.local.vendors.desk import CHALLENGE_PAGE, status_of
from infra.local.vendors.faults import Fault, FaultBook, FaultKind
from infra.local.vendors.http import HTML, TEXT, Reply, Request
from infra.local.vendors.market_view import MarketView
from infra.local.vendors.switches import Switches
from infra.local.vendors.trading_volatility import version_1, version_2
from infra.local.vendors.trading_volatility.feed import Feed
from infra.local.vendors.trading_volatility.replies import LIMIT_WORDS, Refusal, not_found, unauthorized

VERSION_2: Final = "/api/v2/"


class TradingVolatilityApp:
    """Answers every call of one subscriber."""

    def __init__(self, view: MarketView, switches: Switches, faults: FaultBook, key: str) -> None:
        """Publish this market to the holder of this key."""
        feed = Feed(view, faults)
        self._switches = switches
        self._old = version_1.VersionOne(feed, switches, key)
        self._new = version_2.VersionTwo(feed, switches, key)

    def endpoint(self, request: Request) -> str:
        """Name the endpoint of a call."""
        if version_1.PATH.fullmatch(request.path):
            return f"{request.method} /v1/gex"
        names = (name for name, pattern, _ in version_2.ROUTES if pattern.fullmatch(request.path))
        return f"{request.method} {next(names, 'other')}"

    def answer(self, request: Request, now: datetime) -> Reply:
        """Answer one call."""
        try:
            return self._routed(request, now)
        except Refusal as refusal:
            return refusal.reply

    def _routed(self, request: Request, now: datetime) -> Reply:
        if request.method != "GET":
            return not_found()
        old = version_1.PATH.fullmatch(request.path)
        if old:
            return self._old.answer(old[1], request, now)
        for _, pattern, answer in version_2.ROUTES:
            match = pattern.fullmatch(request.path)
            if match:
                return answer(self._new, match, request, now)
        return not_found()

    def broken(self, fault: Fault, request: Request, now: datetime) -> Reply:  # noqa: ARG002
        """Answer with a fault."""
        match fault.kind:
            case FaultKind.RATE_LIMITED if not request.path.startswith(VERSION_2):
                return Reply(200, LIMIT_WORDS, TEXT)
            case FaultKind.RATE_LIMITED:
                headers = (("Retry-After", str(int(fault.seconds(1.0)))),)
                told = self._switches["trading_volatility.retry_after"] == "seconds"
                return Reply(429, "", TEXT, headers if told else ())
            case FaultKind.WRONG_HOST | FaultKind.TOKEN_EXPIRED | FaultKind.FOREIGN_ACCOUNT:
                return unauthorized()
            case FaultKind.HTML_PAGE:
                return Reply(200, CHALLENGE_PAGE, HTML)
            case _:
                return Reply(status_of(fault, 503), "", TEXT)
