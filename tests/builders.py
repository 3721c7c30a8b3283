"""Values for tests, each sound and complete, so that a test names only what it is about.

The scene: Monday 2026-11-23, noon in New York. SPY trades at 400 in an uptrend with positive gamma, IV rank 60 and
VIX 18, and the last two valid snapshots said SELL_PREMIUM: PROMETHEUS would sell the 390/385 put spread, 45 days out.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from shared.domain.book import LiveState
from shared.domain.config import BotConfig, bot_config
from shared.domain.decisions import Decision, DecisionKind, LastDecided
from shared.domain.market import BrokerClock, DailyBar, GammaReading, Momentum, Reading, Snapshot
from shared.domain.options import Leg, LegSide, OptionContract, OptionQuote, Right
from shared.domain.orders import (
    BrokerOrder,
    Intent,
    IntentKind,
    Order,
    OrderLeg,
    OrderStatus,
    PriceEffect,
    closing_side,
    opening_side,
)
from shared.domain.package import max_loss
from shared.domain.positions import ClosedTrade, Counters, ExitRule, Ledger, Position, PositionState
from shared.domain.readings import Readings, UnderlyingReadings
from shared.domain.sessions import previous_session
from shared.domain.statistics import StrategyStatistics
from shared.domain.vocabulary import (
    Action,
    Bot,
    Breakout,
    ExitReason,
    GammaRegime,
    Source,
    StopBasis,
    Strategy,
    TradingMode,
    TradingState,
)
from shared.phases.entry import Account
from shared.phases.execution.booking import risk_per_contract
from shared.phases.execution.denials import Setting

NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
EXPIRATION = TODAY + timedelta(days=45)
PAPER = TradingMode.PAPER
SPOT = Decimal(400)
STRIKES_EACH_SIDE = 24


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def reading(value: object, age: float = 5, source: Source = Source.TRADIER) -> Reading:
    """A number whose vendor stamped it ``age`` seconds before noon."""
    return Reading(value=Decimal(str(value)), as_of=NOON - seconds(age), source=source)


def gamma(
    net_gex: object = 600_000_000, flip: object | None = 380, spot: object = 400, age: float = 60
) -> GammaReading:
    return GammaReading(
        net_gex=Decimal(str(net_gex)),
        flip_point=None if flip is None else Decimal(str(flip)),
        spot=Decimal(str(spot)),
        as_of=NOON - seconds(age),
        source=Source.TRADING_VOLATILITY,
    )


def momentum(ma20: object = 395, ma50: object = 390, breakout: Breakout = Breakout.NONE) -> Momentum:
    return Momentum(
        ma20=Decimal(str(ma20)),
        ma50=Decimal(str(ma50)),
        rsi=Decimal(55),
        macd=Decimal(1),
        macd_signal=Decimal("0.5"),
        macd_histogram=Decimal("0.5"),
        breakout=breakout,
    )


def snapshot(**changes: Any) -> Snapshot:
    """A valid minute of SPY that says SELL_PREMIUM in an uptrend."""
    facts: dict[str, Any] = {
        "underlying": "SPY",
        "at": NOON,
        "spot": reading(400),
        "vix": reading(18),
        "gamma": gamma(),
        "iv_rank": Decimal(60),
        "iv_percentile": Decimal(60),
        "momentum": momentum(),
        "market_open": True,
        "faults": (),
    }
    return Snapshot.model_validate(facts | changes)


def spx_snapshot(**changes: Any) -> Snapshot:
    """The same minute on SPX."""
    facts: dict[str, Any] = {
        "underlying": "SPX",
        "spot": reading(4000),
        "gamma": gamma(2_000_000_000, 3800, 4000),
        "momentum": momentum(3950, 3900),
    }
    return snapshot(**facts | changes)


def buy_calls_snapshot(**changes: Any) -> Snapshot:
    """The same minute with low IV rank and middling gamma: rule 3 buys calls."""
    return snapshot(**{"iv_rank": Decimal(20), "iv_percentile": Decimal(20), "gamma": gamma(0)} | changes)


def daily_bars(closes: Iterable[object], last_day: date | None = None) -> tuple[DailyBar, ...]:
    """Sessions with these closes, the last one the session before today; high and low are the close."""
    days: list[date] = []
    day = last_day or previous_session(TODAY)
    prices = [Decimal(str(close)) for close in closes]
    for _ in prices:
        days.append(day)
        day = previous_session(day)
    return tuple(
        DailyBar(day=day, open=price, high=price, low=price, close=price)
        for day, price in zip(reversed(days), prices, strict=True)
    )


def readings(vix: Reading | None = None, **changes: Any) -> Readings:
    """A minute of SPY from which a valid snapshot follows: 250 VIX closes from 10 to 30, VIX 18."""
    facts: dict[str, Any] = {
        "underlying": "SPY",
        "spot": reading(400),
        "gamma": gamma(),
        "bars": daily_bars(300 + index for index in range(100)),
    }
    minute: dict[str, Any] = {
        "at": NOON,
        "vix": vix or reading(18),
        "vix_bars": daily_bars(10 + index % 21 for index in range(251)),
        "clock": BrokerClock(now=NOON, is_open=True),
    }
    own = {name: value for name, value in changes.items() if name in facts}
    rest = {name: value for name, value in changes.items() if name not in facts}
    return Readings(underlyings=(UnderlyingReadings(**facts | own),), **minute | rest)


def contract(
    strike: object, right: Right = Right.PUT, root: str = "SPY", expiration: date = EXPIRATION
) -> OptionContract:
    return OptionContract(root, expiration, right, Decimal(str(strike)))


def option_quote(
    of: OptionContract,
    bid: object | None,
    ask: object | None,
    delta: float | None = None,
    age: float | None = 2,
) -> OptionQuote:
    return OptionQuote(
        contract=of,
        bid=None if bid is None else Decimal(str(bid)),
        ask=None if ask is None else Decimal(str(ask)),
        as_of=None if age is None else NOON - seconds(age),
        delta=delta,
    )


def chain(root: str = "SPY", expiration: date = EXPIRATION, age: float = 2) -> tuple[OptionQuote, ...]:
    """Puts below and calls above the spot: delta .50 at the money, .02 less each strike; mid 8.00, .25 less each.

    SPY has a strike each dollar and quotes 4 cents wide; SPX is ten times as dear, a strike each 5 dollars, 20 cents
    wide.
    """
    index = root != "SPY"
    spot, step = (Decimal(4000), 5) if index else (SPOT, 1)
    scale, half = (10, Decimal("0.10")) if index else (1, Decimal("0.02"))
    rows = []
    for away in range(STRIKES_EACH_SIDE + 1):
        mid = (8 - Decimal("0.25") * away) * scale
        delta = 0.5 - away / 50
        for right, sign in ((Right.PUT, -1), (Right.CALL, 1)):
            strike = spot + sign * away * step
            row = contract(strike, right, root, expiration)
            rows.append(option_quote(row, mid - half, mid + half, round(sign * delta, 2), age))
    return tuple(rows)


def by_symbol(rows: Iterable[OptionQuote]) -> dict[str, OptionQuote]:
    return {row.option_symbol: row for row in rows}


def short(strike: object, right: Right = Right.PUT, root: str = "SPY", expiration: date = EXPIRATION) -> Leg:
    return Leg.of(contract(strike, right, root, expiration), LegSide.SHORT)


def long(strike: object, right: Right = Right.PUT, root: str = "SPY", expiration: date = EXPIRATION) -> Leg:
    return Leg.of(contract(strike, right, root, expiration), LegSide.LONG)


def legs_of(strategy: Strategy, expiration: date = EXPIRATION) -> tuple[Leg, ...]:
    """The legs of a structure on SPY, every side 5 wide."""
    put, call = Right.PUT, Right.CALL
    legs = {
        Strategy.BULL_PUT_SPREAD: (short(390, put), long(385, put)),
        Strategy.BEAR_CALL_SPREAD: (short(410, call), long(415, call)),
        Strategy.IRON_CONDOR: (short(390, put), short(410, call), long(385, put), long(415, call)),
        Strategy.CASH_SECURED_PUT: (short(390, put),),
        Strategy.LONG_CALL: (long(400, call),),
        Strategy.LONG_PUT: (long(400, put),),
        Strategy.BULL_CALL_SPREAD: (short(405, call), long(400, call)),
        Strategy.BEAR_PUT_SPREAD: (short(395, put), long(400, put)),
    }[strategy]
    return tuple(
        Leg.of(OptionContract(leg.contract.root, expiration, leg.contract.right, leg.contract.strike), leg.side)
        for leg in legs
    )


def config(bot: Bot = Bot.PROMETHEUS, **changes: Any) -> BotConfig:
    return bot_config(bot, changes)


def exit_rule(strategy: Strategy = Strategy.BULL_PUT_SPREAD, **changes: Any) -> ExitRule:
    """The default exit rule of a strategy."""
    rule = config().strategies[strategy]
    facts: dict[str, Any] = {
        "profit_target": rule.profit_target,
        "stop_loss": rule.stop_loss,
        "stop_basis": StopBasis.LOSS,
        "latest_stop": Decimal("0.80"),
        "time_exit_dte": rule.time_exit_dte,
        "near_edge": Decimal("0.20"),
        "stop_warning": Decimal("0.75"),
    }
    return ExitRule.model_validate(facts | changes)


def position(
    strategy: Strategy = Strategy.BULL_PUT_SPREAD,
    entry_price: object = "1.00",
    *,
    fees: object = 0,
    expiration: date = EXPIRATION,
    **changes: Any,
) -> Position:
    """An open position on SPY; ``fees`` are dollars one way for all contracts, by default none."""
    legs = changes.pop("legs", legs_of(strategy, expiration))
    contracts = changes.get("contracts", 1)
    premium, one_way = Decimal(str(entry_price)), Decimal(str(fees))
    round_trip = 2 * one_way / contracts
    worst = max_loss(strategy, legs, premium, round_trip)
    rule = changes.pop("exit_rule", exit_rule(strategy))
    facts: dict[str, Any] = {
        "position_id": "p1",
        "bot": Bot.PROMETHEUS,
        "mode": PAPER,
        "underlying": "SPY",
        "strategy": strategy,
        "state": PositionState.OPEN,
        "legs": legs,
        "contracts": contracts,
        "entry_price": premium,
        "entry_fees": one_way,
        "max_loss": worst,
        "risk": risk_per_contract(strategy, rule, premium, worst, round_trip),
        "secured_cash": worst * contracts if strategy is Strategy.CASH_SECURED_PUT else Decimal(0),
        "exit_rule": rule,
        "regime": GammaRegime.POSITIVE,
        "confidence": 90,
        "entry_intent": "i1",
        "snapshot_id": "SPY@2026-11-23T17:00:00Z",
        "planned_at": NOON,
        "opened_at": NOON,
        "booked_cash": (premium if strategy.is_credit else -premium) * 100 * contracts,
        "booked_fees": one_way,
    }
    return Position.model_validate(facts | changes)


def quotes_at(held: Position, mark: object, half: object = "0.01") -> dict[str, OptionQuote]:
    """Quotes at which a position of one or two legs has this mark, in its own sense; each ``half`` wide both ways."""
    far, near = Decimal(10), Decimal(str(mark))
    half_spread = Decimal(str(half))
    quotes = {}
    for leg in held.legs:
        premium_leg = leg.sign < 0 if held.strategy.is_credit else leg.sign > 0
        mid = far + (near if premium_leg else 0) if len(held.legs) > 1 else near
        quotes[leg.option_symbol] = option_quote(leg.contract, mid - half_spread, mid + half_spread)
    return quotes


def entry_intent(of: Position, limit_price: object = "1.00", **changes: Any) -> Intent:
    """The intent that opens a position."""
    facts: dict[str, Any] = {
        "intent_id": of.entry_intent,
        "kind": IntentKind.ENTRY,
        "bot": of.bot,
        "mode": of.mode,
        "underlying": of.underlying,
        "strategy": of.strategy,
        "position_id": of.position_id,
        "order": Order(
            underlying=of.underlying,
            legs=tuple(OrderLeg(option_symbol=leg.option_symbol, side=opening_side(leg)) for leg in of.legs),
            contracts=of.contracts,
            effect=of.effect,
            limit_price=Decimal(str(limit_price)),
        ),
        "planned_at": NOON,
    }
    return Intent.model_validate(facts | changes)


def exit_intent(of: Position, reason: ExitReason = ExitReason.PROFIT_TARGET, **changes: Any) -> Intent:
    """The intent that closes what is left of a position."""
    facts: dict[str, Any] = {
        "intent_id": "x1",
        "kind": IntentKind.EXIT,
        "exit_reason": reason,
        "order": exit_order(of),
    }
    return entry_intent(of, **facts | changes)


def exit_order(of: Position, contracts: int | None = None) -> Order:
    return Order(
        underlying=of.underlying,
        legs=tuple(OrderLeg(option_symbol=leg.option_symbol, side=closing_side(leg)) for leg in of.legs),
        contracts=of.remaining_contracts if contracts is None else contracts,
        effect=of.effect.opposite,
        limit_price=Decimal("0.50"),
    )


def broker_order(
    status: OrderStatus = OrderStatus.FILLED,
    filled: int = 1,
    price: object | None = "1.00",
    **changes: Any,
) -> BrokerOrder:
    """What the broker says; ``price`` by cash, positive when paid to us."""
    facts: dict[str, Any] = {
        "order_id": "b1",
        "tag": "agx-i1",
        "status": status,
        "legs": (),
        "contracts": 10,
        "filled_contracts": filled,
        "fill_price": None if price is None else Decimal(str(price)),
        "limit_price": Decimal("1.00"),
        "created_at": NOON,
        "updated_at": NOON + seconds(30),
    }
    return BrokerOrder.model_validate(facts | changes)


def decision(**changes: Any) -> Decision:
    facts: dict[str, Any] = {
        "decision_id": "d1",
        "kind": DecisionKind.ENTRY,
        "bot": Bot.PROMETHEUS,
        "mode": PAPER,
        "underlying": "SPY",
        "at": NOON,
        "what": "OPEN",
        "why": (),
        "how": "limit",
    }
    return Decision.model_validate(facts | changes)


def ledger(bot: Bot = Bot.PROMETHEUS, **changes: Any) -> Ledger:
    return Ledger(**{"bot": bot, "mode": PAPER} | changes)


def live(bot: Bot = Bot.PROMETHEUS, **changes: Any) -> LiveState:
    return LiveState(bot=bot, **changes)


def counters(**changes: Any) -> Counters:
    return Counters(**{"day": TODAY} | changes)


def setting(bot: Bot = Bot.PROMETHEUS, changes: Mapping[str, Any] | None = None, **others: Any) -> Setting:
    """A bot at noon with nothing open and the breaker ACTIVE; ``changes`` are its configuration document."""
    facts: dict[str, Any] = {
        "config": bot_config(bot, changes),
        "live": live(bot),
        "state": TradingState.ACTIVE,
        "now": NOON,
    }
    return Setting(**facts | others)


def last_decided(action: Action = Action.SELL_PREMIUM, times: int = 2) -> LastDecided:
    return LastDecided(underlying="SPY", snapshot_at=NOON - seconds(60), recent_actions=(action,) * times)


def account(**changes: Any) -> Account:
    """A broker with plenty of buying power, no holdings, and a clock that agrees."""
    facts: dict[str, Any] = {
        "buying_power": Decimal(1_000_000),
        "holdings": {},
        "clock": BrokerClock(now=NOON, is_open=True),
    }
    return Account(**facts | changes)


def statistics(**changes: Any) -> StrategyStatistics:
    """Twenty trades with the workflow's example: 68 % won, 15 % gained, 25 % lost."""
    facts: dict[str, Any] = {
        "mode": PAPER,
        "strategy": Strategy.BULL_PUT_SPREAD,
        "total_trades": 20,
        "win_rate": Decimal("0.68"),
        "avg_win": Decimal("0.15"),
        "avg_loss": Decimal("0.25"),
        "expectancy": Decimal("0.022"),
        "computed_at": NOON,
    }
    return StrategyStatistics.model_validate(facts | changes)


def closed_trade(pnl_fraction: object = "0.50", pnl: object | None = None, **changes: Any) -> ClosedTrade:
    """A put spread sold at 1.00 that ended with this share of its premium."""
    share = Decimal(str(pnl_fraction))
    facts: dict[str, Any] = {
        "position_id": "p1",
        "bot": Bot.PROMETHEUS,
        "mode": PAPER,
        "strategy": Strategy.BULL_PUT_SPREAD,
        "underlying": "SPY",
        "contracts": 1,
        "entry_price": Decimal("1.00"),
        "exit_price": Decimal("0.50"),
        "fees": Decimal(0),
        "pnl": share * 100 if pnl is None else Decimal(str(pnl)),
        "pnl_fraction": share,
        "opened_at": NOON - timedelta(days=10),
        "closed_at": NOON,
        "exit_reason": ExitReason.PROFIT_TARGET,
        "regime": GammaRegime.POSITIVE,
    }
    return ClosedTrade.model_validate(facts | changes)


def trades(*pnl_fractions: object) -> tuple[ClosedTrade, ...]:
    return tuple(closed_trade(share, position_id=f"p{number}") for number, share in enumerate(pnl_fractions))


def credit_or_debit(strategy: Strategy) -> PriceEffect:
    return PriceEffect.CREDIT if strategy.is_credit else PriceEffect.DEBIT
