"""The deployed API's handler over the tables that the other functions filled."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from typing import Any

import pytest

from infra.dashboard.bridge import event_of
from infra.local.demo.laptop import forget
from shared.domain.vocabulary import Bot, TradingState
from tests.functions.house import House
from tests.functions.story import Chapter

Ask = Callable[..., tuple[int, Any]]


@dataclass(frozen=True)
class Call:
    """The context of a call."""

    function_name: str = "api"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:api"
    aws_request_id: str = "test"


@pytest.fixture
def ask(house: House) -> Ask:
    """Ask the handler as its function URL would."""
    module = house.module("api")
    forget("api")

    def asked(target: str, **headers: str) -> tuple[int, Any]:
        reply = module.handler(event_of("GET", target, headers), Call())
        return reply["statusCode"], json.loads(reply["body"]) if reply["body"] else None

    return asked


def test_a_stage_is_read_as_the_functions_left_it(house: House, ask: Ask) -> None:
    held = house.enter(Bot.SOLOMON, Chapter.UP_RALLY.at(time(11, 5)))
    status, positions = ask("/api/positions")
    assert status == 200
    (shown,) = positions["positions"]
    assert (shown["position_id"], shown["state"]) == (held.position_id, "OPEN")
    assert shown["unpriced"] is None
    assert shown["payoff"]["now"] is not None
    _, decisions = ask("/api/decisions?bot=SOLOMON&kind=ENTRY")
    assert [one["position_id"] for one in decisions["decisions"]] == [held.position_id]
    assert all(gate["passed"] for gate in decisions["decisions"][0]["gates"])
    _, market = ask("/api/market/SPY?sessions=1")
    assert [mark["kind"] for mark in market["marks"]] == ["entry"]
    _, profile = ask("/api/gex/SPY/profile")
    assert len(profile["strikes"]) > 10
    _, regime = ask("/api/gex/SPY/regime")
    assert regime["recommended_action"] == "BUY_CALLS"
    _, health = ask("/api/health")
    assert (health["healthy"], health["bots"][2]["open_positions"]) == (True, 1)


def test_a_result_is_read_with_its_statistics(house: House, ask: Ask) -> None:
    chapter = Chapter.UP_CRASH
    house.enter(Bot.SOLOMON, chapter.at(time(11, 5)))
    house.at(chapter.at(time(11, 5), days=3)).monitor()
    house.later(10).monitor()
    house.learn()
    status, trades = ask("/api/trades")
    assert (status, len(trades["trades"])) == (200, 1)
    _, found = ask("/api/equity")
    (equity,) = found["modes"]
    assert equity["realized"] == trades["trades"][0]["pnl"]
    _, stats = ask("/api/stats")
    (row,) = [one for one in stats["strategies"] if one["window_trades"]]
    assert (row["strategy"], row["window_pnl"]) == ("LONG_CALL", equity["realized"])


def test_the_switch_is_never_read_from_a_cache(house: House, ask: Ask) -> None:
    house.at(Chapter.UP_RALLY.at(time(11, 5)))
    for state in (TradingState.ACTIVE, TradingState.HALTED, TradingState.ACTIVE):
        house.breaker(state)
        assert ask("/api/health")[1]["breaker"]["switch"] == state
