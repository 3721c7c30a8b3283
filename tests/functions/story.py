"""The scripted market of these tests: chapters of a year each, every one with a trend before and a move after."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from shared.backtest.history import Bar
from shared.backtest.paths import Knot
from shared.backtest.rows import GammaCurve, ModelQuote
from shared.backtest.scripted import GammaCue, Prelude, ScriptedMarket
from shared.domain.sessions import NEW_YORK, new_york_date, next_session, previous_session

LEVEL: Final = 2700.0
MOVE: Final = 0.08
MOVE_DAYS: Final = timedelta(days=4)
DAYS_PLAYED: Final = timedelta(days=60)
HIGH_VIX, NERVOUS_VIX, LOW_VIX, SHOCK_VIX, CALM_VIX = 18.0, 26.0, 12.0, 28.0, 11.0
SPY_GEX, SPX_GEX = 9e8, 4e9

PREMIUM_TIME: Final = time(10, 0)
"""From here IV rank is 80 and gamma positive: rule 1."""
DIRECTION_TIME: Final = time(11, 0)
"""From here IV rank is 20 and gamma neutral: rule 3, where there is a trend."""
MOMENTUM_TIME: Final = time(13, 0)
"""From here gamma is negative, the VIX above 20 and the flip 2 % above the price: rule 2."""


class Chapter(StrEnum):
    """What was before the entry day, and what comes after it."""

    UP_RALLY = "up, then a rally"
    UP_CRASH = "up, then a crash"
    UP_FLAT = "up, then nothing"
    DOWN_RALLY = "down, then a rally"
    DOWN_CRASH = "down, then a crash"
    DOWN_FLAT = "down, then nothing"
    RANGE_CRASH = "a range, then a crash"
    RANGE_FLAT = "a range, then nothing"

    @property
    def day(self) -> date:
        """The entry day: the first session after July 10th of a year of its own."""
        return next_session(date(2001 + 2 * list(Chapter).index(self), 7, 10))

    def at(self, wall: time, days: int = 0) -> datetime:
        """Return a New York time of the entry day, or of the first session so many days later."""
        day = self.day + timedelta(days=days)
        return datetime.combine(next_session(day - timedelta(days=1)), wall, NEW_YORK)

    def market(self) -> ScriptedMarket:
        """Play the chapter."""
        start, after = self.at(time(9, 30)), self.at(time(9, 30), 1)
        return ScriptedMarket(
            spot=(
                Knot(start, LEVEL),
                Knot(self.at(time(16)), LEVEL),
                Knot(after + MOVE_DAYS, LEVEL * self._move()),
                Knot(after + DAYS_PLAYED, LEVEL * self._move()),
            ),
            vix=self._vix(after),
            prelude=Prelude(spot_from=LEVEL * self._before()),
            gamma=tuple(
                GammaCue(self.at(at), underlying, share * full, LEVEL / divisor * flip)
                for underlying, full, divisor in (("SPY", SPY_GEX, 10), ("SPX", SPX_GEX, 1))
                for at, share, flip in (
                    (time(9, 30), 1.0, 0.98),
                    (DIRECTION_TIME, 0.1, 0.98),
                    (MOMENTUM_TIME, -1.0, 1.02),
                    (time(15), 0.1, 0.98),
                )
            ),
        )

    def _vix(self, after: datetime) -> tuple[Knot, ...]:
        """A condor's smallest credit of a dollar is only to be had in a nervous range, and only while it lasts."""
        end = (Knot(after + MOVE_DAYS, self._vix_after()), Knot(after + DAYS_PLAYED, self._vix_after()))
        start = self.at(time(9, 30))
        if self.startswith("a range"):
            return (Knot(start, NERVOUS_VIX), Knot(self.at(time(16)), NERVOUS_VIX), *end)
        return (
            Knot(start, HIGH_VIX),
            Knot(self.at(time(10, 30)), HIGH_VIX),
            Knot(self.at(DIRECTION_TIME), LOW_VIX),
            Knot(self.at(time(12, 30)), LOW_VIX),
            Knot(self.at(MOMENTUM_TIME), SHOCK_VIX),
            Knot(self.at(time(15)), SHOCK_VIX),
            Knot(self.at(time(16)), LOW_VIX),
            *end,
        )

    def _before(self) -> float:
        return {"up": 0.9, "down": 1.1, "a range": 1.0}[self.split(",")[0]]

    def _move(self) -> float:
        size = 2 * MOVE if self.startswith("a range") else MOVE
        return {"a rally": 1 + size, "a crash": 1 - size, "nothing": 1.0}[self.split("then ")[1]]

    def _vix_after(self) -> float:
        return {"a rally": LOW_VIX, "a crash": SHOCK_VIX, "nothing": CALM_VIX}[self.split("then ")[1]]


class Story:
    """All chapters as one market; each is made when it is first looked at."""

    def __init__(self) -> None:
        self._played: dict[Chapter, ScriptedMarket] = {}

    def _on(self, day: date) -> ScriptedMarket:
        chapter = min(Chapter, key=lambda one: abs((one.day - day).days + 150))
        if chapter not in self._played:
            self._played[chapter] = chapter.market()
        return self._played[chapter]

    def _at(self, at: datetime) -> ScriptedMarket:
        return self._on(new_york_date(at))

    def spot(self, underlying: str, at: datetime) -> float:
        return self._at(at).spot(underlying, at)

    def vix(self, at: datetime) -> float:
        return self._at(at).vix(at)

    def expirations(self, underlying: str, on: date) -> Sequence[date]:
        return self._on(on).expirations(underlying, on)

    def chain(self, underlying: str, expiration: date, at: datetime) -> Sequence[ModelQuote]:
        return self._at(at).chain(underlying, expiration, at)

    def option_quote(self, option_symbol: str, at: datetime) -> ModelQuote | None:
        return self._at(at).option_quote(option_symbol, at)

    def daily_bars(self, symbol: str, start: date, end: date) -> Sequence[Bar]:
        return self._on(end).daily_bars(symbol, start, end)

    def session_bar(self, symbol: str, at: datetime) -> Bar:
        return self._at(at).session_bar(symbol, at)

    def official_close(self, underlying: str, day: date) -> float:
        return self._on(day).official_close(underlying, day)

    def gamma_curve(self, underlying: str, at: datetime) -> GammaCurve:
        return self._at(at).gamma_curve(underlying, at)


def session_before(day: date, count: int) -> date:
    """Return the session so many sessions before a day."""
    for _ in range(count):
        day = previous_session(day)
    return day
