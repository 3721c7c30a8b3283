"""Scales, ticks and paths of the report's pictures."""

from datetime import date, timedelta

import pytest

from infra.local.demo.charts.figure import NARROW, WIDE, Frame
from infra.local.demo.charts.hover import ROWS_LIMIT, facts
from infra.local.demo.charts.market import market_figure
from infra.local.demo.charts.paths import area_path, line_path, thin
from infra.local.demo.charts.scale import Scale, extent, round_ticks
from infra.local.demo.charts.timeline import Timeline
from tests.infra.demo.sample_run import changed, default_run, empty_run
from tests.infra.demo.sample_trades import moment


@pytest.mark.parametrize(
    ("low", "high", "value", "pixel"),
    [
        pytest.param(0, 10, 0, 100, id="the low end is at the start"),
        pytest.param(0, 10, 10, 20, id="the high end is at the end"),
        pytest.param(0, 10, 2.5, 80, id="between in proportion"),
        pytest.param(5, 5, 5, 60, id="an empty range lies in the middle"),
    ],
)
def test_a_scale_is_a_straight_line(low: float, high: float, value: float, pixel: float) -> None:
    assert Scale(low, high, 100, 20)(value) == pytest.approx(pixel)


@pytest.mark.parametrize(
    ("values", "bounds", "expected"),
    [
        pytest.param([100.0, 200.0], {}, (94.0, 206.0), id="some air on both sides"),
        pytest.param([10.0, 30.0], {"floor": 0.0}, (0.0, 31.8), id="no air below a floor"),
        pytest.param([-50.0], {"ceiling": 0.0}, (-53.0, 0.0), id="no air above a ceiling"),
        pytest.param([0.0, 0.0], {}, (-0.06, 0.06), id="a flat line still has a range"),
        pytest.param([], {}, (0.0, 1.0), id="nothing at all"),
    ],
)
def test_the_extent_holds_every_value(
    values: list[float], bounds: dict[str, float], expected: tuple[float, float]
) -> None:
    assert extent(values, **bounds) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("low", "high", "about", "expected"),
    [
        pytest.param(0, 10, 5, (0, 2, 4, 6, 8, 10), id="twos"),
        pytest.param(2_511, 2_880, 4, (2_600, 2_700, 2_800), id="hundreds inside the range"),
        pytest.param(-4_300, 900, 3, (-4_000, -2_000, 0), id="across zero"),
        pytest.param(0.0, 0.9, 2, (0.0, 0.5), id="fractions"),
        pytest.param(7, 7, 4, (7,), id="an empty range has one"),
    ],
)
def test_ticks_are_round(low: float, high: float, about: int, expected: tuple[float, ...]) -> None:
    assert round_ticks(low, high, about) == pytest.approx(expected)


def test_a_line_moves_once_and_then_draws() -> None:
    assert line_path([(0, 1), (2.25, 3), (4, 5.06)]) == "M0.0 1.0L2.2 3.0L4.0 5.1"


def test_an_area_closes_along_its_base() -> None:
    assert area_path([(0, 1), (2, 3)], 9) == "M0.0 1.0L2.0 3.0L2.0 9.0L0.0 9.0Z"


def test_nothing_has_no_path() -> None:
    assert (line_path([]), area_path([], 9)) == ("", "")


def test_a_short_line_keeps_every_point() -> None:
    assert thin([3.0, 1.0, 2.0], 3) == (0, 1, 2)


def test_a_thinned_line_keeps_its_ends_and_its_spikes() -> None:
    values = [0.0] * 5_000
    values[1_234], values[4_321] = 80.0, -7.0

    kept = thin(values, 100)

    assert len(kept) <= 104
    assert {0, 1_234, 4_321, 4_999} <= set(kept)
    assert list(kept) == sorted(set(kept))


@pytest.mark.parametrize(
    ("frame", "labels"),
    [
        pytest.param(WIDE, ["Oct 2017", "Nov", "Dec", "Jan 2018", "Feb", "Mar"], id="wide"),
        pytest.param(NARROW, ["Oct 2017", "Dec", "Feb 2018"], id="narrow: every other month"),
    ],
)
def test_months_are_named_where_they_begin(frame: Frame, labels: list[str]) -> None:
    timeline = Timeline(tuple(point.at for point in default_run().curve), frame)

    assert [tick.label for tick in timeline.months()] == labels


def test_years_of_months_do_not_crowd_the_axis() -> None:
    start = moment(date(2015, 1, 5), 0)
    timeline = Timeline(tuple(start + timedelta(days=number) for number in range(1_400)), WIDE)

    assert len(timeline.months()) <= 14


def test_equal_regimes_in_a_row_are_one_band_and_the_bands_fill_the_plot() -> None:
    start = moment(date(2018, 2, 5), 0)
    timeline = Timeline(tuple(start + timedelta(hours=number) for number in range(5)), WIDE)

    bands = timeline.bands(["POSITIVE", "POSITIVE", "NEGATIVE", "NEGATIVE", "UNKNOWN"])

    assert [band.css for band in bands] == ["positive", "negative", "unknown"]
    assert bands[0].x == WIDE.left
    assert bands[1].x == pytest.approx(bands[0].x + bands[0].width)
    assert bands[-1].x + bands[-1].width == pytest.approx(WIDE.right)


def test_every_mark_lies_inside_the_plot() -> None:
    figure = market_figure(default_run(), NARROW)
    panel = figure.panels[0]

    assert len(panel.markers) == len(default_run().marks)
    assert all(NARROW.left <= mark.x <= NARROW.right for mark in panel.markers)
    assert all(panel.top <= mark.y <= panel.bottom for mark in panel.markers)


def test_the_market_is_described_in_words() -> None:
    described = market_figure(default_run(), WIDE).description

    assert "from 2,521.20 to 2,640.87" in described
    assert "highest 37.32" in described
    assert "16 entries and 16 exits" in described


def test_every_trade_is_among_the_facts_of_some_moment() -> None:
    run = default_run()
    told = "\n".join(facts(run)["trades"])

    assert all(mark.label in told for mark in run.marks)


def test_a_long_run_tells_fewer_moments_but_keeps_its_trades() -> None:
    run = default_run()
    start = run.curve[0].at
    long = tuple(run.curve[0].model_copy(update={"at": start + timedelta(minutes=number)}) for number in range(9_001))

    told = facts(changed(curve=long))

    assert len(told["at"]) <= ROWS_LIMIT
    assert told["place"][-1] == "9000"
    assert {len(column) for column in told.values()} == {len(told["at"])}
    assert all(mark.label in "\n".join(told["trades"]) for mark in run.marks)


def test_an_empty_run_has_no_facts() -> None:
    assert all(column == [] for column in facts(empty_run()).values())
