"""The commands that act: each does its deed through the house's own protocol, and writes it down."""

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest
from pyarrow import parquet

from infra.cli.breaker import set_breaker
from infra.cli.config import set_value
from infra.cli.mistakes import CommandError
from infra.cli.stage import Place
from shared.adapters.ssm_documents import SsmDocuments, Stored
from shared.domain.accounts import Confirmation
from shared.domain.book import ConfirmAccount, SetLedger, Trip
from shared.domain.decisions import DecisionKind
from shared.domain.errors import ConflictError, InvalidValueError
from shared.domain.positions import PositionState
from shared.domain.values import to_cents
from shared.domain.vocabulary import AlertLevel, Bot, ExitReason, Strategy, TradingState
from shared.phases.monitoring.trips import ALL
from tests.functions.house import House
from tests.functions.story import PREMIUM_TIME, Chapter
from tests.infra.cli.conftest import Opened, Run

SELLER = Bot.PROMETHEUS
OPENING = Chapter.UP_FLAT.at(PREMIUM_TIME)


def deeds(house: House, bot: Bot) -> list[tuple[str, str]]:
    return [(one.what, one.how) for one in house.decisions(bot, DecisionKind.OPERATOR)]


def test_the_switch_is_set_with_a_reason_and_stops_entries(house: House, run: Run) -> None:
    house.morning(OPENING)
    told = run("breaker", "reducing", "--reason", "leaving for the day")
    assert (told.code, house.stage.parameters().state()) == (0, TradingState.REDUCING)
    assert "your switch: REDUCING (no entries; exits go on)" in told.out
    assert deeds(house, SELLER) == [("BREAKER REDUCING", "leaving for the day")]
    house.later(1)
    assert run("breaker", "ACTIVE", "--reason", "back").code == 0
    assert house.stage.effective_state(SELLER) is not TradingState.HALTED
    assert json.loads(run("breaker", "--json").out)["switch"] == "ACTIVE"


def test_one_bot_is_held_back_and_released(house: House, run: Run) -> None:
    house.morning(OPENING)
    held = run("breaker", "HALTED", "--bot", "solomon", "--reason", "its market is thin")
    assert "tripped: SOLOMON HALTED" in held.out
    assert "set back by: alphagex breaker ACTIVE --bot SOLOMON" in held.out
    assert [house.stage.effective_state(bot) for bot in Bot] == ["ACTIVE", "ACTIVE", "HALTED"]
    house.later(1)
    run("breaker", "ACTIVE", "--bot", "SOLOMON", "--reason", "thick again")
    assert house.stage.effective_state(Bot.SOLOMON) is TradingState.ACTIVE


def test_active_for_all_tells_whose_own_trips_remain(house: House, run: Run) -> None:
    house.morning(OPENING)
    run("breaker", "REDUCING", "--bot", "SOLOMON", "--reason", "its market is thin")
    house.later(1)
    told = run("breaker", "ACTIVE", "--reason", "back")
    assert "still held back, each by its own trip: SOLOMON" in told.out
    assert house.stage.effective_state(Bot.SOLOMON) is TradingState.REDUCING


def test_a_trip_that_came_after_the_look_is_not_set_back(house: House, opened: Opened, run: Run) -> None:
    house.morning(OPENING)
    operator, trips = house.stage.operator, house.stage.trips
    trips.trip(Trip(ALL, TradingState.REDUCING, "5 orders in a row failed", house.clock.now()))
    seen = operator.standing(None)
    assert seen is not None
    trips.clear(seen)
    later = Trip(ALL, TradingState.REDUCING, "account's loss of the day", house.later(60).clock.now())
    trips.trip(later)
    assert not operator.clear_trip(seen, "looked at it")
    with pytest.raises(InvalidValueError, match="it was tripped since you looked"):
        set_breaker(opened(), TradingState.ACTIVE, "back", saw=seen.at)
    assert (operator.standing(None), deeds(house, SELLER)) == (later, [])
    told = run("breaker", "ACTIVE", "--reason", "looked again")
    assert (told.code, "set back: ALL REDUCING" in told.err, operator.standing(None)) == (0, True, None)
    assert deeds(house, SELLER) == [("BREAKER ACTIVE for PROMETHEUS", "looked again")]


@pytest.mark.parametrize(
    ("tripped", "peak"),
    [
        pytest.param(None, 900, id="nothing is tripped: nothing is forgotten"),
        pytest.param(ALL, 900, id="a trip of all leaves each bot its drawdown"),
        pytest.param(SELLER, -100, id="a bot's own trip: its drawdown begins anew"),
    ],
)
def test_only_what_is_set_back_is_measured_anew(house: House, run: Run, tripped: str | None, peak: int) -> None:
    house.enter(SELLER, OPENING)
    before = house.ledger(SELLER)
    after = before.model_copy(
        update={"realized_pnl": Decimal(-100), "peak_pnl": Decimal(900), "version": before.version + 1}
    )
    house.stage.book.commit("lose", (SetLedger(before, after),))
    if tripped:
        house.stage.trips.trip(Trip(tripped, TradingState.REDUCING, "a reason", house.clock.now()))
    for arguments in ((), ("--bot", SELLER)) if tripped == SELLER else ((),):
        assert run("breaker", "ACTIVE", "--reason", "back", *arguments).code == 0
    assert house.ledger(SELLER).peak_pnl == peak


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param(("strategy", "disable", "IRON_CONDOR", "--reason", "why"), 2, id="a deed waits for a yes"),
        pytest.param(("breaker", "ACTIVE", "--reason", "why"), 2, id="so does letting go of the brake"),
        pytest.param(("breaker", "ACTIVE", "--reason", "why", "--yes"), 0, id="said beforehand"),
        pytest.param(("breaker", "HALTED", "--reason", "why"), 0, id="braking never waits"),
    ],
)
def test_a_live_stage_is_named_and_asked_about(house: House, run: Run, arguments: tuple[str, ...], code: int) -> None:
    house.morning(OPENING)
    house.configure(SELLER, {"mode": "live", "confirmed_account": "6YA12345"})
    told = run(*arguments)
    assert told.code == code
    assert ("stage: " in told.err) is (code == 0)
    assert ("trades real money" in told.err) is (code == 2)


def test_leaving_live_takes_the_confirmation_back_at_once(house: House, run: Run) -> None:
    house.morning(OPENING)
    house.configure(SELLER, {"mode": "live", "confirmed_account": "6YA12345"})
    confirmation = Confirmation(bot=SELLER, account_id="6YA12345", at=house.clock.now(), reason="real money")
    house.stage.book.commit("confirm", (ConfirmAccount(confirmation),))
    assert run("live", "mode", "PROMETHEUS", "paper", "--reason", "enough", "--yes").code == 0
    assert house.live(SELLER).confirmation is None


class Meddled(SsmDocuments):
    """Documents that somebody else changes between the reading and the writing of a command."""

    def __init__(self, place: Place, *, at_once: bool) -> None:
        super().__init__(place.aws.ssm())
        self._place, self._at_once, self._reads = place, at_once, 0

    def read(self, name: str) -> Stored:
        found = super().read(name)
        self._reads += 1
        if self._reads == 1 + self._at_once:
            self._place.parameters.put_bot(SELLER, '{"max_positions":4}')
        return found


@pytest.mark.parametrize(
    ("at_once", "raised", "words", "capital"),
    [
        pytest.param(False, CommandError, "nothing of yours was stored; give it again", 100_000, id="before the look"),
        pytest.param(
            True, ConflictError, "yours was stored over version", 50_000, id="at the same moment: SSM cannot refuse"
        ),
    ],
)
def test_a_document_that_somebody_changed_meanwhile_is_not_overwritten_silently(
    house: House,
    opened: Opened,
    capsys: pytest.CaptureFixture[str],
    at_once: bool,
    raised: type[Exception],
    words: str,
    capital: int,
) -> None:
    place = opened()
    place.__dict__["documents"] = Meddled(place, at_once=at_once)
    with pytest.raises(raised, match=words):
        set_value(place, SELLER, ["capital=50000"])
    assert house.stage.parameters().bot(SELLER).capital == capital
    assert ("max_positions" in capsys.readouterr().out) is (not at_once)


def test_a_strategy_is_disabled_and_enabled_again(house: House, run: Run) -> None:
    house.morning(OPENING)
    off = run("strategy", "disable", "bull_put_spread", "--reason", "earnings season")
    assert (off.code, off.out) == (0, "bull put spread in paper mode: disabled\n")
    stored = house.statistics(Strategy.BULL_PUT_SPREAD)
    assert stored is not None
    assert (stored.is_disabled, stored.is_stale, stored.total_trades) == (True, True, 0)
    house.configure(SELLER, {"rails": {"confirmations": 1}})
    assert house.later(10).minute(SELLER)["entries"] == 0
    assert house.denials(SELLER) == {"STRATEGY_DISABLED"}
    assert "nothing changed" in run("strategy", "disable", "BULL_PUT_SPREAD", "--reason", "again").out
    run("strategy", "enable", "BULL-PUT-SPREAD", "--reason", "over")
    assert house.later(60).minute(SELLER)["entries"] == 1
    assert [what for what, _ in deeds(house, SELLER)] == ["DISABLE BULL_PUT_SPREAD", "ENABLE BULL_PUT_SPREAD"]


def test_a_position_is_closed_by_hand_through_the_protocol(house: House, run: Run) -> None:
    held = house.enter(SELLER, OPENING)
    told = run("close", held.position_id[:6], "--reason", "taking it off")
    assert (told.code, "monitor sends its exit within a minute" in told.out) == (0, True)
    assert house.position(SELLER).exit_reason is ExitReason.MANUAL
    house.later(20).monitor()
    assert house.states(SELLER) == [PositionState.CLOSED]
    (trade,) = house.trades(Strategy.BULL_PUT_SPREAD)
    assert trade.exit_reason is ExitReason.MANUAL
    assert deeds(house, SELLER) == [("CLOSE BULL_PUT_SPREAD on SPY", "taking it off")]


def test_a_field_is_set_recorded_and_taken_back(house: House, run: Run) -> None:
    house.morning(OPENING)
    told = run("config", "set", "prometheus", "caps.contracts_per_order=5", "capital=50000", "--reason", "smaller")
    assert told.code == 0
    assert house.stage.parameters().bot(SELLER).caps.contracts_per_order == 5
    assert json.loads(run("config", "diff", "--json").out)["PROMETHEUS"] == {
        "caps.contracts_per_order": [5, 10],
        "capital": ["50000", "100000"],
    }
    assert deeds(house, SELLER) == [("CONFIG PROMETHEUS: caps.contracts_per_order=5, capital=50000", "smaller")]
    house.later(1)
    run("config", "set", "PROMETHEUS", "capital=")
    assert json.loads(run("config", "show", "PROMETHEUS", "--section", "capital", "--json").out) == {
        "capital": "100000"
    }


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(
            ("breaker", "OFF", "--reason", "x"), "OFF is no state of the breaker; choose one of ACTIVE", id="state"
        ),
        pytest.param(("breaker", "HALTED"), "no reason given; say why", id="no reason"),
        pytest.param(("close", "p123", "--reason", "x"), "no open position begins with p123", id="no position"),
        pytest.param(
            ("strategy", "disable", "WHEEL", "--reason", "x"), "WHEEL is no strategy; choose one of", id="strategy"
        ),
        pytest.param(("config", "show", "ZEUS"), "ZEUS has no configuration; choose one of ATLAS", id="no bot"),
        pytest.param(("config", "set", "ATLAS", "capital"), "capital is no change; write field=value", id="no change"),
        pytest.param(
            ("config", "set", "ATLAS", "captial=5"), "captial: 5 is not valid; there is no such field", id="typo"
        ),
        pytest.param(("config", "set", "ATLAS", "mode=live"), "then `alphagex live confirm`", id="live by hand"),
        pytest.param(("why", "ZEUS"), "ZEUS is no bot; choose one of ATLAS", id="why of nobody"),
        pytest.param(("why", "ATLAS", "--at", "noon"), "--at noon is no time; write it as", id="no time"),
        pytest.param(("why", "ATLAS"), "ATLAS decided nothing up to", id="nothing decided"),
        pytest.param(("regime", "QQQ"), "underlying: 'QQQ' is not valid; choose one of SPY, SPX", id="no underlying"),
        pytest.param(("decisions", "--day", "x"), "--day x is no date; write it as", id="no date"),
        pytest.param(("replay", "--from", "2018-01-05", "--to", "2018-01-02"), "swap the two dates", id="swapped"),
    ],
)
def test_a_mistake_is_told_in_one_line(run: Run, arguments: tuple[str, ...], says: str) -> None:
    told = run(*arguments)
    assert (told.code, told.out) == (2, "")
    assert says in told.err
    assert told.err.count("\n") == 1


def test_the_day_is_told_as_the_function_tells_it(house: House, run: Run) -> None:
    held = house.enter(SELLER, OPENING)
    run("close", held.position_id, "--reason", "enough")
    house.later(20).monitor()
    told = run("report")
    assert told.code == 0
    assert told.out.startswith("2005-07-11: ")
    for words in ("1 trade closed, 0 open", "entered: PROMETHEUS OPEN BULL_PUT_SPREAD", "Health: all is well"):
        assert words in told.out
    assert json.loads(run("report", "--json").out)["trades"][0]["exit_reason"] == "MANUAL"


def test_one_alert_of_each_level_goes_out(house: House, run: Run) -> None:
    house.morning(OPENING)
    told = run("alerts", "--test")
    assert told.code == 0
    assert [one.level for one in house.told() if one.subject.startswith("Test: ")] == list(AlertLevel)
    assert "sent CRITICAL: Test: an alert of level CRITICAL (e-mail and text message)" in told.out
    assert "no alert waits to be sent" in run("alerts").out


def test_everything_can_be_taken_away(house: House, run: Run, tmp_path: Path) -> None:
    held = house.enter(SELLER, OPENING)
    run("close", held.position_id, "--reason", "enough")
    house.later(20).monitor()
    told = run("export", "--out", str(tmp_path), "--json")
    assert json.loads(told.out)["rows"] == {"positions": 1, "trades": 1, "decisions": 3, "realized_gains": 2}
    (trade,) = house.trades(Strategy.BULL_PUT_SPREAD)
    gains = list(csv.DictReader((tmp_path / "realized_gains.csv").read_text().splitlines()))
    assert [one["option_symbol"] for one in gains] == [leg.option_symbol for leg in held.legs]
    assert sum(Decimal(one["gain"]) for one in gains) == to_cents(trade.pnl)
    assert {(one["section_1256"], one["is_income"]) for one in gains} == {("no", "no")}
    (kept,) = parquet.read_table(tmp_path / "trades.parquet").to_pylist()
    assert (kept["pnl"], kept["closed_at"]) == (trade.pnl, trade.closed_at)
    for name in ("positions", "decisions"):
        assert parquet.read_table(tmp_path / f"{name}.parquet").num_rows == json.loads(told.out)["rows"][name]
