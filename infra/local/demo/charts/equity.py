"""Gains over time with the drawdown under them: of all bots together, and of each."""

from collections.abc import Sequence

from infra.local.demo.charts.figure import SMALL, Figure, Frame, Panel, Stroke, Tick
from infra.local.demo.charts.scale import Scale, extent, round_ticks
from infra.local.demo.charts.timeline import Timeline
from infra.local.demo.summary import BotSummary, DemoSummary
from infra.local.demo.tally import drawdowns, gains
from infra.words import gain, money
from shared.domain.vocabulary import Bot

TOP = 22
GAP = 34
AXIS = 26


def total_figure(summary: DemoSummary, frame: Frame) -> Figure:
    """Draw what all bots together gained, dollars, and how far below their peak they stood."""
    bots = tuple(line.bot for line in summary.bots)
    columns = ("total", "drawdown", *(bot.value for bot in bots))
    return _figure("total", "All bots together", summary, bots, frame, (190, 80), "total", columns)


def bot_figure(summary: DemoSummary, line: BotSummary) -> Figure:
    """Draw what one bot gained, on its own scale, for a small space."""
    name = line.bot.value
    title = f"{name}, capital {money(line.capital)}"
    return _figure(name.lower(), title, summary, (line.bot,), SMALL, (110, 46), name.lower(), (name,))


def _figure(
    key: str,
    title: str,
    summary: DemoSummary,
    bots: Sequence[Bot],
    frame: Frame,
    heights: tuple[int, int],
    css: str,
    columns: tuple[str, ...],
) -> Figure:
    time = Timeline(tuple(point.at for point in summary.curve), frame)
    gained = gains(summary.curve, bots)
    fallen = drawdowns(gained)
    upper = _gain_panel(time, gained, heights[0], css)
    lower = _drawdown_panel(time, fallen, upper.bottom + GAP, heights[1])
    return Figure(
        key=f"{key}-{frame.name}",
        frame=frame,
        height=round(lower.bottom + AXIS),
        title=f"{title}: gain since the start, and drawdown",
        description=_described(gained, fallen),
        panels=(upper, lower),
        x_ticks=time.months(),
        columns=columns,
    )


def _gain_panel(time: Timeline, gained: Sequence[float], height: int, css: str) -> Panel:
    bottom = TOP + height
    y = Scale(*extent([*gained, 0.0]), bottom, TOP)
    return Panel(
        label="Gain since the start" if time.frame.is_small else "Gain since the start, open positions at their mid",
        top=TOP,
        bottom=bottom,
        y_ticks=_ticks(y, height, signed=True),
        strokes=(time.area(gained, y, 0.0, f"under {css}"), time.line(gained, y, f"line {css}")),
        zero=y(0.0),
    )


def _drawdown_panel(time: Timeline, fallen: Sequence[float], top: float, height: int) -> Panel:
    y = Scale(*extent(fallen, ceiling=0.0), top + height, top)
    strokes: tuple[Stroke, ...] = (time.area(fallen, y, 0.0, "drawdown"),)
    return Panel("Below the peak so far", top, top + height, _ticks(y, height, signed=False), strokes, zero=y(0.0))


def _ticks(y: Scale, height: int, *, signed: bool) -> tuple[Tick, ...]:
    about = max(height // 36, 2)
    numbers = round_ticks(y.low, y.high, about)
    places = 0 if y.high - y.low >= about else 2
    return tuple(Tick(y(number), (gain if signed else money)(number, places)) for number in numbers)


def _described(gained: Sequence[float], fallen: Sequence[float]) -> str:
    if not gained:
        return "The run has no points."
    return (
        f"It ends at {gain(gained[-1])}; highest {gain(max(gained))}, lowest {gain(min(gained))};"
        f" largest drawdown {money(-min(fallen))}."
    )
