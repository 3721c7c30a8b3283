"""What a page that asks ten questions at once reads once: answers kept for a moment, and the past for good."""

import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import chain, groupby
from threading import Lock
from typing import Any, Final, TypeVar, cast

from shared.domain.book import LiveState, Trip
from shared.domain.decisions import Decision
from shared.domain.market import Snapshot
from shared.domain.options import OptionQuote
from shared.domain.positions import ClosedTrade
from shared.domain.sessions import new_york_date
from shared.domain.statistics import StrategyStatistics
from shared.domain.vocabulary import Bot, Strategy, TradingMode
from shared.views.sources import OptionQuotes, Sources
from shared.views.trades import YEAR

MOMENT_SECONDS: Final = 1.0
"""Shorter than anybody looks twice; the page asks anew every 15 seconds."""
SINCE: Final = YEAR + timedelta(days=1)
"""Closed trades are read so far back whoever asks, so that one reading serves all."""

_Session = tuple[str, date, tuple[datetime, ...]]
"""Moments of one New York date of one underlying."""
_Answer = TypeVar("_Answer")
Elapsed = Callable[[], float]


@dataclass
class _Kept:
    """One answer; whoever asks for it while it is sought waits for it."""

    lock: Lock = field(default_factory=Lock)
    value: Any = None
    until: float = float("-inf")


class Memory:
    """Answers by question, each for its time."""

    def __init__(self, elapsed: Elapsed = time.monotonic) -> None:
        """Tell seconds by this."""
        self._elapsed = elapsed
        self._guard = Lock()
        self._kept: dict[Hashable, _Kept] = {}

    def answer(self, question: Hashable, ask: Callable[[], _Answer], seconds: float = MOMENT_SECONDS) -> _Answer:
        """Return the kept answer, or ask; an error is told to who asked and never kept."""
        with self._guard:
            kept = self._kept.setdefault(question, _Kept())
        with kept.lock:
            if self._elapsed() >= kept.until:
                kept.value = ask()
                kept.until = self._elapsed() + seconds
            return cast("_Answer", kept.value)

    def forget(self) -> None:
        """Let everything be asked anew."""
        with self._guard:
            self._kept.clear()


def remembered(sources: Sources, memory: Memory) -> Sources:
    """Return the same stage, read through a memory."""
    reader = _Reader(sources, memory)
    return replace(
        sources,
        parameters=lambda: memory.answer("parameters", sources.parameters),
        book=reader,
        decisions=reader,
        snapshots=reader,
        history=reader,
        trips=reader,
        heartbeat=reader,
        quotes=lambda: _Quotes(sources, memory),
    )


@dataclass(frozen=True)
class _Quotes(OptionQuotes):
    """The quotes of the open legs."""

    sources: Sources
    memory: Memory

    def option_quotes(self, option_symbols: Sequence[str]) -> Mapping[str, OptionQuote]:
        """Return what was found, by OCC symbol."""
        ask = partial(self.sources.quotes().option_quotes, option_symbols)
        return self.memory.answer(("quotes", tuple(option_symbols)), ask)


@dataclass(frozen=True)
class _Reader:
    """All that is read of the tables."""

    sources: Sources
    memory: Memory
    past: dict[_Session, tuple[Snapshot, ...]] = field(default_factory=dict)

    def live(self, bot: Bot) -> LiveState:
        """Return all that is live of a bot."""
        return self.memory.answer(("live", bot), partial(self.sources.book.live, bot))

    def of_day(self, bot: Bot, day: date) -> tuple[Decision, ...]:
        """Return a bot's decisions of a New York date, oldest first."""
        return self.memory.answer(("decisions", bot, day), partial(self.sources.decisions.of_day, bot, day))

    def latest(self, underlying: str) -> Snapshot | None:
        """Return the newest snapshot."""
        return self.memory.answer(("latest", underlying), partial(self.sources.snapshots.latest, underlying))

    def at_moments(self, underlying: str, moments: Sequence[datetime]) -> tuple[Snapshot, ...]:
        """Return the snapshots of these minutes or of shortly before, oldest first; a past session is read once."""
        today = new_york_date(self.sources.clock.now())
        asked = {(underlying, day, tuple(own)): day for day, own in groupby(moments, new_york_date)}
        unread = [session for session in asked if session not in self.past]
        found = self.sources.snapshots.at_moments(underlying, [at for _, _, own in unread for at in own])
        read = {day: tuple(own) for day, own in groupby(found, lambda one: new_york_date(one.at))}
        fresh = {session: read.get(asked[session], ()) for session in unread}
        self.past.update({session: own for session, own in fresh.items() if asked[session] < today})
        return tuple(chain.from_iterable(fresh.get(one) or self.past.get(one, ()) for one in asked))

    def closed_trades(self, mode: TradingMode, strategy: Strategy, since: datetime) -> tuple[ClosedTrade, ...]:
        """Return the trades closed since a moment, oldest first."""
        earliest = self.sources.clock.now() - SINCE
        if since < earliest:
            return self.sources.history.closed_trades(mode, strategy, since)
        ask = partial(self.sources.history.closed_trades, mode, strategy, earliest)
        found = self.memory.answer(("trades", mode, strategy), ask)
        return tuple(one for one in found if one.closed_at >= since)

    def all_statistics(self, mode: TradingMode) -> Mapping[Strategy, StrategyStatistics]:
        """Return the stored statistics of a mode."""
        return self.memory.answer(("statistics", mode), partial(self.sources.history.all_statistics, mode))

    def read(self, bot: Bot) -> tuple[Trip, ...]:
        """Return the trips that concern a bot."""
        return self.memory.answer(("trips", bot), partial(self.sources.trips.read, bot))

    def last(self) -> tuple[datetime, Mapping[str, str]] | None:
        """Return the last beat."""
        return self.memory.answer("beat", self.sources.heartbeat.last)
