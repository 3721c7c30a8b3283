"""The store of a stage for tests, on whichever AWS is given, and values to put into it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from infra.local.tables import StageNames, create_tables
from shared.adapters.aws import Aws
from shared.adapters.dynamodb.alert_log import DynamoDbAlertLog
from shared.adapters.dynamodb.book import DynamoDbBook
from shared.adapters.dynamodb.database import Database
from shared.adapters.dynamodb.heartbeat import DynamoDbHeartbeat
from shared.adapters.dynamodb.history_cache import DynamoDbHistoryCache
from shared.adapters.dynamodb.snapshots import DynamoDbSnapshots
from shared.adapters.dynamodb.trade_history import DynamoDbTradeHistory
from shared.adapters.dynamodb.trips import DynamoDbTrips
from shared.adapters.dynamodb.vendor_budgets import DynamoDbVendorBudgets
from shared.domain.alerts import Alert
from shared.domain.book import (
    AdvanceLast,
    Change,
    CreateIntent,
    CreatePosition,
    RecordDecision,
    RequireEnabled,
    RequireState,
    Reserve,
    TakeSlot,
)
from shared.domain.decisions import Decision, DecisionKind, LastDecided
from shared.domain.market import Snapshot
from shared.domain.options import Leg, LegSide
from shared.domain.orders import Intent, IntentKind, Order, OrderLeg, OrderSide, PriceEffect
from shared.domain.ports import Clock
from shared.domain.positions import ClosedTrade, ExitRule, Position, PositionState
from shared.domain.statistics import StrategyStatistics
from shared.domain.vocabulary import (
    AlertLevel,
    Bot,
    ExitReason,
    GammaRegime,
    StopBasis,
    Strategy,
    TradingMode,
    TradingState,
)

NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
PAPER = TradingMode.PAPER
BOT = Bot.PROMETHEUS
SPREAD = Strategy.BULL_PUT_SPREAD
SHORT_PUT = "SPY261231P00395000"
LONG_PUT = "SPY261231P00390000"
RULE = ExitRule(
    profit_target=Decimal("0.5"),
    stop_loss=Decimal(2),
    stop_basis=StopBasis.LOSS,
    latest_stop=Decimal("0.8"),
    time_exit_dte=7,
    near_edge=Decimal("0.2"),
    stop_warning=Decimal("0.75"),
)


@dataclass(frozen=True)
class Store:
    """All adapters over the tables of one stage, as one composition makes them."""

    aws: Aws
    names: StageNames
    database: Database = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "database", Database(self.aws))

    @property
    def book(self) -> DynamoDbBook:
        names = self.names
        return DynamoDbBook(self.database, positions=names.positions, decisions=names.decisions, stats=names.stats)

    @property
    def trips(self) -> DynamoDbTrips:
        return DynamoDbTrips(self.database, stats=self.names.stats)

    @property
    def history(self) -> DynamoDbTradeHistory:
        return DynamoDbTradeHistory(self.database, stats=self.names.stats)

    @property
    def snapshots(self) -> DynamoDbSnapshots:
        return DynamoDbSnapshots(self.database, snapshots=self.names.snapshots)

    @property
    def history_cache(self) -> DynamoDbHistoryCache:
        return DynamoDbHistoryCache(self.database, snapshots=self.names.snapshots)

    def vendor_budgets(self, clock: Clock) -> DynamoDbVendorBudgets:
        return DynamoDbVendorBudgets(self.database, clock, snapshots=self.names.snapshots)

    @property
    def heartbeat(self) -> DynamoDbHeartbeat:
        return DynamoDbHeartbeat(self.database, positions=self.names.positions)

    @property
    def alert_log(self) -> DynamoDbAlertLog:
        return DynamoDbAlertLog(self.database, positions=self.names.positions)


def new_store(aws: Aws, stage: str = "test") -> Store:
    """Create a stage's tables and return the store over them."""
    names = StageNames(stage)
    create_tables(aws, names)
    return Store(aws, names)


def position(**changes: Any) -> Position:
    """A put spread on SPY that is about to be opened."""
    facts: dict[str, Any] = {
        "position_id": "p1",
        "bot": BOT,
        "mode": PAPER,
        "underlying": "SPY",
        "strategy": SPREAD,
        "state": PositionState.OPENING,
        "legs": (
            Leg(option_symbol=LONG_PUT, side=LegSide.LONG),
            Leg(option_symbol=SHORT_PUT, side=LegSide.SHORT),
        ),
        "contracts": 3,
        "entry_price": Decimal("1.25"),
        "entry_fees": Decimal("2.10"),
        "max_loss": Decimal("376.40"),
        "risk": Decimal("376.40"),
        "exit_rule": RULE,
        "regime": GammaRegime.POSITIVE,
        "confidence": 80,
        "entry_intent": "i1",
        "snapshot_id": "SPY@2026-11-23T17:00:00Z",
        "planned_at": NOON,
    }
    return Position.model_validate(facts | changes)


def intent(**changes: Any) -> Intent:
    """The intent to open that spread."""
    facts: dict[str, Any] = {
        "intent_id": "i1",
        "kind": IntentKind.ENTRY,
        "bot": BOT,
        "mode": PAPER,
        "underlying": "SPY",
        "strategy": SPREAD,
        "position_id": "p1",
        "order": Order(
            underlying="SPY",
            legs=(
                OrderLeg(option_symbol=LONG_PUT, side=OrderSide.BUY_TO_OPEN),
                OrderLeg(option_symbol=SHORT_PUT, side=OrderSide.SELL_TO_OPEN),
            ),
            contracts=3,
            effect=PriceEffect.CREDIT,
            limit_price=Decimal("1.25"),
        ),
        "planned_at": NOON,
    }
    return Intent.model_validate(facts | changes)


def decision(**changes: Any) -> Decision:
    """The decision behind it."""
    facts: dict[str, Any] = {
        "decision_id": "d1",
        "kind": DecisionKind.ENTRY,
        "bot": BOT,
        "mode": PAPER,
        "underlying": "SPY",
        "at": NOON,
        "what": "sell a put spread",
        "why": (),
        "how": "3 contracts at 1.25 credit",
    }
    return Decision.model_validate(facts | changes)


def reserve(**changes: Any) -> Reserve:
    """Room for that spread, with limits that hold two of them."""
    facts: dict[str, Any] = {
        "bot": BOT,
        "mode": PAPER,
        "underlying": "SPY",
        "risk": Decimal("1129.20"),
        "secured_cash": Decimal(0),
        "max_positions": 10,
        "max_open_risk": Decimal("2258.40"),
        "max_underlying_risk": Decimal("2258.40"),
        "max_secured_cash": Decimal(0),
    }
    return Reserve(**facts | changes)


def last_decided(at: datetime = NOON, underlying: str = "SPY") -> LastDecided:
    """What trade remembers of a snapshot."""
    return LastDecided(underlying=underlying, snapshot_at=at, decision_id="d1", fingerprint="f")


def plan_entry(number: int = 1) -> tuple[Change, ...]:
    """The whole transaction that plans an entry."""
    held = position(position_id=f"p{number}", entry_intent=f"i{number}")
    return (
        CreateIntent(intent(intent_id=f"i{number}", position_id=f"p{number}")),
        CreatePosition(held),
        TakeSlot(held),
        reserve(),
        RequireState(BOT, TradingState.ACTIVE),
        RequireEnabled(PAPER, SPREAD),
        RecordDecision(decision(decision_id=f"d{number}", at=NOON + timedelta(seconds=number))),
        AdvanceLast(BOT, last_decided(NOON + timedelta(minutes=number))),
    )


def closed_trade(**changes: Any) -> ClosedTrade:
    """The spread's result."""
    facts: dict[str, Any] = {
        "position_id": "p1",
        "bot": BOT,
        "mode": PAPER,
        "strategy": SPREAD,
        "underlying": "SPY",
        "contracts": 3,
        "entry_price": Decimal("1.25"),
        "exit_price": Decimal("0.60"),
        "fees": Decimal("4.20"),
        "pnl": Decimal("190.80"),
        "pnl_fraction": Decimal("0.5088"),
        "opened_at": NOON,
        "closed_at": NOON + timedelta(days=10),
        "exit_reason": ExitReason.PROFIT_TARGET,
        "regime": GammaRegime.POSITIVE,
    }
    return ClosedTrade.model_validate(facts | changes)


def statistics(**changes: Any) -> StrategyStatistics:
    """What eight such trades say."""
    facts: dict[str, Any] = {
        "mode": PAPER,
        "strategy": SPREAD,
        "total_trades": 8,
        "win_rate": Decimal("0.75"),
        "avg_win": Decimal("0.45"),
        "avg_loss": Decimal("0.9"),
        "expectancy": Decimal("0.1125"),
        "computed_at": NOON,
    }
    return StrategyStatistics.model_validate(facts | changes)


def snapshot(**changes: Any) -> Snapshot:
    """A minute of SPY on which nothing could be learned."""
    facts: dict[str, Any] = {
        "underlying": "SPY",
        "at": NOON,
        "spot": None,
        "vix": None,
        "gamma": None,
        "iv_rank": Decimal("41.7"),
        "iv_percentile": None,
        "momentum": None,
        "market_open": True,
        "faults": (),
    }
    return Snapshot.model_validate(facts | changes)


def alert(**changes: Any) -> Alert:
    """One message."""
    facts: dict[str, Any] = {
        "event_id": "closed-p1",
        "level": AlertLevel.HIGH,
        "subject": "closed with a loss",
        "body": "what, why, how",
        "at": NOON,
        "bot": BOT,
    }
    return Alert.model_validate(facts | changes)
