"""An entry as it is planned: the position it opens and the intent that opens it."""

from decimal import Decimal

from shared.domain.accounts import account_id_of
from shared.domain.market import Snapshot
from shared.domain.orders import Intent, IntentKind, Order, OrderLeg, entry_intent_id, opening_side, position_id_of
from shared.domain.positions import Position, PositionState
from shared.phases.entry.structure import Structure
from shared.phases.execution.denials import Setting
from shared.phases.regime import RegimeClassification


def planned_position(
    setting: Setting, snapshot: Snapshot, regime: RegimeClassification, structure: Structure, contracts: int
) -> Position:
    """Return the position that the entry opens, not yet filled."""
    config, snapshot_id = setting.config, snapshot.snapshot_id
    intent_id = entry_intent_id(config.bot, config.mode, snapshot.underlying, structure.strategy, snapshot_id)
    return Position(
        position_id=position_id_of(intent_id),
        bot=config.bot,
        mode=config.mode,
        underlying=snapshot.underlying,
        strategy=structure.strategy,
        state=PositionState.OPENING,
        legs=structure.legs,
        contracts=contracts,
        entry_price=structure.premium,
        entry_fees=structure.fees / 2 * contracts,
        max_loss=structure.max_loss,
        risk=structure.risk,
        secured_cash=structure.secured * contracts,
        exit_rule=structure.exit_rule,
        regime=regime.regime,
        confidence=regime.confidence,
        entry_intent=intent_id,
        snapshot_id=snapshot_id,
        account_id=account_id_of(config, config.mode),
        planned_at=setting.now,
    )


def planned_intent(
    setting: Setting, snapshot: Snapshot, structure: Structure, position: Position, limit_price: Decimal
) -> Intent:
    """Return the intent that opens a position at its first limit, not yet sent."""
    return Intent(
        intent_id=position.entry_intent,
        kind=IntentKind.ENTRY,
        bot=position.bot,
        mode=position.mode,
        underlying=position.underlying,
        strategy=position.strategy,
        position_id=position.position_id,
        order=Order(
            underlying=position.underlying,
            legs=tuple(OrderLeg(option_symbol=leg.option_symbol, side=opening_side(leg)) for leg in structure.legs),
            contracts=position.contracts,
            effect=structure.effect,
            limit_price=limit_price,
        ),
        planned_at=setting.now,
        snapshot_id=snapshot.snapshot_id,
    )
