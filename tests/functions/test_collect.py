"""Collect: a minute of every vendor becomes a snapshot, valid or with every reason why not."""

import os
from contextlib import suppress
from datetime import date, datetime, time, timedelta

import pytest

from functions.collect.report import Freshness
from functions.collect.settings import CollectSettings
from functions.learn.settings import LearnSettings
from functions.monitor.settings import MonitorSettings
from functions.trade.settings import TradeSettings
from infra.local.demo.laptop import FUNCTIONS
from infra.local.demo.mail import Mailbox
from infra.local.vendors.faults import FaultKind, Vendor
from shared.domain.decisions import DecisionKind, DenialCode
from shared.domain.errors import InvalidConfigurationError, StoreError
from shared.domain.market import FaultCode
from shared.domain.sessions import NEW_YORK
from shared.domain.vocabulary import Bot, Source
from shared.settings import Environment
from tests.functions.house import ONE_LOOK, House
from tests.functions.story import PREMIUM_TIME, Chapter

NAMED = (
    "STAGE",
    "POSITIONS_TABLE",
    "DECISIONS_TABLE",
    "STATS_TABLE",
    "SNAPSHOTS_TABLE",
    "TOPIC_ARN",
    "TRADIER_URL",
    "TRADIER_SANDBOX_URL",
    "POLYGON_URL",
    "TRADING_VOLATILITY_URL",
)


def test_a_minute_is_stored_once_and_told_to_the_bus(house: House) -> None:
    house.at(Chapter.UP_FLAT.at(PREMIUM_TIME))
    assert house.collect() == {"snapshots": 2, "valid": 2}
    first = house.snapshot("SPY")
    assert house.later(20).collect() == {"snapshots": 2, "valid": 2}
    assert house.snapshot("SPY") == first
    told = [body["detail"] for body in Mailbox(house.laptop, "snapshots").bodies()]
    assert {(one["underlying"], one["snapshot_at"]) for one in told} == {
        ("SPY", "2005-07-11T14:00:00Z"),
        ("SPX", "2005-07-11T14:00:00Z"),
    }


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(Chapter.UP_FLAT.at(time(9, 29)), id="before the open"),
        pytest.param(Chapter.UP_FLAT.at(time(16)), id="at the close"),
        pytest.param(Chapter.UP_FLAT.at(time(20, 30)), id="in the evening"),
        pytest.param(datetime.combine(date(2005, 7, 16), time(12), NEW_YORK), id="on Saturday"),
        pytest.param(datetime.combine(date(2005, 9, 5), time(12), NEW_YORK), id="on Labor Day"),
    ],
)
def test_outside_the_session_nothing_is_collected_and_nothing_decided(house: House, moment: datetime) -> None:
    house.at(Chapter.UP_FLAT.at(time(15, 59))).collect()
    event = house.event(Bot.PROMETHEUS)
    house.at(moment)
    house.control.reset_counters()
    assert house.collect() == {"snapshots": 0, "valid": 0}
    assert house.trade(Bot.PROMETHEUS, event) == {"decisions": 0, "entries": 0}
    assert house.trade(Bot.PROMETHEUS, {"bot": "PROMETHEUS"}) == {"decisions": 0, "entries": 0}
    assert set(house.control.counters()["totals"].values()) == {0}


def test_an_invalid_snapshot_is_stored_never_enters_and_the_third_in_a_row_alerts_once(house: House) -> None:
    house.configure(Bot.PROMETHEUS, ONE_LOOK)
    house.morning(Chapter.UP_FLAT.at(PREMIUM_TIME))
    house.control.inject(FaultKind.QUOTE_MISSING, count=None, symbol="VIX")
    house.control.inject(FaultKind.QUOTE_MISSING, count=None, symbol="I:VIX")
    alerts = []
    for _ in range(5):
        assert house.collect() == {"snapshots": 2, "valid": 0}
        house.later(2).trade(Bot.PROMETHEUS)
        alerts.append(len(house.subjects("SPY: 3 invalid snapshots in a row")))
        house.later(58)
    assert alerts == [0, 0, 1, 1, 1]
    assert FaultCode.NO_VIX in {fault.code for fault in house.snapshot("SPY").faults}
    (decision,) = house.decisions(Bot.PROMETHEUS)
    assert (decision.kind, decision.count) == (DecisionKind.NO_ENTRY, 5)
    assert DenialCode.INVALID_SNAPSHOT in house.denials(Bot.PROMETHEUS)
    house.control.clear()
    house.minute(Bot.PROMETHEUS)
    assert house.decisions(Bot.PROMETHEUS)[-1].kind is DecisionKind.ENTRY


def _without_vix(house: House) -> None:
    house.control.inject(FaultKind.QUOTE_MISSING, count=None, symbol="VIX")
    house.control.inject(FaultKind.QUOTE_MISSING, count=None, symbol="I:VIX")


def test_invalid_snapshots_in_a_row_are_told_once_by_the_next_run_where_one_got_no_further(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.morning(Chapter.UP_FLAT.at(PREMIUM_TIME))
    _without_vix(house)
    events = house.module("collect")._stage().events

    def fail(_: object) -> None:
        raise StoreError("the bus did not answer")

    for number in range(7):
        with monkeypatch.context() as broken:
            if number in (1, 2):
                broken.setattr(events, "publish", fail)
            with suppress(StoreError):
                house.collect()
        house.later(60)
    told = [subject for subject in house.subjects("invalid snapshots in a row") if "SPY" in subject]
    assert told == ["SPY: 4 invalid snapshots in a row"]


@pytest.mark.parametrize(
    ("minutes", "age"),
    [
        pytest.param(0, 0, id="at once"),
        pytest.param(6, 360, id="six minutes of it"),
    ],
)
def test_data_that_is_dead_from_the_open_is_as_old_as_the_session(house: House, minutes: int, age: float) -> None:
    house.at(Chapter.UP_FLAT.at(time(15, 59)) - timedelta(days=3)).collect()
    assert house.snapshot("SPY").is_valid
    _without_vix(house)
    for minute in range(minutes + 1):
        house.at(Chapter.UP_FLAT.at(time(9, 30 + minute))).collect()
    fresh = Freshness(house.stage.snapshots.recent)
    assert fresh.age([house.snapshot("SPY")], house.clock.now()) == age


def test_a_process_that_has_seen_no_sound_data_measures_from_the_newest_that_is_stored(house: House) -> None:
    house.at(Chapter.UP_FLAT.at(time(11))).collect()
    sound = house.snapshot("SPY").spot
    assert sound is not None
    _without_vix(house)
    house.later(60).collect()
    house.later(60).collect()
    fresh = Freshness(house.stage.snapshots.recent)
    assert fresh.age([house.snapshot("SPY")], house.clock.now()) == (house.clock.now() - sound.as_of).total_seconds()


def test_a_frozen_exposure_feed_is_passed_over_and_the_reason_kept(house: House) -> None:
    house.at(Chapter.UP_FLAT.at(time(12))).collect()
    house.control.inject(FaultKind.GEX_FROZEN, count=None)
    house.later(60).collect()
    frozen = house.snapshot("SPY")
    house.later(900).collect()
    later = house.snapshot("SPY")
    assert frozen.gamma is not None
    assert frozen.gamma.source is Source.TRADING_VOLATILITY
    assert later.gamma is not None
    assert later.gamma.source is Source.COMPUTED
    assert later.is_valid
    (passed,) = (one for one in later.fallbacks if one.need == "gamma")
    assert passed.source is Source.TRADING_VOLATILITY
    assert "600" in passed.reason


def test_without_polygon_the_broker_gives_vix_and_history(house: House) -> None:
    house.stop(Vendor.POLYGON)
    house.at(Chapter.UP_RALLY.at(time(12, 1)))
    assert house.collect() == {"snapshots": 2, "valid": 2}
    snapshot = house.snapshot("SPY")
    assert snapshot.vix is not None
    assert snapshot.vix.source is Source.TRADIER
    assert {(one.need, one.source) for one in snapshot.fallbacks} == {
        ("vix", Source.POLYGON),
        ("vix_history", Source.POLYGON),
        ("history", Source.POLYGON),
    }


def test_without_trading_volatility_the_exposure_is_computed(house: House) -> None:
    house.stop(Vendor.TRADING_VOLATILITY)
    house.at(Chapter.UP_FLAT.at(time(12, 1)))
    assert house.collect() == {"snapshots": 2, "valid": 2}
    for underlying in ("SPY", "SPX"):
        snapshot = house.snapshot(underlying)
        assert snapshot.gamma is not None
        assert snapshot.gamma.source is Source.COMPUTED
        assert [(one.need, one.source) for one in snapshot.fallbacks] == [("gamma", Source.TRADING_VOLATILITY)]


def test_without_the_broker_the_price_comes_from_polygon_and_no_entry_is_made(house: House) -> None:
    house.configure(Bot.PROMETHEUS, ONE_LOOK)
    house.morning(Chapter.UP_FLAT.at(PREMIUM_TIME))
    house.stop(Vendor.TRADIER)
    assert house.collect() == {"snapshots": 2, "valid": 2}
    snapshot = house.snapshot("SPY")
    assert snapshot.spot is not None
    assert snapshot.spot.source is Source.POLYGON
    assert {one.need for one in snapshot.fallbacks} >= {"spot", "clock"}
    assert house.later(2).trade(Bot.PROMETHEUS) == {"decisions": 1, "entries": 0}
    assert DenialCode.MARKET_CLOSED in house.denials(Bot.PROMETHEUS)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_without_its_table_says_which_variable_is_missing(
    house: House, function: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STATS_TABLE")
    with pytest.raises(InvalidConfigurationError, match=r"STATS_TABLE.*set it on the function"):
        house.laptop.invoke(function, {"bot": "ATLAS"})


@pytest.mark.parametrize("settings", [CollectSettings, TradeSettings, MonitorSettings, LearnSettings])
@pytest.mark.parametrize("name", NAMED)
@pytest.mark.usefixtures("furnished")
def test_a_missing_variable_is_named(settings: type[Environment], name: str) -> None:
    with pytest.raises(InvalidConfigurationError, match=f"^{name}: None .*set it on the function"):
        settings.parse({key: text for key, text in os.environ.items() if key != name})


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.usefixtures("furnished")
def test_an_empty_variable_is_named(name: str) -> None:
    with pytest.raises(InvalidConfigurationError, match=f"^{name}: '' .*set it on the function"):
        Environment.parse(dict(os.environ) | {name: ""})


@pytest.mark.parametrize("value", ["", "soon", "4", "51", "12.5"])
@pytest.mark.usefixtures("furnished")
def test_an_impossible_number_of_seconds_is_named(value: str) -> None:
    with pytest.raises(InvalidConfigurationError, match=r"^MONITOR_SECONDS"):
        MonitorSettings.parse(dict(os.environ) | {"MONITOR_SECONDS": value})
