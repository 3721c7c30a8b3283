"""The charts of a backtest's report: lines over the run's own time, ready to be written as SVG."""

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from infra import words
from infra.local.demo.charts.paths import area_path, line_path, thin
from infra.local.demo.charts.scale import Scale, extent, round_ticks
from shared.backtest.figures import drawdowns
from shared.backtest.runner.result import BacktestResult
from shared.domain.vocabulary import Strategy
from shared.phases.sizing import basis_of, kelly_fraction

WIDTH, LEFT, RIGHT, TOP, AXIS = 1080, 74, 16, 26, 24
POINTS_KEPT: Final = 900
SHORT_STRETCH_DAYS: Final = 800
"""Up to so many days the time axis tells months."""
MOST_MARKS: Final = 12


class Mark(NamedTuple):
    """A label on an axis."""

    at: float
    label: str


class Chart(NamedTuple):
    """One panel: a line with its area, ready to be written as SVG."""

    title: str
    description: str
    height: int
    line: str
    area: str
    css: str
    y_marks: tuple[Mark, ...]
    x_marks: tuple[Mark, ...]
    zero: float


def equity_charts(result: BacktestResult) -> tuple[Chart, ...]:
    """Draw what was gained, and how far below its highest equity stood."""
    days = [point.day for point in result.curve]
    equity = [float(point.equity - result.config.capital) for point in result.curve]
    fallen = [-100 * share for share in drawdowns(result.curve)]
    return (
        _chart("Gain since the start, open positions at their mid", result, days, equity, 220, "total", "${:,.0f}"),
        _chart("Below the highest equity so far, per cent", result, days, fallen, 110, "drawdown", "{:.1f} %"),
    )


def payoff_chart(result: BacktestResult) -> Chart:
    """Draw what each trade made of its premium, at the session of its close."""
    days = [trade.closed_at.date() for trade in result.trades]
    shares = [100 * float(trade.pnl_fraction) for trade in result.trades]
    return _chart("Result of each trade, per cent of its premium", result, days, shares, 150, "total", "{:.0f} %")


def kelly_charts(result: BacktestResult) -> tuple[Chart, ...]:
    """Draw for each strategy that traded what its sizing rested on, from session to session."""
    return tuple(_kelly_of(result, strategy) for strategy in dict.fromkeys(trade.strategy for trade in result.trades))


def _kelly_of(result: BacktestResult, strategy: Strategy) -> Chart:
    prior = basis_of(None, result.config.priors[strategy])
    days, values = [result.days[0]], [float(kelly_fraction(prior, result.config.kelly))]
    for point in result.kelly:
        if point.strategy is strategy:
            days += [point.at.date()] * 2
            values += [values[-1], float(point.kelly)]
    days.append(result.days[-1])
    values.append(values[-1])
    title = f"Full Kelly fraction that sizing rests on, {words.plain(strategy)}"
    return _chart(title, result, days, values, 110, "total", "{:.2f}")


def _chart(
    title: str,
    result: BacktestResult,
    days: Sequence[date],
    values: Sequence[float],
    height: int,
    css: str,
    label: str,
) -> Chart:
    """Draw values over the run's own time, so that all charts share it."""
    bottom = TOP + height
    y = Scale(*extent([*values, 0.0]), bottom, TOP)
    x = Scale(result.days[0].toordinal(), result.days[-1].toordinal(), LEFT, WIDTH - RIGHT)
    points = [(x(days[place].toordinal()), y(values[place])) for place in thin(values, POINTS_KEPT)]
    ticks = round_ticks(y.low, y.high, max(height // 40, 2))
    described = "No value." if not values else f"From {values[0]:,.2f} to {values[-1]:,.2f}, lowest {min(values):,.2f}."
    return Chart(
        title=title,
        description=described,
        height=bottom + AXIS,
        line=line_path(points),
        area=area_path(points, y(0.0)),
        css=css,
        y_marks=tuple(Mark(y(tick), label.format(tick).replace("$-", "-$")) for tick in ticks),
        x_marks=time_marks(result.days[0], result.days[-1], x),
        zero=y(0.0),
    )


def time_marks(first: date, last: date, x: Scale) -> tuple[Mark, ...]:
    """Mark the beginnings of years, or of months in a short stretch, no nearer than a label is wide."""
    by_month = (last - first).days < SHORT_STRETCH_DAYS
    begins = [date(year, month, 1) for year in range(first.year, last.year + 1) for month in range(1, 13)]
    begins = [day for day in begins if first <= day <= last and (by_month or day.month == 1)]
    apart = max(-(-len(begins) // MOST_MARKS), 1)
    if not begins:
        return (Mark(x(first.toordinal()), str(first)),)
    return tuple(Mark(x(day.toordinal()), f"{day:%Y-%m}" if by_month else f"{day:%Y}") for day in begins[::apart])
