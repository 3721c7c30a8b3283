"""When the demo looks at the market: the ticks of each session, and the closer looks while positions are open."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from infra.local.errors import LocalStageError
from shared.backtest.history import WARM_UP_SESSIONS, History
from shared.domain.sessions import Session, session, sessions_between
from shared.domain.vocabulary import Bot

FIRST_TICK = timedelta(minutes=5)
AFTER_CLOSE = timedelta(minutes=35)
LAST_TICK = timedelta(minutes=16)
IV_SESSIONS = 252
DEFAULT_FIRST = date(2017, 10, 2)
DEFAULT_LAST = date(2018, 3, 29)
DEFAULT_SEED = 13
DEFAULT_STEP = 60
FLIP_AT = 0.7
FLIPPED_SESSIONS = 2
SESSIONS_FOR_FLIPS = 4


@dataclass(frozen=True, kw_only=True)
class DemoPlan:
    """What to replay: New York dates, both included; the seed of the intraday paths; minutes between ticks."""

    first_day: date = DEFAULT_FIRST
    last_day: date = DEFAULT_LAST
    seed: int = DEFAULT_SEED
    step_minutes: int = DEFAULT_STEP
    bots: tuple[Bot, ...] = tuple(Bot)

    def __post_init__(self) -> None:
        """Refuse what the history cannot show.

        Raises:
            LocalStageError: it names the value and the remedy.
        """
        sessions = History.embedded().days
        earliest, latest = sessions[max(IV_SESSIONS, WARM_UP_SESSIONS)], sessions[-1]
        for option, day in (("--from", self.first_day), ("--to", self.last_day)):
            if not earliest <= day <= latest:
                raise LocalStageError(
                    f"{option} {day} is outside the embedded history", f"choose a date from {earliest} to {latest}"
                )
        if self.first_day > self.last_day:
            raise LocalStageError(f"--from {self.first_day} lies after --to {self.last_day}", "swap the two dates")
        if not 1 <= self.step_minutes <= 60:
            raise LocalStageError(f"--step {self.step_minutes} is no step", "give 1 to 60 minutes")
        if not self.days:
            raise LocalStageError(
                f"no session from {self.first_day} to {self.last_day}", "choose days on which the market is open"
            )

    @property
    def days(self) -> tuple[date, ...]:
        """The sessions to replay."""
        return sessions_between(self.first_day, self.last_day)

    def ticks(self, day: date) -> tuple[datetime, ...]:
        """Return the moments of a session at which data is collected and decided: the middles of its steps."""
        hours, step = _hours(day), timedelta(minutes=self.step_minutes)
        at, found = hours.opens_at + max(step / 2, FIRST_TICK), []
        while at <= hours.closes_at - LAST_TICK:
            found.append(at)
            at += step
        return tuple(found)

    def looks(self, day: date) -> tuple[datetime, ...]:
        """Return the moments between ticks at which open positions are looked after: in every other gap."""
        hours = _hours(day)
        halfway = [at + timedelta(minutes=self.step_minutes) / 2 for at in self.ticks(day)[::2]]
        return tuple(at for at in halfway if at < hours.closes_at)

    def evening(self, day: date) -> datetime:
        """Return the moment after the close at which what expired is settled."""
        return _hours(day).closes_at + AFTER_CLOSE

    @property
    def flips(self) -> tuple[date, date] | None:
        """The sessions on which the script sets the breaker to REDUCING and back to ACTIVE; None in a short run."""
        days = self.days
        if len(days) < SESSIONS_FOR_FLIPS:
            return None
        start = int(FLIP_AT * len(days))
        return days[start], days[min(start + FLIPPED_SESSIONS, len(days) - 1)]


def _hours(day: date) -> Session:
    hours = session(day)
    if hours is None:
        raise LocalStageError(f"{day} is no session", "choose a day on which the market is open")
    return hours
