"""Clock, calendar and history of the simulated Tradier, on the wire."""

from datetime import datetime

import pytest

from infra.local.replay_clock import ReplayClock
from tests.integration.vendors.conftest import NOW, Broker
from tests.integration.vendors.forms import SHORT_PUT


@pytest.mark.parametrize(
    ("at", "state", "next_change", "next_state"),
    [
        pytest.param("2018-01-10T11:00", "closed", "07:00", "premarket", id="night"),
        pytest.param("2018-01-10T13:00", "premarket", "09:30", "open", id="morning"),
        pytest.param("2018-01-10T16:00", "open", "16:00", "postmarket", id="session"),
        pytest.param("2018-01-10T22:00", "postmarket", "19:55", "closed", id="evening"),
        pytest.param("2018-01-13T16:00", "closed", "07:00", "premarket", id="Saturday"),
        pytest.param("2017-11-24T17:30", "open", "13:00", "postmarket", id="half day"),
        pytest.param("2017-11-24T18:30", "postmarket", "19:55", "closed", id="after a half day"),
        pytest.param("2017-12-25T16:00", "closed", "07:00", "premarket", id="holiday"),
    ],
)
def test_the_clock_tells_the_state_and_the_next_change(
    broker: Broker, clock: ReplayClock, at: str, state: str, next_change: str, next_state: str
) -> None:
    clock.set(datetime.fromisoformat(f"{at}:00+00:00"))
    told = broker.get("/markets/clock")["clock"]
    assert (told["state"], told["next_change"], told["next_state"]) == (state, next_change, next_state)


@pytest.mark.parametrize(
    ("day", "status", "words", "closes"),
    [
        pytest.param("2017-11-23", "closed", "Market is closed for Thanksgiving Day", None, id="holiday"),
        pytest.param("2017-11-24", "open", "Market is open (early close)", "13:00", id="half day"),
        pytest.param("2017-11-25", "closed", "Market is closed", None, id="weekend"),
        pytest.param("2017-11-27", "open", "Market is open", "16:00", id="session"),
    ],
)
def test_the_calendar_lacks_the_hours_of_closed_days(
    broker: Broker, day: str, status: str, words: str, closes: str | None
) -> None:
    days = broker.get("/markets/calendar", month=11, year=2017)["calendar"]["days"]["day"]
    row = next(row for row in days if row["date"] == day)
    assert (row["status"], row["description"]) == (status, words)
    assert row.get("open", {}).get("end") == closes


def test_history_ends_with_the_last_finished_session(broker: Broker, clock: ReplayClock) -> None:
    def last() -> str:
        return str(broker.get("/markets/history", symbol="VIX", start="2018-01-02")["history"]["day"][-1]["date"])

    assert last() == "2018-01-09"
    clock.set(NOW.replace(hour=21, minute=1))
    assert last() == "2018-01-10"
    assert broker.get("/markets/history", symbol="ZZZ") == {"history": None}


def test_history_comes_in_weeks_and_months(broker: Broker) -> None:
    weeks = broker.get("/markets/history", symbol="SPY", start="2017-12-01", interval="weekly")["history"]["day"]
    months = broker.get("/markets/history", symbol="SPY", start="2017-11-01", interval="monthly")["history"]["day"]
    assert [row["date"] for row in weeks[:3]] == ["2017-12-01", "2017-12-04", "2017-12-11"]
    assert [row["date"] for row in months] == ["2017-11-01", "2017-12-01", "2018-01-02"]


def test_an_option_has_a_history_too(broker: Broker) -> None:
    rows = broker.get("/markets/history", symbol=SHORT_PUT, start="2018-01-08")["history"]["day"]
    assert [row["date"] for row in rows] == ["2018-01-08", "2018-01-09"]


@pytest.mark.parametrize(
    ("start", "interval", "outcome"),
    [
        pytest.param("2018-01-10 09:30", "15min", 6, id="today, with a time"),
        pytest.param("2018-01-09", "15min", 26, id="a bare date reaches through yesterday only"),
        pytest.param("2018-01-10", "15min", None, id="a bare date of today: nothing"),
        pytest.param("2017-12-01 09:30", "1min", "Invalid parameter, start: must be on or after", id="too old"),
    ],
)
def test_time_sales_reach_as_far_as_documented(
    broker: Broker, start: str, interval: str, outcome: int | str | None
) -> None:
    reply = broker.http.get("/markets/timesales", params={"symbol": "SPY", "interval": interval, "start": start})
    if isinstance(outcome, str):
        assert reply.status_code == 400
        assert reply.text.startswith(outcome)
    elif outcome is None:
        assert reply.json() == {"series": None}
    else:
        assert len(reply.json()["series"]["data"]) == outcome
