"""What the page's server reads once: for a moment what may change, for good what is past."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Barrier

import pytest

from infra.dashboard.memory import Memory, remembered
from shared.domain.book import LiveState
from shared.domain.errors import StoreError
from shared.domain.market import Snapshot
from shared.domain.positions import ClosedTrade
from shared.domain.vocabulary import Bot, Strategy, TradingMode
from shared.views.equity import equity_view
from shared.views.health import health_view
from shared.views.market import market_view
from shared.views.trades import trades_view
from tests.builders import NOON, closed_trade, snapshot
from tests.shelf import Shelf

PAST = NOON - timedelta(days=3)


@dataclass
class CountingShelf(Shelf):
    """A stage that counts what it is asked."""

    asked: Counter[str] = field(default_factory=Counter)

    def live(self, bot: Bot) -> LiveState:
        self.asked[f"live {bot}"] += 1
        return super().live(bot)

    def closed_trades(self, mode: TradingMode, strategy: Strategy, since: datetime) -> tuple[ClosedTrade, ...]:
        self.asked[f"trades of {strategy}"] += 1
        return super().closed_trades(mode, strategy, since)

    def at_moments(self, underlying: str, moments: Sequence[datetime]) -> tuple[Snapshot, ...]:
        self.asked["moments"] += len(moments)
        return super().at_moments(underlying, moments)


class Watch:
    """Seconds that pass when they are told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def shelf() -> CountingShelf:
    return CountingShelf(snapshots=[snapshot(at=PAST), snapshot()], trades=[closed_trade(closed_at=PAST)])


def test_all_questions_of_one_moment_share_one_reading_and_get_the_same_answers() -> None:
    stage, watch = shelf(), Watch()
    sources = remembered(stage.sources(), Memory(watch))
    for ask in (equity_view, trades_view, health_view):
        assert ask(sources) == ask(shelf().sources())
    assert {count for name, count in stage.asked.items()} == {1}
    watch.now += 2
    equity_view(sources)
    assert {count for name, count in stage.asked.items()} == {2}


def test_a_past_session_is_read_once_and_today_each_time() -> None:
    stage, watch = shelf(), Watch()
    sources = remembered(stage.sources(), Memory(watch))
    first = market_view(sources, "SPY", sessions=4)
    assert first == market_view(shelf().sources(), "SPY", sessions=4)
    asked = stage.asked["moments"]
    assert market_view(sources, "SPY", sessions=4) == first
    today = stage.asked["moments"] - asked
    assert 0 < today < asked / 3


def test_whoever_asks_meanwhile_waits_for_the_one_answer() -> None:
    memory, begun, calls = Memory(Watch()), Barrier(4), Counter[str]()

    def ask() -> str:
        calls["asked"] += 1
        return "answer"

    def question(_: int) -> str:
        begun.wait(5)
        return memory.answer("q", ask)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(question, range(4))) == ["answer"] * 4
    assert calls["asked"] == 1


def test_an_error_is_told_and_not_kept_and_what_was_changed_is_asked_anew() -> None:
    memory, answers = Memory(Watch()), iter((StoreError("away"), "one", "two"))

    def ask() -> str:
        found = next(answers)
        if isinstance(found, StoreError):
            raise found
        return str(found)

    with pytest.raises(StoreError, match="away"):
        memory.answer("q", ask)
    assert [memory.answer("q", ask) for _ in range(2)] == ["one", "one"]
    memory.forget()
    assert memory.answer("q", ask) == "two"
