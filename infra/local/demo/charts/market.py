"""The S&P 500 with the gamma regime behind it and the trades on it, and the VIX under it."""

from collections.abc import Sequence

from infra.local.demo.charts.figure import Figure, Frame, Marker, Panel, Tick
from infra.local.demo.charts.scale import Scale, extent, round_ticks
from infra.local.demo.charts.timeline import Timeline
from infra.local.demo.summary import DemoSummary, EntryMark
from infra.local.demo.tally import regime_shares, regimes
from infra.words import percent, plain
from shared.domain.vocabulary import Bot

TOP = 22
LANE = 20
GAP = 34
AXIS = 26
ENTRY = "entry"
SHAPES = {Bot.ATLAS: "circle", Bot.PROMETHEUS: "square", Bot.SOLOMON: "diamond"}
COLUMNS = ("spx", "vix", "regime", "action", "gex", "trades")


def market_figure(summary: DemoSummary, frame: Frame) -> Figure:
    """Draw the market of the run and what the bots did in it."""
    time = Timeline(tuple(point.at for point in summary.curve), frame)
    height = 210 if frame.is_small else 280
    upper = _price_panel(summary, time, height)
    lower = _vix_panel(summary, time, upper.bottom + GAP, 64 if frame.is_small else 80)
    return Figure(
        key=f"market-{frame.name}",
        frame=frame,
        height=round(lower.bottom + AXIS),
        title="S&P 500 with gamma regimes, entries and exits, and the VIX",
        description=_described(summary),
        panels=(upper, lower),
        x_ticks=time.months(),
        columns=COLUMNS,
    )


def _price_panel(summary: DemoSummary, time: Timeline, height: int) -> Panel:
    prices = [float(point.spx) for point in summary.curve]
    bottom = TOP + height
    y = Scale(*extent(prices), bottom, TOP)
    return Panel(
        label="S&P 500",
        top=TOP,
        bottom=bottom,
        y_ticks=tuple(Tick(y(number), f"{number:,.0f}") for number in round_ticks(y.low, y.high, height // 50)),
        strokes=(time.line(prices, y, "line price"),),
        bands=time.bands(regimes(summary.curve)),
        markers=tuple(_marker(mark, time, y) for mark in summary.marks),
    )


def _marker(mark: EntryMark, time: Timeline, y: Scale) -> Marker:
    kind = ENTRY if mark.kind.lower() == ENTRY else "exit"
    return Marker(
        time.x_of(mark.at), y(float(mark.spx)), SHAPES[mark.bot], f"{mark.bot.value.lower()} {kind}", label_of(mark)
    )


def label_of(mark: EntryMark) -> str:
    """Return the words for a mark: who did what."""
    return f"{mark.bot} {mark.kind.lower()}: {mark.label}"


def _vix_panel(summary: DemoSummary, time: Timeline, top: float, height: int) -> Panel:
    levels = [float(point.vix) for point in summary.curve]
    y = Scale(*extent(levels, floor=0.0), top + height, top)
    ticks = tuple(Tick(y(number), f"{number:g}") for number in round_ticks(y.low, y.high, 4))
    strokes = (time.area(levels, y, 0.0, "under vix"), time.line(levels, y, "line vix"))
    return Panel("VIX", top, top + height, ticks, strokes)


def _described(summary: DemoSummary) -> str:
    if not summary.curve:
        return "The run has no points."
    first, last = summary.curve[0], summary.curve[-1]
    shares = ", ".join(f"{plain(one.regime)} {percent(one.share, 0)}" for one in regime_shares(summary.curve))
    return (
        f"The S&P 500 went from {first.spx:,.2f} to {last.spx:,.2f}, the VIX from {first.vix:.2f} to {last.vix:.2f},"
        f" highest {max(point.vix for point in summary.curve):.2f}. Gamma regime of SPX: {shares}."
        f" {_count(summary.marks, ENTRY)} entries and {len(summary.marks) - _count(summary.marks, ENTRY)} exits"
        " are marked; the table of trades lists them all."
    )


def _count(marks: Sequence[EntryMark], kind: str) -> int:
    return sum(mark.kind.lower() == kind for mark in marks)
