"""The endpoints of version 1: a user name in the query, text errors, CSV unless told otherwise."""

import re
from datetime import datetime, timedelta
from typing import Any, Final

from infra.local import market_clock
from infra.local.vendors.desk import document
from infra.local.vendors.http import TEXT, Reply, Request
from infra.local.vendors.switches import Switches
from infra.local.vendors.trading_volatility import documents_1
from infra.local.vendors.trading_volatility.feed import Feed
from infra.local.vendors.trading_volatility.limits import VersionOneLimits
from infra.local.vendors.trading_volatility.replies import LIMIT_WORDS, a_day
from infra.local.vendors.trading_volatility.subject import Subject
from shared.domain import sessions

PATH: Final = re.compile(r"/api/gex/(latest|history|gammaOI|gamma|levels)")
_CSV: Final = "text/csv"
_HISTORY_DAYS: Final = 30


class VersionOne:
    """Answers the calls of version 1."""

    def __init__(self, feed: Feed, switches: Switches, user: str) -> None:
        """Publish this feed to this user."""
        self._feed = feed
        self._switches = switches
        self._user = user
        self._limits = VersionOneLimits()

    def answer(self, name: str, request: Request, now: datetime) -> Reply:
        """Answer /gex/{name}."""
        if self._switches["trading_volatility.v1"] == "dead" or request.query.get("username") != self._user:
            return Reply(403, "User not authorized", TEXT)
        faithful = self._switches["trading_volatility.v1_limit"] == "faithful"
        if faithful and not self._limits.admits(name, request.query, now):
            return Reply(200, LIMIT_WORDS, TEXT)
        ticker = request.query.get("ticker", "")
        subject = self._feed.subject(ticker, now)
        if name == "history":
            return self._history(subject, request)
        return document({ticker: self._row(name, subject, request)})

    def _row(self, name: str, subject: Subject, request: Request) -> Any:  # noqa: ANN401
        match name:
            case "latest":
                return documents_1.latest(subject, self._separator())
            case "levels":
                return documents_1.levels(subject)
            case _:
                exp = request.query.get("exp", "combined")
                wanted = {"1": "nearest", "2": "second"}.get(exp, exp)
                return documents_1.gamma_array(subject, self._feed.points(subject, wanted), self._separator())

    def _history(self, subject: Subject, request: Request) -> Reply:
        today = sessions.new_york_date(subject.asof)
        start = a_day(request.query.get("start")) or today - timedelta(days=_HISTORY_DAYS)
        end = a_day(request.query.get("end")) or today
        closes = self._feed.closes(subject.ticker, market_clock.wall(start, sessions.OPENING_TIME), subject.asof)
        rows = [
            documents_1.past(row, self._separator())
            for row in closes
            if start <= sessions.new_york_date(row.asof) <= end
        ]
        if request.query.get("format") == "json":
            return document({subject.ticker: rows})
        return Reply(200, documents_1.as_csv(rows), _CSV)

    def _separator(self) -> str:
        return " " if self._switches["trading_volatility.v1_dates"] == "blank" else "_"
