"""Going live takes two deliberate steps; a BROKEN position is a person's to decide, and so is a ledger."""

from datetime import timedelta
from decimal import Decimal

import pytest

from shared.domain.book import MovePosition, SetLedger
from shared.domain.positions import Position, PositionState
from shared.domain.sessions import new_york_date
from shared.domain.vocabulary import Bot, ExitReason, Strategy, TradingMode
from tests.functions.house import House
from tests.functions.story import PREMIUM_TIME, Chapter
from tests.infra.cli.conftest import Run

BOT = Bot.PROMETHEUS
WHY = ("--reason", "tested")


def test_live_takes_mode_and_confirmation(house: House, run: Run) -> None:
    house.morning(Chapter.UP_FLAT.at(PREMIUM_TIME))
    first = run("live", "mode", BOT, "live", "--account", "6YA00001", *WHY)
    assert "second step" in first.out
    assert house.live(BOT).confirmation is None
    second = run("live", "confirm", BOT, "--account", "6YA00001", "--yes", *WHY)
    assert (second.code, "trades LIVE" in second.out) == (0, True)
    confirmed = house.live(BOT).confirmation
    assert confirmed is not None
    assert confirmed.account_id == "6YA00001"
    assert [(one.level, one.subject) for one in house.told()] == [
        ("CRITICAL", "PROMETHEUS trades LIVE in account 6YA00001")
    ]


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        pytest.param([("live", "confirm", BOT, "--account", "6YA00001", *WHY)], "set it to live first", id="no mode"),
        pytest.param(
            [
                ("live", "mode", BOT, "live", "--account", "6YA00001", *WHY),
                ("live", "confirm", BOT, "--account", "6YA00002", "--yes", *WHY),
            ],
            "the configuration names 6YA00001",
            id="another number",
        ),
        pytest.param([("live", "mode", BOT, "live", *WHY)], "needs an account", id="no account"),
        pytest.param([("live", "mode", BOT, "live", "--account", "6YA00001")], "no reason given", id="no reason"),
    ],
)
def test_a_step_that_is_missing_or_differs_ends_in_one_line(
    house: House, run: Run, steps: list[tuple[str, ...]], words: str
) -> None:
    house.morning(Chapter.UP_FLAT.at(PREMIUM_TIME))
    ran = [run(*step) for step in steps][-1]
    assert (ran.code, words in ran.err) == (2, True), ran
    assert house.live(BOT).confirmation is None


def _broken(house: House) -> Position:
    held = house.enter(BOT, Chapter.UP_FLAT.at(PREMIUM_TIME))
    after = held.model_copy(update={"state": PositionState.BROKEN, "version": held.version + 1})
    house.stage.book.commit("break", (MovePosition(held, after),))
    return after


def test_a_broken_position_is_mended(house: House, run: Run) -> None:
    held = _broken(house)
    assert run("broken", "mend", held.position_id, *WHY).code == 0
    assert house.position(BOT).state is PositionState.OPEN


def test_a_broken_position_is_booked_with_the_cash_of_the_statement(house: House, run: Run) -> None:
    held = _broken(house)
    assert run("broken", "book", held.position_id, "--cash", "-50", *WHY).code == 0
    (trade,) = house.trades(Strategy.BULL_PUT_SPREAD)
    assert trade.exit_reason is ExitReason.MANUAL
    assert trade.pnl == held.booked_cash - held.booked_fees - 50
    assert house.live(BOT).ledger(TradingMode.PAPER).open_count == 0


def test_a_broken_position_is_booked_on_the_day_of_the_statement(house: House, run: Run) -> None:
    held = _broken(house)
    opened = new_york_date(house.clock.now())
    house.later(3 * 86_400)
    before_it, holiday = opened - timedelta(days=1), opened + timedelta(days=(5 - opened.weekday()) % 7)
    for wrong in (before_it, holiday):
        ran = run("broken", "book", held.position_id, "--cash", "-50", "--day", f"{wrong}", *WHY)
        assert (ran.code, f"{wrong}" in ran.err, "name a session" in ran.err) == (2, True, True), ran
    assert run("broken", "book", held.position_id, "--cash", "-50", "--day", f"{opened}", *WHY).code == 0
    (trade,) = house.trades(Strategy.BULL_PUT_SPREAD)
    assert new_york_date(trade.closed_at) == opened
    assert house.live(BOT).ledger(TradingMode.PAPER).day == opened


def test_a_sound_position_is_not_booked_by_hand(house: House, run: Run) -> None:
    held = house.enter(BOT, Chapter.UP_FLAT.at(PREMIUM_TIME))
    ran = run("broken", "mend", held.position_id, *WHY)
    assert (ran.code, "only BROKEN ones" in ran.err) == (2, True)


def test_a_ledger_is_counted_anew_from_the_open_positions(house: House, run: Run) -> None:
    house.enter(BOT, Chapter.UP_FLAT.at(PREMIUM_TIME))
    sound = house.live(BOT).ledger(TradingMode.PAPER)
    nothing = Decimal(0)
    wrong = sound.model_copy(
        update={"open_count": 3, "open_risk": nothing, "secured_cash": nothing, "version": sound.version + 1}
    )
    house.stage.book.commit("forge", (SetLedger(sound, wrong),))
    ran = run("broken", "ledger", BOT, *WHY)
    assert (ran.code, f"1 open position, ${sound.open_risk:,.2f} at risk" in ran.out) == (0, True), ran
    assert house.live(BOT).ledger(TradingMode.PAPER) == sound.model_copy(update={"version": sound.version + 2})
    assert "nothing changed" in run("broken", "ledger", BOT, *WHY).out
