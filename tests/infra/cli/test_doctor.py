"""The doctor: each thing is broken, and must be found with its evidence and its remedy."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from infra.cli.diagnosis import alerting, ground, positions, trading
from infra.cli.diagnosis.findings import Verdict
from infra.local.vendors.faults import FaultKind, Vendor
from shared.adapters.dynamodb.alert_log import DynamoDbAlertLog
from shared.adapters.dynamodb.rows import decision_row, position_row
from shared.adapters.dynamodb.tables import DecisionsRow, PositionsRow, SnapshotsRow
from shared.domain.alerts import Alert
from shared.domain.book import RecordClosedTrade, SetLedger, Trip
from shared.domain.decisions import DecisionKind
from shared.domain.positions import PositionState
from shared.domain.sessions import new_york_date
from shared.domain.vocabulary import AlertLevel, Bot, Strategy, TradingState
from tests import builders
from tests.functions.house import ONE_LOOK, House
from tests.functions.story import PREMIUM_TIME, Chapter
from tests.infra.cli.conftest import Opened, Run
from tests.infra.cli.examined import Question, asked

SELLER = Bot.PROMETHEUS
OPENING = Chapter.UP_FLAT.at(PREMIUM_TIME)
Break = Callable[[House], None]


@pytest.fixture
def well(house: House) -> House:
    """A morning on which everything is well and something is open."""
    house.enter(SELLER, OPENING)
    for bot in (Bot.ATLAS, Bot.SOLOMON):
        house.trade(bot)
    return house


def trip(house: House) -> None:
    house.stage.trips.trip(Trip("ALL", TradingState.REDUCING, "5 orders in a row failed", house.clock.now()))


def forge_decision(house: House) -> None:
    (entry,) = house.decisions(SELLER, DecisionKind.ENTRY)
    table = house.stage._database.table(DecisionsRow, house.laptop.names.decisions)
    decision_row(table, entry.model_copy(update={"how": "otherwise"})).save()


def forge_position(house: House, **changes: object) -> None:
    table = house.stage._database.table(PositionsRow, house.laptop.names.positions)
    position_row(table, house.position(SELLER).model_copy(update=changes)).save()


def forge_ledger(house: House) -> None:
    ledger = house.live(SELLER).ledger(builders.PAPER)
    forged = ledger.model_copy(update={"open_count": 7, "version": ledger.version + 1})
    house.stage.book.commit("forge", (SetLedger(ledger, forged),))


def blind(house: House) -> None:
    house.stop(*Vendor)
    house.later(60).collect()


def forget_history(house: House) -> None:
    table = house.stage._database.table(SnapshotsRow, house.laptop.names.snapshots)
    table("HISTORY#VIX", new_york_date(house.clock.now()).isoformat()).delete()


def trades_not_learnt(house: House) -> None:
    for number in range(5):
        at = house.clock.now() - timedelta(hours=1) + timedelta(minutes=number)
        trade = builders.closed_trade("0.1", position_id=f"p{number}", closed_at=at, opened_at=at)
        house.stage.book.commit("close", (RecordClosedTrade(trade),))


def alert_not_sent(house: House) -> None:
    log = DynamoDbAlertLog(house.stage._database, positions=house.laptop.names.positions)
    alert = Alert(event_id="x", level=AlertLevel.HIGH, subject="near its stop", body="", at=house.clock.now())
    assert log.claim(alert)


def no_key(house: House) -> None:
    house.laptop.client("ssm").delete_parameter(Name=house.laptop.parameters.names.secret("tradier"))


def broker_says(house: House, *, seconds_ahead: int = 0, state: str = "open") -> None:
    """Let the broker's clock say something else than it is."""
    timestamp = int(house.clock.now().timestamp()) + seconds_ahead
    answer = {"clock": {"state": state, "timestamp": timestamp, "date": "2005-07-11", "description": state}}
    house.control.inject(
        FaultKind.ERROR_BEFORE,
        count=None,
        vendor=Vendor.TRADIER,
        path="/markets/clock",
        status=200,
        body=json.dumps(answer | {"next_change": "16:00", "next_state": "postmarket"}),
    )


BROKEN = [
    pytest.param(
        ground.clocks,
        lambda house: broker_says(house, seconds_ahead=42),
        "ours and the broker's are 42 s apart",
        "timedatectl set-ntp on",
        id="clock skew",
    ),
    pytest.param(
        trading.market,
        lambda house: broker_says(house, state="closed"),
        "the session table says open, the broker closed",
        "an unscheduled closure is the likely reason",
        id="the market closed unexpectedly",
    ),
    pytest.param(
        trading.switches, trip, "ALL REDUCING: 5 orders in a row failed", "alphagex breaker ACTIVE --reason", id="trip"
    ),
    pytest.param(
        trading.switches,
        lambda house: house.stage.operator.allow(
            builders.PAPER, Strategy.IRON_CONDOR, allowed=False, reason="tried it"
        ),
        "IRON_CONDOR is disabled in paper mode",
        "alphagex strategy enable IRON_CONDOR",
        id="strategy disabled",
    ),
    pytest.param(
        trading.counts,
        lambda house: house.put_document(Bot.ATLAS, '{"captial": 5}'),
        "captial: 5 is not valid",
        "alphagex config set ATLAS",
        id="invalid configuration",
    ),
    pytest.param(
        trading.stakes,
        forge_ledger,
        "PROMETHEUS paper: the ledger says 7 open",
        "alphagex broken ledger PROMETHEUS",
        id="ledger and positions apart",
    ),
    pytest.param(
        trading.regime, lambda house: house.empty(), "no snapshot was ever stored", "check vendors", id="no data at all"
    ),
    pytest.param(
        trading.refusals, lambda house: house.empty(), "no decision in the last two", "log of trade", id="no decision"
    ),
    pytest.param(trading.matrix, forge_decision, "1 differences", "alphagex replay", id="matrix answers otherwise"),
    pytest.param(trading.inputs, blind, "SPY: NO_SPOT", "alphagex check vendors", id="no vendor answers"),
    pytest.param(trading.iv_rank, forget_history, "no VIX history", "alphagex check vendors", id="no VIX history"),
    pytest.param(
        positions.monitor,
        lambda house: house.later(1_200),
        "monitor last ran 20 min",
        "alphagex local logs monitor",
        id="no monitor",
    ),
    pytest.param(
        positions.states,
        lambda house: forge_position(house, state=PositionState.BROKEN, note="a leg is gone at the broker"),
        "is BROKEN: a leg is gone at the broker",
        "alphagex status",
        id="broken position",
    ),
    pytest.param(
        positions.exits,
        lambda house: forge_position(
            house,
            state=PositionState.EXIT_PENDING,
            unquoted_runs=7,
            exit_pending_since=house.clock.now() - timedelta(minutes=7),
        ),
        "7 runs without a quote",
        "alphagex positions",
        id="exit waits",
    ),
    pytest.param(positions.learnt, trades_not_learnt, "bull put spread: last trade", "log of learn", id="not learnt"),
    pytest.param(
        ground.freshness,
        lambda house: house.later(600),
        "the newest snapshot is 10 min old",
        "log of collect",
        id="stale data",
    ),
    pytest.param(alerting.unsent, alert_not_sent, "near its stop", "monitor sends it again", id="unsent alert"),
    pytest.param(ground.keys, no_key, "tradier: no key is stored", "alphagex secrets set", id="no key"),
]


@pytest.mark.parametrize(("question", "break_it", "evidence", "remedy"), BROKEN)
def test_what_is_broken_is_found(
    well: House, opened: Opened, question: Question, break_it: Break, evidence: str, remedy: str
) -> None:
    place = opened()
    assert [one for one in asked(place, question) if one.verdict in (Verdict.ILL, Verdict.UNKNOWN)] == []
    break_it(well)
    found = [one for one in asked(opened(), question) if one.verdict is Verdict.ILL]
    if question is ground.keys:
        well.laptop._store_secrets(well.laptop.simulators.tokens)
    assert any(evidence in one.evidence and remedy in one.remedy for one in found), found


def test_what_explains_and_is_no_fault_is_a_note(well: House, opened: Opened) -> None:
    well.configure(SELLER, ONE_LOOK | {"enabled": False, "max_positions": 1})
    well.breaker(TradingState.REDUCING)
    place = opened()
    notes = [one for question in (trading.switches, trading.counts) for one in asked(place, question)]
    assert [one.remedy for one in notes if one.verdict is Verdict.NOTE] == [
        'alphagex breaker ACTIVE --reason "..."',
        "alphagex config set PROMETHEUS enabled=true",
        "alphagex config set PROMETHEUS max_positions=2",
    ]


def test_a_check_that_cannot_be_made_says_so(well: House, opened: Opened) -> None:
    well.stop(*Vendor)
    (found,) = asked(opened(), ground.clocks)
    assert found.verdict is Verdict.UNKNOWN


def test_the_whole_examination_ends_with_0_when_all_is_well(well: House, run: Run) -> None:
    told = run("doctor")
    assert (told.code, told.out.splitlines()[-1][:8]) == (0, "0 ill, 0")
    trip(well)
    assert run("doctor").code == 1
    topics = [one["topic"] for one in json.loads(run("doctor", "--json").out)]
    assert list(dict.fromkeys(topics))[:4] == [
        "No trades being placed",
        "Wrong strategy selected",
        "Position not closing",
        "Statistics not updating",
    ]
