"""The backtest's report: one HTML file that needs nothing else, neither a network nor a server."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NamedTuple

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from infra import words
from infra.local.backtest.charts import equity_charts, kelly_charts, payoff_chart
from infra.local.places import write
from shared.backtest.figures import Figures, figures_of, months
from shared.backtest.runner.result import BacktestResult
from shared.backtest.yardsticks import BXM_YEARS, CNDR_DEVIATION, CNDR_PER_YEAR

FULL_HEAT: Final = 6.0
"""Per cent of capital a month at which the heat map is darkest."""
FILTERS: Final = (words.money, words.gain, words.plain, words.whole, words.clock, words.meaning)


class Cell(NamedTuple):
    """A month in the heat map; ``heat`` is 0 to 1."""

    text: str
    css: str
    heat: str


def write_report(result: BacktestResult, path: Path, command: str, rebuilt: Mapping[int, float]) -> None:
    """Write the report of a run.

    Raises:
        LocalStageError: the place could not be written after all, as on a full disk.
    """
    write("--report", path, render(result, command, rebuilt))


def render(result: BacktestResult, command: str, rebuilt: Mapping[int, float]) -> str:
    """Return the report of a run as HTML; ``command`` makes it again.

    ``rebuilt`` is per cent a year of the buy-write that the market of the run gives, in years of the BXM.
    """
    loader = ChoiceLoader(
        [PackageLoader("infra.local.backtest", "templates"), PackageLoader("infra.local.demo", "templates")]
    )
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {word.__name__: word for word in FILTERS}
    return environment.get_template("backtest.html.j2").render(_context(result, command, rebuilt))


def _context(result: BacktestResult, command: str, rebuilt: Mapping[int, float]) -> dict[str, Any]:
    figures = figures_of(result)
    changed = changes(result)
    return {
        "run": figures,
        "command": command,
        "step": "once a day" if result.step_minutes is None else f"every {result.step_minutes} minutes",
        "charts": equity_charts(result),
        "heat": heat_map(result),
        "payoff": payoff_chart(result),
        "kelly": kelly_charts(result),
        "trades": result.trades,
        "trips": result.tripped,
        "parameters": changed,
        "config": result.config,
        "yardsticks": {"bxm": BXM_YEARS, "cndr": CNDR_PER_YEAR, "cndr_deviation": CNDR_DEVIATION},
        "rebuilt": rebuilt,
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
