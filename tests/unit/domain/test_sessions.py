"""The session table agrees with a calendar library, and its edges are where the exchange has them."""

from datetime import UTC, date, datetime, timedelta

import exchange_calendars
import pytest

from shared.domain.sessions import (
    NEW_YORK,
    Session,
    has_official_close,
    is_monthly_expiration,
    is_open,
    is_session,
    is_third_friday,
    last_finished_session,
    new_york_date,
    next_session,
    previous_session,
    session,
    sessions_between,
    third_friday,
)

ORACLE_START, ORACLE_END = date(2000, 1, 1), date(2027, 12, 31)
ORACLE_SESSIONS = 7_041


def hours(day: date) -> Session:
    known = session(day)
    assert known is not None
    return known


@pytest.mark.filterwarnings("ignore::DeprecationWarning:pandas")
def test_every_session_has_the_hours_of_the_oracle() -> None:
    calendar = exchange_calendars.get_calendar("XNYS", start=ORACLE_START.isoformat(), end=ORACLE_END.isoformat())
    oracle = {
        day.date(): (row.open.to_pydatetime(), row.close.to_pydatetime())
        for day, row in zip(calendar.schedule.index, calendar.schedule.itertuples(), strict=True)
    }
    ours = {day: (hours(day).opens_at, hours(day).closes_at) for day in sessions_between(ORACLE_START, ORACLE_END)}
    assert len(oracle) == ORACLE_SESSIONS
    assert ours == oracle


@pytest.mark.parametrize(
    "day",
    [
        pytest.param(date(2001, 9, 11), id="attacks of September 11th"),
        pytest.param(date(2012, 10, 29), id="Hurricane Sandy"),
        pytest.param(date(2025, 1, 9), id="mourning for President Carter"),
        pytest.param(date(2022, 6, 20), id="Juneteenth made up for on Monday"),
        pytest.param(date(2024, 3, 29), id="Good Friday"),
        pytest.param(date(2026, 7, 3), id="Independence Day made up for on Friday"),
        pytest.param(date(2023, 1, 2), id="New Year's Day made up for on Monday"),
        pytest.param(date(2018, 2, 3), id="Saturday"),
    ],
)
def test_the_exchange_is_closed(day: date) -> None:
    assert not is_session(day)
    assert session(day) is None


@pytest.mark.parametrize(
    ("day", "now", "is_final"),
    [
        pytest.param(date(2026, 11, 23), "2026-11-23T21:29:59+00:00", False, id="a second before half an hour is over"),
        pytest.param(date(2026, 11, 23), "2026-11-23T21:30:00+00:00", True, id="half an hour after the close"),
        pytest.param(date(2026, 11, 27), "2026-11-27T18:30:00+00:00", True, id="half an hour after a half-day"),
        pytest.param(date(2026, 11, 24), "2026-11-23T22:00:00+00:00", False, id="a day to come"),
        pytest.param(date(2026, 11, 26), "2026-11-26T12:00:00+00:00", True, id="a holiday has no close to wait for"),
    ],
)
def test_a_bar_of_the_day_ends_on_the_official_close_half_an_hour_after_it(day: date, now: str, is_final: bool) -> None:
    assert has_official_close(day, datetime.fromisoformat(now)) is is_final


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param("2026-11-23T21:29:59+00:00", date(2026, 11, 20), id="a Monday whose close is not official yet"),
        pytest.param("2026-11-23T21:30:00+00:00", date(2026, 11, 23), id="the evening of a Monday"),
        pytest.param("2026-11-24T02:00:00+00:00", date(2026, 11, 23), id="the same evening, tomorrow in UTC"),
        pytest.param("2026-11-26T23:00:00+00:00", date(2026, 11, 25), id="the evening of a holiday"),
        pytest.param("2026-11-28T12:00:00+00:00", date(2026, 11, 27), id="a Saturday"),
    ],
)
def test_the_last_finished_session_is_the_newest_with_an_official_close(now: str, expected: date) -> None:
    assert last_finished_session(datetime.fromisoformat(now)) == expected


@pytest.mark.parametrize(
    "day",
    [
        pytest.param(date(2021, 12, 31), id="New Year's Day on a Saturday is not made up for"),
        pytest.param(date(2021, 6, 18), id="no Juneteenth before 2022"),
        pytest.param(date(2018, 10, 8), id="Columbus Day"),
    ],
)
def test_the_exchange_trades(day: date) -> None:
    assert is_session(day)


@pytest.mark.parametrize(
    ("day", "opens_at", "closes_at"),
    [
        pytest.param(date(2018, 3, 9), "14:30", "21:00", id="Friday before clocks go forward"),
        pytest.param(date(2018, 3, 12), "13:30", "20:00", id="Monday after clocks went forward"),
        pytest.param(date(2018, 11, 2), "13:30", "20:00", id="Friday before clocks go back"),
        pytest.param(date(2018, 11, 5), "14:30", "21:00", id="Monday after clocks went back"),
        pytest.param(date(2026, 11, 27), "14:30", "18:00", id="half-day after Thanksgiving"),
        pytest.param(date(2026, 12, 24), "14:30", "18:00", id="half-day on Christmas Eve"),
        pytest.param(date(2018, 7, 3), "13:30", "17:00", id="half-day before Independence Day"),
    ],
)
def test_hours_are_new_york_hours_in_utc(day: date, opens_at: str, closes_at: str) -> None:
    known = hours(day)
    assert (f"{known.opens_at:%H:%M}", f"{known.closes_at:%H:%M}") == (opens_at, closes_at)
    assert known.opens_at.tzinfo is UTC


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param(datetime(2018, 2, 5, 14, 29, 59, tzinfo=UTC), False, id="a second before the open"),
        pytest.param(datetime(2018, 2, 5, 14, 30, tzinfo=UTC), True, id="the open"),
        pytest.param(datetime(2018, 2, 5, 20, 59, 59, tzinfo=UTC), True, id="a second before the close"),
        pytest.param(datetime(2018, 2, 5, 21, 0, tzinfo=UTC), False, id="the close"),
        pytest.param(datetime(2018, 11, 23, 18, 0, tzinfo=UTC), False, id="the close of a half-day"),
        pytest.param(datetime(2018, 2, 3, 16, 0, tzinfo=UTC), False, id="Saturday noon"),
        pytest.param(datetime(2018, 2, 5, 12, 0, tzinfo=NEW_YORK), True, id="noon in New York time"),
    ],
)
def test_the_market_is_open_from_open_to_close(at: datetime, expected: bool) -> None:
    assert is_open(at) is expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param(datetime(2018, 2, 6, 2, 0, tzinfo=UTC), date(2018, 2, 5), id="a winter evening"),
        pytest.param(datetime(2018, 2, 6, 4, 59, tzinfo=UTC), date(2018, 2, 5), id="before midnight in winter"),
        pytest.param(datetime(2018, 2, 6, 5, 0, tzinfo=UTC), date(2018, 2, 6), id="midnight in winter"),
        pytest.param(datetime(2018, 7, 6, 3, 59, tzinfo=UTC), date(2018, 7, 5), id="before midnight in summer"),
        pytest.param(datetime(2018, 7, 6, 4, 0, tzinfo=UTC), date(2018, 7, 6), id="midnight in summer"),
        pytest.param(datetime(2018, 7, 6, 23, 0, tzinfo=NEW_YORK), date(2018, 7, 6), id="an evening in New York time"),
    ],
)
def test_the_new_york_date_is_not_the_utc_date(at: datetime, expected: date) -> None:
    assert new_york_date(at) == expected


@pytest.mark.parametrize("question", [is_open, new_york_date])
def test_a_naive_time_is_refused_with_its_remedy(question: type) -> None:
    with pytest.raises(ValueError, match="pass an aware datetime"):
        question(datetime(2018, 2, 5, 12, 0))  # noqa: DTZ001


def test_neighbouring_sessions_skip_weekends_and_holidays() -> None:
    assert next_session(date(2018, 3, 29)) == date(2018, 4, 2)
    assert previous_session(date(2018, 4, 2)) == date(2018, 3, 29)
    assert next_session(date(2018, 3, 31)) == date(2018, 4, 2)


def test_sessions_between_includes_both_ends_and_may_be_empty() -> None:
    assert sessions_between(date(2018, 3, 29), date(2018, 4, 2)) == (date(2018, 3, 29), date(2018, 4, 2))
    assert sessions_between(date(2018, 4, 2), date(2018, 4, 1)) == ()


def test_third_fridays_lie_between_the_15th_and_the_21st() -> None:
    fridays = [third_friday(year, month) for year in range(2000, 2028) for month in range(1, 13)]
    assert all(day.weekday() == 4 and 15 <= day.day <= 21 for day in fridays)
    assert is_third_friday(date(2018, 2, 16))
    assert not is_third_friday(date(2018, 2, 16) + timedelta(weeks=1))


@pytest.mark.parametrize(
    ("day", "monthly"),
    [
        pytest.param(date(2018, 2, 16), True, id="a third Friday"),
        pytest.param(date(2018, 2, 15), False, id="the day before one"),
        pytest.param(date(2027, 6, 17), True, id="the Thursday before Juneteenth observed"),
        pytest.param(date(2027, 6, 18), False, id="the holiday itself"),
        pytest.param(date(2014, 4, 17), True, id="the Thursday before Good Friday"),
    ],
)
def test_standard_options_expire_on_the_third_friday_or_the_session_before(day: date, monthly: bool) -> None:
    assert is_monthly_expiration(day) is monthly
