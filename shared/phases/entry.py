"""Phases 2 to 5 in their order, about one snapshot: would this bot enter, with what, and if not, why not?"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from shared.domain.config import BotConfig
from shared.domain.decisions import ChainRow, Decision, DecisionKind, DenialCode, Gate, LastDecided, denials_of
from shared.domain.market import BrokerClock, Snapshot
from shared.domain.options import Leg, OptionQuote
from shared.domain.orders import (
    Intent,
    IntentKind,
    Order,
    OrderLeg,
    PriceEffect,
    entry_intent_id,
    opening_side,
    position_id_of,
)
from shared.domain.package import (
    PackageQuote,
    executable_entry,
    max_loss,
    one_way_fees,
    package_quote,
)
from shared.domain.positions import ExitRule, Position, PositionState
from shared.domain.sessions import new_york_date
from shared.domain.statistics import StrategyStatistics
from shared.domain.vocabulary import Action, Strategy
from shared.phases.execution.booking import risk_per_contract
from shared.phases.execution.denials import (
    Candidate,
    Setting,
    entry_gates,
    liquidity_gates,
    look_gates,
    slot_gate,
    structure_gates,
)
from shared.phases.execution.prices import entry_limit
from shared.phases.regime import RegimeClassification, classify_snapshot, rails
from shared.phases.sizing import PositionSize, Room, basis_of, size
from shared.phases.strategy import choose_legs, strategy_for

RECENT_ACTIONS_KEPT = 60


class Look(NamedTuple):
    """What a snapshot calls for: a strategy worth a chain, or nothing; ``gates`` are all questions asked."""

    regime: RegimeClassification | None
    strategy: Strategy | None
    gates: tuple[Gate, ...]

    @property
    def action(self) -> Action | None:
        """The recommended action, None when the snapshot could not be classified."""
        return self.regime.action if self.regime else None


class Account(NamedTuple):
    """The broker's side of an entry: dollars of buying power, signed holdings by OCC symbol, its clock."""

    buying_power: Decimal
    holdings: Mapping[str, int]
    clock: BrokerClock | None


class Proposal(NamedTuple):
    """An entry about to be planned, or the refusals; ``intent`` and ``position`` come together or not at all."""

    gates: tuple[Gate, ...]
    size: PositionSize | None
    chain: tuple[ChainRow, ...]
    intent: Intent | None
    position: Position | None
    statistics_version: int = 0


def look(setting: Setting, snapshot: Snapshot, last: LastDecided | None) -> Look:
    """Ask phase 2 and everything that needs no chain."""
    gates = list(look_gates(setting, snapshot))
    regime = classify_snapshot(snapshot, setting.config)
    if regime is None:
        return Look(None, None, tuple(gates))
    strategy, asked = _strategy_gates(setting.config, regime)
    gates += asked
    if regime.action is not Action.STAY_FLAT:
        recent = last.recent_actions if last else ()
        gates += rails(regime, snapshot, recent, setting.live.counters, setting.now, setting.config.rails)
    if strategy is not None:
        gates.append(slot_gate(setting, snapshot.underlying, strategy))
    gates += _bot_range_gates(setting.config, regime, snapshot)
    return Look(regime, strategy if not denials_of(gates) else None, tuple(gates))


def _strategy_gates(config: BotConfig, regime: RegimeClassification) -> tuple[Strategy | None, tuple[Gate, ...]]:
    if regime.action is Action.STAY_FLAT:
        return None, (_gate(DenialCode.STAY_FLAT, f"{regime.action} by {regime.rule}", "an action", False),)
    if regime.action not in config.actions:
        wanted = ", ".join(config.actions)
        return None, (_gate(DenialCode.NOT_THIS_BOT, regime.action, wanted, False),)
    strategy = strategy_for(config.bot, regime.action, regime.trend, config.structure)
    if strategy is None:
        return None, (_gate(DenialCode.TREND_EXCLUDED, regime.trend, "not DOWNTREND", False),)
    return strategy, (_gate(DenialCode.NOT_THIS_BOT, regime.action, ", ".join(config.actions), True),)


def _bot_range_gates(config: BotConfig, regime: RegimeClassification, snapshot: Snapshot) -> tuple[Gate, ...]:
    gates = (
        _gate(
            DenialCode.LOW_CONFIDENCE,
            regime.confidence,
            f"at least {config.min_confidence}",
            regime.confidence >= config.min_confidence,
        ),
    )
    if snapshot.vix is None:
        return gates
    limit = f"{config.vix_min} to {config.vix_max}"
    inside = config.vix_min <= snapshot.vix.value <= config.vix_max
    return (*gates, _gate(DenialCode.VIX_OUT_OF_RANGE, snapshot.vix.value, limit, inside))


def _gate(code: DenialCode, value: object, limit: object, passed: bool) -> Gate:
    return Gate(code=code, value=str(value), limit=str(limit), passed=passed)


def remembered(snapshot: Snapshot, look: Look, last: LastDecided | None) -> LastDecided:
    """Return what to remember of a decided snapshot: a valid one adds its action to the recent ones."""
    recent = last.recent_actions if last else ()
    if snapshot.is_valid and look.action is not None:
        recent = (*recent, look.action)[-RECENT_ACTIONS_KEPT:]
    return LastDecided(underlying=snapshot.underlying, snapshot_at=snapshot.at, recent_actions=recent)


def entry_dte(setting: Setting, strategy: Strategy) -> tuple[date, int, int]:
    """Return today in New York, the target and the least days to expiration for an entry."""
    rule = setting.config.strategies[strategy]
    least = max(setting.config.window.min_dte, rule.time_exit_dte + 1)
    return new_york_date(setting.now), rule.dte_target, least


def propose(
    setting: Setting,
    snapshot: Snapshot,
    look: Look,
    chain: Sequence[OptionQuote],
    stored: StrategyStatistics | None,
    account: Account,
) -> Proposal:
    """Ask phases 3 to 5 of a chain of one expiration: legs, size, price, and every last refusal."""
    strategy, regime = look.strategy, look.regime
    if strategy is None or regime is None:
        return Proposal((), None, (), None, None)
    legs = choose_legs(strategy, chain, setting.config.strategies[strategy])
    if legs is None:
        gate = _gate(DenialCode.NO_STRIKE, f"{len(chain)} rows", f"strikes for {strategy}", False)
        return Proposal((gate,), None, (), None, None)
    quotes = {row.option_symbol: row for row in chain}
    rows = _considered(legs, quotes)
    asked = liquidity_gates(setting, snapshot.underlying, legs, quotes)
    package = package_quote(strategy, legs, quotes)
    if package is None:
        return Proposal(asked, None, rows, None, None)
    asked += structure_gates(setting, snapshot.underlying, strategy, legs, package)
    asked += (_enabled_gate(stored),)
    if denials_of(asked):
        return Proposal(asked, None, rows, None, None)
    return _sized(setting, snapshot, regime, strategy, legs, quotes, package, stored, account, asked, rows)


def _considered(legs: Sequence[Leg], quotes: Mapping[str, OptionQuote]) -> tuple[ChainRow, ...]:
    return tuple(
        ChainRow(option_symbol=row.option_symbol, bid=row.bid, ask=row.ask, delta=row.delta)
        for leg in legs
        if (row := quotes.get(leg.option_symbol)) is not None
    )


def _enabled_gate(stored: StrategyStatistics | None) -> Gate:
    disabled = stored is not None and stored.is_disabled
    return _gate(DenialCode.STRATEGY_DISABLED, "disabled" if disabled else "enabled", "enabled", not disabled)


def _exit_rule(config: BotConfig, strategy: Strategy) -> ExitRule:
    rule, exits = config.strategies[strategy], config.exits
    return ExitRule(
        profit_target=rule.profit_target,
        stop_loss=rule.stop_loss,
        stop_basis=exits.stop_basis,
        latest_stop=exits.latest_stop,
        time_exit_dte=rule.time_exit_dte,
        near_edge=exits.near_edge,
        stop_warning=exits.stop_warning,
    )


def _rooms(
    setting: Setting, underlying: str, risk: Decimal, secured: Decimal, account: Account, needed: Decimal
) -> tuple[Room, ...]:
    config, ledger = setting.config, setting.live.ledger(setting.config.mode)
    caps, capital = config.caps, config.capital
    here = ledger.risk_by_underlying.get(underlying, Decimal(0))
    rooms = (
        Room("contracts per order", Decimal(1), Decimal(caps.contracts_per_order)),
        Room("maximum loss per order", risk, caps.max_position * capital),
        Room("open risk", risk, caps.open_risk * capital - ledger.open_risk),
        Room("risk on the underlying", risk, caps.underlying_risk * capital - here),
        Room("buying power", needed, account.buying_power),
    )
    if not secured:
        return rooms
    return (*rooms, Room("cash secured", secured, caps.cash_secured * capital - ledger.secured_cash))


def _sized(
    setting: Setting,
    snapshot: Snapshot,
    regime: RegimeClassification,
    strategy: Strategy,
    legs: tuple[Leg, ...],
    quotes: Mapping[str, OptionQuote],
    package: PackageQuote,
    stored: StrategyStatistics | None,
    account: Account,
    asked: tuple[Gate, ...],
    rows: tuple[ChainRow, ...],
) -> Proposal:
    config, underlying = setting.config, snapshot.underlying
    fees = 2 * one_way_fees(underlying, len(legs), config.fees)
    premium = executable_entry(strategy, package)
    worst = max_loss(strategy, legs, premium, fees)
    exit_rule = _exit_rule(config, strategy)
    risk = risk_per_contract(strategy, exit_rule, premium, worst, fees)
    secured = worst if strategy is Strategy.CASH_SECURED_PUT else Decimal(0)
    basis = basis_of(stored, config.priors[strategy])
    balance = config.capital + setting.live.ledger(config.mode).realized_pnl
    vix = snapshot.vix.value if snapshot.vix else Decimal(0)
    rooms = _rooms(setting, underlying, risk, secured, account, worst)
    sized = size(basis, config, balance, regime.confidence, vix, risk, rooms)
    asked += (_size_gate(sized, basis.origin),)
    if sized.contracts == 0:
        return Proposal(asked, sized, rows, None, None, basis.version)
    effect = PriceEffect.CREDIT if strategy.is_credit else PriceEffect.DEBIT
    minimum = config.strategies[strategy].min_credit
    limit_price = entry_limit(underlying, effect, package, config.walk, 0, minimum)
    candidate = Candidate(
        strategy=strategy,
        legs=legs,
        quotes=quotes,
        package=package,
        limit_price=limit_price,
        required=worst * sized.contracts,
        buying_power=account.buying_power,
        holdings=account.holdings,
        clock=account.clock,
    )
    asked += entry_gates(setting, candidate)
    if denials_of(asked):
        return Proposal(asked, sized, rows, None, None, basis.version)
    intent_id = entry_intent_id(config.bot, config.mode, underlying, strategy, snapshot.snapshot_id)
    position = Position(
        position_id=position_id_of(intent_id),
        bot=config.bot,
        mode=config.mode,
        underlying=underlying,
        strategy=strategy,
        state=PositionState.OPENING,
        legs=legs,
        contracts=sized.contracts,
        entry_price=max(premium, Decimal(0)),
        entry_fees=fees / 2 * sized.contracts,
        max_loss=worst,
        risk=risk,
        secured_cash=secured * sized.contracts,
        exit_rule=exit_rule,
        regime=regime.regime,
        confidence=regime.confidence,
        entry_intent=intent_id,
        snapshot_id=snapshot.snapshot_id,
        planned_at=setting.now,
    )
    intent = Intent(
        intent_id=intent_id,
        kind=IntentKind.ENTRY,
        bot=config.bot,
        mode=config.mode,
        underlying=underlying,
        strategy=strategy,
        position_id=position.position_id,
        order=Order(
            underlying=underlying,
            legs=tuple(OrderLeg(option_symbol=leg.option_symbol, side=opening_side(leg)) for leg in legs),
            contracts=sized.contracts,
            effect=effect,
            limit_price=limit_price,
        ),
        planned_at=setting.now,
        snapshot_id=snapshot.snapshot_id,
        reserved_risk=position.total_risk,
    )
    return Proposal(asked, sized, rows, intent, position, basis.version)


def _size_gate(sized: PositionSize, origin: str) -> Gate:
    code = DenialCode.NEGATIVE_EXPECTANCY if sized.kelly <= 0 else DenialCode.SIZE_ZERO
    clamps = f"; {', '.join(sized.clamps)}" if sized.clamps else ""
    value = f"{sized.contracts} contracts, Kelly {sized.kelly:.4f}, {sized.fraction:.4f} of capital, {origin}{clamps}"
    return _gate(code, value, sized.reason or "at least 1 contract", sized.contracts > 0)


def decision_of(
    setting: Setting, snapshot: Snapshot, look: Look, proposal: Proposal | None, more: tuple[Gate, ...] = ()
) -> Decision:
    """Write up what was decided about a snapshot: what, why with every gate, how."""
    gates = look.gates + more + (proposal.gates if proposal else ())
    entered = proposal is not None and proposal.intent is not None
    intent = proposal.intent if proposal else None
    strategy = intent.strategy if intent else look.strategy
    kind = DecisionKind.ENTRY if entered else DecisionKind.NO_ENTRY
    refusals = denials_of(gates)
    if intent is not None:
        what = f"OPEN {intent.strategy} on {snapshot.underlying}"
        how = (
            f"{len(intent.order.legs)}-leg order, {intent.order.contracts} contracts, "
            f"{intent.order.effect} {intent.order.limit_price}"
        )
    else:
        what = f"NO ENTRY on {snapshot.underlying}"
        how = "no order: " + ", ".join(dict.fromkeys(refusal.code for refusal in refusals))
    regime = look.regime
    return Decision(
        decision_id=f"{setting.config.bot}-{snapshot.snapshot_id}",
        kind=kind,
        bot=setting.config.bot,
        mode=setting.config.mode,
        underlying=snapshot.underlying,
        at=setting.now,
        action=regime.action if regime else None,
        strategy=strategy,
        regime=regime.regime if regime else None,
        rule=regime.rule if regime else None,
        what=what,
        why=gates,
        how=how,
        denials=refusals,
        snapshot_id=snapshot.snapshot_id,
        config_digest=setting.config.digest,
        ledger_version=setting.live.ledger(setting.config.mode).version,
        statistics_version=proposal.statistics_version if proposal else 0,
        chain=proposal.chain if proposal else (),
        intent_id=intent.intent_id if intent else None,
        position_id=intent.position_id if intent else None,
        last_seen=setting.now,
        last_snapshot_id=snapshot.snapshot_id,
    )
