"""How often a minute asks DynamoDB: every request is paid, and each waits for an answer."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time
from typing import Any

import pytest

from shared.domain.vocabulary import Bot
from tests.functions.house import House
from tests.functions.story import Chapter

MORNING = Chapter.UP_FLAT.at(time(11, 0))
BOTS = len(Bot)
COLLECT, TRADE, MONITOR = 3, 4, 2 * BOTS + 1


@contextmanager
def requests_of(house: House, function: str) -> Iterator[Counter[str]]:
    """Count what a function sends to DynamoDB, its retries too."""
    client: Any = house.module(function)._stage()._database.connection.client
    sent: Counter[str] = Counter()

    def count(event_name: str, **_: object) -> None:
        sent[event_name.rpartition(".")[2]] += 1

    client.meta.events.register("before-send.dynamodb", count)
    try:
        yield sent
    finally:
        client.meta.events.unregister("before-send.dynamodb", count)


def a_flat_minute(house: House, bot: Bot) -> None:
    """Everything has run before, nothing is held, and the bot has no reason to enter."""
    house.morning(MORNING)
    house.configure(bot, {"enabled": False})
    for _ in range(2):
        house.later(60).collect()
        house.trade(bot)
    house.monitor()


def test_collect_stores_a_minute_in_three_requests(house: House) -> None:
    a_flat_minute(house, Bot.PROMETHEUS)
    house.later(60)
    with requests_of(house, "collect") as sent:
        assert house.collect() == {"snapshots": 2, "valid": 2}
    assert 0 < sent.total() <= COLLECT, sent


@pytest.mark.parametrize("bot", Bot)
def test_trade_stays_flat_in_four_requests_a_bot(house: House, bot: Bot) -> None:
    a_flat_minute(house, bot)
    house.later(60).collect()
    event = house.event(bot)
    with requests_of(house, "trade") as sent:
        assert house.trade(bot, event) == {"decisions": 1, "entries": 0}
    assert 0 < sent.total() <= TRADE, sent
    with requests_of(house, "trade") as again:
        assert house.trade(bot, {"bot": bot.value}) == {"decisions": 0, "entries": 0}
    assert sent.total() + again.total() <= TRADE, (sent, again)


def test_monitor_without_positions_needs_two_requests_a_bot_and_one(house: House) -> None:
    a_flat_minute(house, Bot.PROMETHEUS)
    house.later(60)
    with requests_of(house, "monitor") as sent:
        assert house.monitor() == {"rounds": 1, "live": 0}
    assert 0 < sent.total() <= MONITOR, sent


def test_a_position_in_a_paper_account_costs_one_request_more(house: House) -> None:
    """The account is read once for its orders, holdings and balances; the breaker once for all."""
    house.enter(Bot.PROMETHEUS, MORNING.replace(hour=10))
    house.later(60).monitor()
    house.later(60)
    with requests_of(house, "monitor") as sent:
        assert house.monitor() == {"rounds": 1, "live": 1}
    assert sent == {"Query": BOTS + 1, "GetItem": 1, "PutItem": 1}
