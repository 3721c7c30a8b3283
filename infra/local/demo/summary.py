"""What a demo run shows at its end, every count read back from the services."""

from datetime import date, datetime
from decimal import Decimal

from shared.domain.positions import ClosedTrade
from shared.domain.statistics import StrategyStatistics
from shared.domain.values import Value
from shared.domain.vocabulary import Bot


class CurvePoint(Value):
    """One moment of the run: S&P 500, VIX, equity of each bot in dollars, and how SPX was classified."""

    at: datetime
    spx: Decimal
    vix: Decimal
    equity: dict[Bot, Decimal]
    regime: str | None
    action: str | None
    net_gex: Decimal | None


class EntryMark(Value):
    """An entry or exit as the chart marks it."""

    at: datetime
    bot: Bot
    kind: str
    label: str
    spx: Decimal


class RuleCount(Value):
    """How often a rule of the action matrix spoke, under both measures of implied volatility."""

    underlying: str
    rule: str
    action: str
    under_rank: int
    under_percentile: int


class DecisionCount(Value):
    """How often a bot decided this, each snapshot of a run of non-entries counted."""

    bot: Bot
    answer: str
    count: int


class SizedEntry(Value):
    """An entry with the basis its size came from."""

    at: datetime
    bot: Bot
    strategy: str
    contracts: int
    basis: str
    own_statistics: bool


class BotSummary(Value):
    """One line of the table: dollars, fractions, counts."""

    bot: Bot
    capital: Decimal
    entries: int
    exits: dict[str, int]
    open_positions: int
    win_rate: Decimal | None
    pnl: Decimal
    max_drawdown: Decimal
    statistics: tuple[StrategyStatistics, ...]


class ServiceCount(Value):
    """A count read back from a service: requests of a simulator, items of a table, messages of a queue."""

    service: str
    what: str
    count: int


class AlertLine(Value):
    """An alert as it arrived in the queue subscribed to the topic."""

    at: datetime
    level: str
    subject: str
    body: str


class DemoSummary(Value):
    """The whole run."""

    first_day: date
    last_day: date
    seed: int
    step_minutes: int
    bots: tuple[BotSummary, ...]
    curve: tuple[CurvePoint, ...]
    trades: tuple[ClosedTrade, ...]
    marks: tuple[EntryMark, ...]
    entries: tuple[SizedEntry, ...]
    rules: tuple[RuleCount, ...]
    decisions: tuple[DecisionCount, ...]
    services: tuple[ServiceCount, ...]
    alerts: tuple[AlertLine, ...]
    breaker_flips: tuple[str, ...]
    errors: tuple[str, ...]
    ticks: int
    monitor_runs: int
    seconds: float
