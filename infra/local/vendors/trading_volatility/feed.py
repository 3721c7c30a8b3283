"""What is published at this moment: the last publication, unless the feed stands still."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from infra.local.vendors.faults import FaultBook, FaultKind, Vendor
from infra.local.vendors.market_view import UNDERLYINGS, MarketView
from infra.local.vendors.trading_volatility.replies import Refusal, a_day, bad_request, not_found
from infra.local.vendors.trading_volatility.subject import Point, Subject, Subjects
from shared.domain import sessions


class Feed:
    """Both versions publish from it."""

    def __init__(self, view: MarketView, faults: FaultBook) -> None:
        """Publish this market."""
        self.subjects = Subjects(view)
        self._faults = faults
        self._frozen_at: datetime | None = None

    def asof(self, now: datetime) -> datetime:
        """Return the feed's own time: the last publication, or the one at which it froze."""
        published = self.subjects.published(now)
        if not self.struck(FaultKind.GEX_FROZEN):
            self._frozen_at = None
            return published
        self._frozen_at = self._frozen_at or published
        return min(self._frozen_at, published)

    def struck(self, kind: FaultKind) -> bool:
        """Tell whether a fault of this kind strikes now."""
        return self._faults.strike((kind,), Vendor.TRADING_VOLATILITY) is not None

    def subject(self, ticker: str, now: datetime) -> Subject:
        """Return a ticker as last published."""
        subject = self.subjects.find(ticker, self.asof(now))
        if subject is None:
            raise Refusal(not_found())
        return subject

    def points(self, subject: Subject, wanted: str) -> Sequence[Point]:
        """Return the exposure by strike of `combined` or of one named expiration."""
        if wanted == "combined":
            return subject.points
        listed = self.subjects.expirations(listed_ticker(subject), subject.asof)
        monthly = next((day for day in listed if sessions.is_monthly_expiration(day)), listed[0])
        named = {"nearest": listed[0], "second": listed[1], "first_weekly": listed[0], "first_monthly": monthly}
        day = named.get(wanted) or a_day(wanted)
        if day not in listed:
            raise bad_request(f"Unknown expiration {wanted}")
        return self.subjects.points_of(listed_ticker(subject), day, subject.asof)

    def closes(self, ticker: str, start: datetime, end: datetime) -> list[Subject]:
        """Return the last publication of each finished session of a span."""
        days = sessions.sessions_between(sessions.new_york_date(start), sessions.new_york_date(end))
        found = []
        for day in days:
            session = sessions.session(day)
            if session is None or session.closes_at >= end:
                continue
            subject = self.subjects.find(ticker, session.closes_at - timedelta(minutes=1))
            if subject is not None:
                found.append(subject)
        return found


def listed_ticker(subject: Subject) -> str:
    """Return the ticker whose chains stand behind a subject: its own, or SPY's for a demonstration."""
    return subject.ticker if subject.ticker in UNDERLYINGS else "SPY"
