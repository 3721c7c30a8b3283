"""The backtest's report: one HTML file that needs nothing else, neither a network nor a server."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NamedTuple

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from infra import words
from infra.local.demo.charts.paths import area_path, line_path, thin
from infra.local.demo.charts.scale import Scale, extent, round_ticks
from shared.backtest.figures import Figures, drawdowns, figures_of, months
from shared.backtest.runner.result import BacktestResult
from shared.backtest.yardsticks import BXM_YEARS, CNDR_DEVIATION, CNDR_PER_YEAR

WIDTH, LEFT, RIGHT, TOP, AXIS = 1080, 74, 16, 26, 24
POINTS_KEPT: Final = 900
TRADES_SHOWN: Final = 500
FULL_HEAT: Final = 6.0
"""Per cent of capital a month at which the heat map is darkest."""
FILTERS: Final = (words.money, words.gain, words.plain, words.whole, words.clock, words.meaning)


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


class Cell(NamedTuple):
    """A month in the heat map; ``heat`` is 0 to 1."""

    text: str
    css: str
    heat: str


def write_report(result: BacktestResult, path: Path, command: str) -> None:
    """Write the report of a run, making the folder where there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render(result, command), encoding="utf-8")


def render(result: BacktestResult, command: str) -> str:
    """Return the report of a run as HTML; ``command`` makes it again."""
    loader = ChoiceLoader(
        [PackageLoader("infra.local.backtest", "templates"), PackageLoader("infra.local.demo", "templates")]
    )
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {word.__name__: word for word in FILTERS}
    return environment.get_template("backtest.html.j2").render(_context(result, command))


def _context(result: BacktestResult, command: str) -> dict[str, Any]:
    figures = figures_of(result)
    changed = changes(result)
    return {
        "run": figures,
        "command": command,
        "step": "once a day" if result.step_minutes is None else f"every {result.step_minutes} minutes",
        "charts": _charts(result),
        "heat": heat_map(result),
        "payoff": _payoff(result),
        "kelly": _kelly(result),
        "trades": result.trades[-TRADES_SHOWN:],
        "left_out": max(len(result.trades) - TRADES_SHOWN, 0),
        "trips": result.tripped,
        "parameters": changed,
        "config": result.config,
        "yardsticks": {"bxm": BXM_YEARS, "cndr": CNDR_PER_YEAR, "cndr_deviation": CNDR_DEVIATION},
        "groups": _groups(figures),
    }


def _groups(figures: Figures) -> tuple[tuple[str, Any], ...]:
    return (
        ("Exit reason", figures.by_exit),
        ("Gamma regime", figures.by_regime),
        ("Strategy", figures.by_strategy),
    )


def changes(result: BacktestResult) -> tuple[tuple[str, str], ...]:
    """Return the parameters of the strategies that traded, and the bot's own."""
    config = result.config
    rows = [
        ("capital", f"${config.capital:,.0f}"),
        ("iv_measure", config.iv_measure.value),
        ("sell_premium_from", str(config.sell_premium_from)),
        ("buy_direction_below", str(config.buy_direction_below)),
        ("vix_min to vix_max", f"{config.vix_min} to {config.vix_max}"),
        ("rails.confirmations", str(config.rails.confirmations)),
        ("kelly", f"{config.kelly.value}, {config.kelly_share} of it"),
        ("caps", f"{config.caps.max_position} a position, {config.caps.open_risk} open"),
        ("fees", f"${config.fees.per_contract} a contract, ${config.fees.index_surcharge} more on an index"),
        ("paper.slippage", f"{config.paper.slippage} of the spread"),
    ]
    for strategy in dict.fromkeys(trade.strategy for trade in result.trades):
        rule = config.strategies[strategy]
        told = ", ".join(f"{name} {value}" for name, value in rule.model_dump(mode="json", exclude_none=True).items())
        rows.append((f"strategies.{strategy}", told))
    return tuple(rows)


def _charts(result: BacktestResult) -> tuple[Chart, ...]:
    days = [point.day for point in result.curve]
    equity = [float(point.equity - result.config.capital) for point in result.curve]
    fallen = [-100 * share for share in drawdowns(result.curve)]
    return (
        _chart("Gain since the start, open positions at their mid", days, equity, 220, "total", "${:,.0f}"),
        _chart("Below the highest equity so far, per cent", days, fallen, 110, "drawdown", "{:.1f} %"),
    )


def _payoff(result: BacktestResult) -> Chart:
    days = [trade.closed_at.date() for trade in result.trades]
    shares = [100 * float(trade.pnl_fraction) for trade in result.trades]
    return _chart("Result of each trade, per cent of its premium", days, shares, 150, "total", "{:.0f} %")


def _kelly(result: BacktestResult) -> Chart:
    days = [point.at.date() for point in result.kelly]
    values = [float(point.kelly) for point in result.kelly]
    return _chart("Full Kelly fraction that sizing rests on", days, values, 150, "total", "{:.2f}")


def _chart(title: str, days: Sequence[date], values: Sequence[float], height: int, css: str, label: str) -> Chart:
    bottom = TOP + height
    y = Scale(*extent([*values, 0.0]), bottom, TOP)
    x = Scale(0, max(len(values) - 1, 1), LEFT, WIDTH - RIGHT)
    points = [(x(place), y(values[place])) for place in thin(values, POINTS_KEPT)]
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
        x_marks=_years(days, x),
        zero=y(0.0),
    )


def _years(days: Sequence[date], x: Scale) -> tuple[Mark, ...]:
    """Mark the first value of each year, or of each month of a short stretch."""
    by_month = bool(days) and (days[-1] - days[0]).days < 800
    seen: dict[tuple[int, int], int] = {}
    for place, day in enumerate(days):
        seen.setdefault((day.year, day.month if by_month else 0), place)
    apart = max(len(seen) // 12, 1)
    kept = list(seen.items())[::apart]
    return tuple(Mark(x(at), f"{year}-{month:02d}" if month else str(year)) for (year, month), at in kept)


def heat_map(result: BacktestResult) -> tuple[tuple[int, tuple[Cell, ...], str], ...]:
    """Return each year's twelve months and its sum, per cent of the capital."""
    rows = []
    for year, found in months(result.curve, result.config.capital).items():
        cells = tuple(_cell(found.get(month)) for month in range(1, 13))
        rows.append((year, cells, _signed(sum(found.values()))))
    return tuple(rows)


def _cell(share: float | None) -> Cell:
    if share is None:
        return Cell("", "none", "0")
    css = "profit" if share > 0 else "loss" if share < 0 else "even"
    return Cell(_signed(share), css, f"{min(abs(share) / FULL_HEAT, 1) ** 0.6:.2f}")


def _signed(share: float) -> str:
    return f"{share:+.1f}".replace("-", words.MINUS) if round(share, 1) else "0.0"


def dollars(amount: Decimal) -> str:
    """Return an amount as it stands in a terminal."""
    return f"{'-' if amount < 0 else ''}${abs(amount):,.2f}"
