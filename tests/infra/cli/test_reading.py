"""The commands that look, on what the real functions wrote."""

import json
from datetime import datetime, timedelta

import pytest

from shared.adapters.dynamodb.rows import decision_row
from shared.adapters.dynamodb.tables import DecisionsRow
from shared.domain.decisions import Decision, DecisionKind
from shared.domain.vocabulary import Bot, Strategy, TradingState
from tests.functions.house import ONE_LOOK, House
from tests.functions.story import MOMENTUM_TIME, PREMIUM_TIME, Chapter
from tests.infra.cli.conftest import Run, run_command

SELLER = Bot.PROMETHEUS
OPENING = Chapter.UP_FLAT.at(PREMIUM_TIME)


def minutes(house: House, count: int) -> None:
    """Let minutes pass in which every bot decides."""
    for _ in range(count):
        house.later(55).collect()
        house.later(5)
        for bot in Bot:
            house.trade(bot)


def forge(house: House, decision: Decision, **changes: object) -> None:
    """Change a stored decision behind everybody's back."""
    table = house.stage._database.table(DecisionsRow, house.laptop.names.decisions)
    decision_row(table, decision.model_copy(update=changes)).save()


def test_status_tells_the_state_in_one_screen(house: House, run: Run) -> None:
    house.enter(SELLER, OPENING)
    told = run("status")
    assert told.code == 0
    for words in (
        "AlphaGEX demo, on this laptop  2005-07-11 16:00 CEST (10:00 New York)  market open",
        "heartbeat  0 s ago",
        "breaker    ACTIVE (your switch)",
        "SPY bull put",
        "there)",
        "trading volatility",
    ):
        assert words in told.out
    answer = json.loads(run("status", "--json").out)
    (held,) = answer["positions"]["positions"]
    assert (held["bot"], held["target_mark"], answer["health"]["healthy"]) == ("PROMETHEUS", "0.42", True)


def test_status_ends_with_1_when_the_heartbeat_is_old(house: House, run: Run) -> None:
    house.morning(OPENING).collect()
    house.later(1_000)
    told = run("status")
    assert told.code == 1
    assert "! monitor last ran 1000 s ago: positions are not watched" in told.out


@pytest.mark.parametrize(
    ("bot", "moment", "prepare", "says"),
    [
        pytest.param(
            Bot.ATLAS, OPENING, {}, "the same for 3 snapshots in a row -> cash secured put", id="not yet confirmed"
        ),
        pytest.param(
            SELLER,
            OPENING,
            ONE_LOOK | {"strategies": {"BULL_PUT_SPREAD": {"min_credit": 2}}},
            "credit 2 instead of 0.850 -> bull put spread\n",
            id="credit too small, order decided on the stored chain",
        ),
        pytest.param(
            SELLER,
            OPENING,
            ONE_LOOK | {"enabled": False},
            "enabled true instead of false -> bull put spread would have been sought",
            id="switched off",
        ),
        pytest.param(
            SELLER,
            OPENING,
            ONE_LOOK | {"min_confidence": 95},
            "min_confidence 90 instead of 95 -> bull put spread",
            id="confidence",
        ),
        pytest.param(
            SELLER, OPENING, ONE_LOOK | {"sell_premium_from": 85}, "iv_rank 85.00 instead of 80.00", id="IV rank"
        ),
        pytest.param(
            Bot.SOLOMON,
            Chapter.UP_FLAT.at(MOMENTUM_TIME),
            ONE_LOOK | {"negative_gamma_vix": 30, "buy_direction_below": 0},
            "VIX 30.01 instead of 28 -> long call",
            id="VIX",
        ),
    ],
)
def test_why_names_the_nearest_change(
    house: House, run: Run, bot: Bot, moment: datetime, prepare: dict[str, object], says: str
) -> None:
    house.configure(bot, prepare)
    house.morning(moment).minute(bot)
    told = run("why", bot.lower())
    assert told.code == 0
    assert f"nearest change that would have traded: {says}" in told.out


def test_why_shows_each_gate_refusals_first_and_looks_back_in_time(house: House, run: Run) -> None:
    house.configure(SELLER, ONE_LOOK)
    house.morning(OPENING)
    house.breaker(TradingState.REDUCING)
    house.minute(SELLER)
    house.breaker(TradingState.ACTIVE)
    house.later(58).morning(OPENING + timedelta(minutes=1))
    house.minute(SELLER)
    assert "OPEN BULL_PUT_SPREAD on SPY" in run("why", "PROMETHEUS").out
    earlier = run("why", "PROMETHEUS", "--at", "2005-07-11T10:00:30")
    assert "NO ENTRY on SPY" in earlier.out
    assert earlier.out.splitlines()[3].split()[:2] == ["NO", "breaker"]
    assert "breaker ACTIVE instead of REDUCING -> bull put spread" in earlier.out


def test_every_decision_of_a_day_comes_out_again(house: House, run: Run) -> None:
    house.enter(SELLER, OPENING)
    minutes(house, 4)
    house.breaker(TradingState.REDUCING)
    house.configure(Bot.ATLAS, {"strategies": {"CASH_SECURED_PUT": {"min_credit": 500}}})
    minutes(house, 3)
    house.breaker(TradingState.ACTIVE)
    house.morning(Chapter.UP_FLAT.at(MOMENTUM_TIME))
    minutes(house, 4)
    told = run("replay", "--from", "2005-07-11", "--to", "2005-07-12")
    assert told.code == 0
    assert "0 differences" in told.out
    answer = json.loads(run("replay", "--from", "2005-07-11", "--json").out)
    assert answer["decided"] == sum(len(house.decisions(bot)) for bot in Bot)
    assert answer["decided"] + answer["repeats"] == 1 + 3 * 11
    assert (answer["not_replayable"], answer["differences"]) == ([], [])


def test_a_record_that_was_changed_is_found(house: House, run: Run) -> None:
    house.enter(SELLER, OPENING)
    (entry,) = house.decisions(SELLER, DecisionKind.ENTRY)
    forge(house, entry, how="2-leg order, 10 contracts, credit 0.90")
    told = run("replay", "--from", "2005-07-11")
    assert told.code == 1
    assert "1 difference" in told.out
    assert "10 contracts" in told.out


def test_lists_answer_people_and_machines(house: House, run: Run) -> None:
    held = house.enter(SELLER, OPENING)
    run("close", held.position_id, "--reason", "enough")
    house.later(20).monitor()
    (trade,) = json.loads(run("trades", "--json").out)["trades"]
    assert (trade["exit_reason"], trade["bot"]) == ("MANUAL", "PROMETHEUS")
    assert "1 trade shown, " in run("trades").out
    assert "no open position" in run("positions").out
    newest = json.loads(run("decisions", "--limit", "2", "--json").out)
    assert [one["kind"] for one in newest["decisions"]] == ["EXIT", "OPERATOR"]
    older = json.loads(run("decisions", "--after", newest["next"], "--json").out)["decisions"]
    assert [one["what"] for one in older] == ["OPEN BULL_PUT_SPREAD on SPY"]
    stats = json.loads(run("stats", "--json").out)["strategies"]
    assert {one["strategy"] for one in stats} == set(Strategy)
    assert json.loads(run("regime", "spy", "--json").out)["recommended_action"] == "SELL_PREMIUM"
    assert "rule 1, implied volatility is high" in run("regime").out


def test_nothing_is_coloured_in_a_pipe(house: House, run: Run) -> None:
    house.enter(SELLER, OPENING)
    for command in ("status", "why", "positions", "stats"):
        assert "\x1b" not in run(command).out


def test_help_lists_every_command() -> None:
    told = run_command("--help").out
    for command in ("status", "why", "replay", "breaker", "strategy", "close", "config", "demo"):
        assert f" {command} " in told


def test_preview_says_what_trade_would_do_and_does_nothing(house: House, run: Run) -> None:
    house.configure(SELLER, ONE_LOOK)
    house.morning(OPENING)
    told = run("preview", "prometheus")
    assert told.code == 0
    assert "PROMETHEUS would enter now" in told.out
    assert "nothing is sent" in told.out
    (answer,) = json.loads(run("preview", "PROMETHEUS", "--json").out)
    assert house.decisions(SELLER) == []
    assert house.live(SELLER).intents == ()
    house.minute(SELLER)
    (entry,) = house.decisions(SELLER)
    assert entry.how in answer["decision"]["how"]
    assert f"at a limit of {answer['order']['limit_price']} credit" in told.out
    assert "PROMETHEUS would not enter now" in run("preview", "PROMETHEUS").out
