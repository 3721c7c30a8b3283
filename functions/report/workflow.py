"""Tell the day in one message."""

from dataclasses import dataclass

from shared.domain.ports import Alerts
from shared.domain.sessions import new_york_date, session
from shared.views.day import DayView, day_alert, day_view
from shared.views.sources import Sources


@dataclass(frozen=True, slots=True)
class Report:
    """The order of work after the close."""

    sources: Sources
    alerts: Alerts

    def run(self) -> DayView | None:
        """Send the summary of the session that is over; a day without one, or not yet over, says nothing."""
        now = self.sources.clock.now()
        hours = session(new_york_date(now))
        if hours is None or now < hours.closes_at:
            return None
        day = day_view(self.sources, new_york_date(now))
        self.alerts.send(day_alert(day))
        return day
