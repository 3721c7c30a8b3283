"""A session of the demo, traded by the functions on the embedded AWS and once more by the runner: no byte differs."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from infra.local.demo.laptop import Laptop
from infra.local.demo.market import embedded_market
from infra.local.demo.plan import DemoPlan
from infra.local.demo.replay import AFTER_COLLECT, Replay
from infra.local.demo.sandboxes import Sandboxes
from infra.local.demo.summary import AlertLine
from infra.local.recording import Recording, record
from shared.adapters.dynamodb.documents import decode_document, encode_document
from shared.backtest.rows import Wanted
from shared.backtest.runner.run import Runner
from shared.domain.config import SystemConfig, bot_config
from shared.domain.decisions import DecisionKind
from shared.domain.market import Snapshot
from shared.domain.options import OptionQuote
from shared.domain.values import Value
from shared.domain.vocabulary import Bot

BOT = Bot.SOLOMON
PLAN = DemoPlan(first_day=date(2018, 2, 5), last_day=date(2018, 2, 5), bots=(BOT,))
"""The day of the crash, looked at by the hour."""
AT_ONCE = {
    "exits": {"near_edge": "0"},
    "rails": {"confirmations": 1},
    "strategies": {"LONG_CALL": {"profit_target": "0.10"}},
}
"""A document under which one session holds an entry, a close at the target and an entry after it."""
MONITOR_SECONDS = 25


class Nobody:
    """A screen that nobody looks at."""

    def advance(self, at: datetime, spx: Decimal, vix: Decimal, equity: Decimal) -> None:
        """Show nothing."""

    def alert(self, line: AlertLine) -> None:
        """Show nothing."""

    def note(self, text: str) -> None:
        """Show nothing."""


class SameMarket:
    """The very vendors and snapshots of a demo, asked once more at the moments of a runner."""

    days = PLAN.days

    def __init__(self, laptop: Laptop) -> None:
        self._laptop = laptop
        self._vendor = laptop.stage.market_data

    def snapshot(self, underlying: str, at: datetime) -> Snapshot:
        found = self._laptop.stage.snapshots.get(underlying, at)
        assert found is not None
        return found

    def expirations(self, underlying: str, on: date) -> tuple[date, ...]:
        return self._vendor.expirations(underlying)

    def option_chain(
        self, underlying: str, expiration: date, at: datetime, wanted: Wanted | None = None
    ) -> tuple[OptionQuote, ...]:
        self._laptop.clock.set(at)
        return self._vendor.option_chain(underlying, expiration)

    def option_quotes(self, option_symbols: Sequence[str], at: datetime) -> Mapping[str, OptionQuote]:
        self._laptop.clock.set(at)
        return self._vendor.option_quotes(option_symbols) if option_symbols else {}

    def spot(self, underlying: str, at: datetime) -> Decimal:
        self._laptop.clock.set(at)
        last = self._vendor.quotes([underlying])[underlying].last
        assert last is not None
        return last

    def official_close(self, underlying: str, day: date) -> Decimal | None:
        bars = self._vendor.daily_bars(underlying, day, day)
        return bars[0].close if bars else None


class Both(NamedTuple):
    """What the demo left in its tables, and the runner that went the same way."""

    demo: Recording
    runner: Runner


@pytest.fixture(scope="module")
def both() -> Iterator[Both]:
    (day,) = PLAN.days
    first = PLAN.ticks(day)[0]
    with (
        Sandboxes("trade", 1) as traders,
        Laptop(embedded_market(PLAN.seed, first), first, document=json.dumps(AT_ONCE)) as laptop,
    ):
        traders.open(laptop.environment)
        laptop.invoke("monitor", {})  # which takes the breaker's switch over; until then nothing is entered
        replay = Replay(laptop, traders, PLAN, Nobody())
        replay.run()
        assert replay.errors == []
        demo = record(laptop, PLAN)
        runner = Runner(
            bot_config(BOT, AT_ONCE),
            SystemConfig(),
            SameMarket(laptop),
            keeps_all=True,
            monitor_seconds=MONITOR_SECONDS,
        )
        go_the_same_way(runner, day)
        yield Both(demo, runner)


def go_the_same_way(runner: Runner, day: date) -> None:
    """Visit a session as the demo does."""
    ticks = PLAN.ticks(day)
    now = ticks[0]
    for at in sorted({*ticks, *PLAN.looks(day)}):
        now = max(at, now)
        if at in ticks:
            now = at + AFTER_COLLECT
            for underlying in runner.config.underlyings:
                runner.decide(runner.market.snapshot(underlying, at), now)
        if at == ticks[0] or runner.book.live(BOT).positions:
            now = runner.monitor(now)


def as_stored(values: Iterable[Value]) -> list[Any]:
    """Return values as a table gives them back, in one order: it keeps no zeros at the end of a number."""
    documents = (decode_document(encode_document(one)) for one in values)
    return sorted(json.dumps(one, sort_keys=True, default=str) for one in documents)


def test_the_session_holds_what_there_is_to_compare(both: Both) -> None:
    kinds = [one.kind for one in both.demo.decisions]
    assert kinds.count(DecisionKind.ENTRY) >= 2
    assert kinds.count(DecisionKind.EXIT) == 1
    assert kinds.count(DecisionKind.NO_ENTRY) >= 2


def test_the_decisions_are_the_same(both: Both) -> None:
    assert as_stored(both.runner.book.decisions.values()) == as_stored(both.demo.decisions)


def test_the_fills_are_the_same(both: Both) -> None:
    assert as_stored(both.runner.book.trades) == as_stored(both.demo.trades)
    assert as_stored(both.runner.book.live(BOT).positions) == as_stored(
        one for one in both.demo.positions if not one.state.is_final
    )
